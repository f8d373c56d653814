import TestSupport
import Testing

@testable import Auth

@Suite struct `Base32 of secrets` {
    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func `is written without padding and read with or without`(plain: String, text: String) {
        #expect(Base32.encode(Array(plain.utf8)) == text)
        #expect(Base32.decode(text) == Array(plain.utf8))
        #expect(Base32.decode(text.lowercased()) == Array(plain.utf8))
        let padding = String(repeating: "=", count: (8 - text.count % 8) % 8)
        #expect(Base32.decode(text + padding) == Array(plain.utf8))
    }

    @Test(arguments: ["M", "MZX", "MZXW6Y", "MZ1Q", "MZ Q", "MZ\u{e9}Q", "MZ", "=MY", "M=Y"])
    func `that no encoder writes is refused`(text: String) {
        #expect(Base32.decode(text) == nil)
    }

    @Test func `comes back as it was`() {
        var random = SeededGenerator(seed: 32)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Base32.decode(Base32.encode(bytes)) == bytes)
        }
    }
}
