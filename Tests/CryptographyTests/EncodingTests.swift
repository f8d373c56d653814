import Cryptography
import TestSupport
import Testing

@Suite struct EncodingTests {
    /// RFC 4648, section 10, with and without padding.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `published base64 comes out and is read back`(text: String, encoded: String) {
        let bytes = Array(text.utf8)
        let unpadded = String(encoded.prefix { $0 != "=" })
        #expect(Base64.encode(bytes) == encoded)
        #expect(Base64.encode(bytes, padded: false) == unpadded)
        #expect(Base64.decode(encoded) == bytes)
        #expect(Base64.decode(unpadded) == bytes)
        #expect(Base64URL.encode(bytes) == unpadded)
        #expect(Base64URL.decode(unpadded) == bytes)
    }

    @Test func `the alphabets differ in their last two letters only`() {
        let bytes: [UInt8] = [0xFB, 0xEF, 0xFF]
        #expect(Base64.encode(bytes) == "++//")
        #expect(Base64URL.encode(bytes) == "--__")
        #expect(Base64.decode("--__") == nil)
        #expect(Base64URL.decode("++//") == nil)
    }

    @Test(arguments: [
        "Zg==", "Zm8=", "=", "A", "AAAAA", "Zm9v Zg", " Zm9v", "Zm9v\n", "Zm9\u{0}", "Zm9é", "Zh", "Zm9", "AB", "AAB",
        "Zm9v.",
    ])
    func `base64url refuses what no encoder writes`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test(arguments: ["Zg=", "Zg===", "Z===", "Zm9v====", "=Zg=", "Zh==", "Zm9=", "Zg==Zg=="])
    func `base64 refuses wrong padding and trailing bits`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func `what was encoded is read back`() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            let bytes = generator.bytes(upTo: 100)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
            #expect(Hex.decode(Hex.encode(bytes)) == bytes)
        }
    }

    @Test func `whatever is read has one spelling`() {
        var generator = SeededGenerator(seed: 3)
        let letters = Array("AQgwBRhx9z-_+/=. ".utf8)
        var accepted = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...9, using: &generator)
            let text = String(
                decoding: (0..<count).compactMap { _ in letters.randomElement(using: &generator) }, as: UTF8.self)
            guard let bytes = Base64URL.decode(text) else { continue }
            accepted += 1
            #expect(Base64URL.encode(bytes) == text)
        }
        #expect(accepted > 100)
    }

    @Test func `hexadecimal is written in lower case and read in both`() {
        #expect(Hex.encode([0x00, 0xAB, 0xFF]) == "00abff")
        #expect(Hex.decode("00aBFf") == [0x00, 0xAB, 0xFF])
        for text in ["0", "0g", "é0", " 0", "+1", "0x"] { #expect(Hex.decode(text) == nil) }
    }
}
