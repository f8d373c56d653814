import Cryptography
import Testing

@Suite struct HMACTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let key: [UInt8]
        let message: [UInt8]
        let sha256: String
        var testDescription: String { name }
    }

    static let vectors = [
        Vector(
            name: "RFC 4231 case 1", key: [UInt8](repeating: 0x0B, count: 20), message: Array("Hi There".utf8),
            sha256: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        Vector(
            name: "RFC 4231 case 2", key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            sha256: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        Vector(
            name: "RFC 4231 case 3", key: [UInt8](repeating: 0xAA, count: 20),
            message: [UInt8](repeating: 0xDD, count: 50),
            sha256: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        Vector(
            name: "RFC 4231 case 4", key: Array(1...25), message: [UInt8](repeating: 0xCD, count: 50),
            sha256: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        Vector(
            name: "RFC 4231 case 6", key: [UInt8](repeating: 0xAA, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            sha256: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        Vector(
            name: "no key, no message", key: [], message: [],
            sha256: "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
    ]

    @Test(arguments: vectors)
    func `published authentication codes come out`(vector: Vector) {
        #expect(Hex.encode(HMAC.authenticate(vector.message, key: vector.key)) == vector.sha256)
    }

    /// RFC 2202 and RFC 4231, case 2.
    @Test(arguments: [
        (DigestAlgorithm.sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"), (.md5, "750c783e6ab0b503eaa86e310a5db738"),
        (
            .sha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
        ),
    ])
    func `other hash functions work too`(algorithm: DigestAlgorithm, expected: String) {
        let code = HMAC.authenticate(
            Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8), using: algorithm)
        #expect(Hex.encode(code) == expected)
    }

    @Test func `a code is valid for its message and key only`() {
        let key = Array("a key".utf8)
        let message = Array("a message".utf8)
        let code = HMAC.authenticate(message, key: key)
        #expect(HMAC.isValid(code, for: message, key: key))
        #expect(!HMAC.isValid(code, for: message + [0], key: key))
        #expect(!HMAC.isValid(code, for: message, key: key + [1]))
        #expect(!HMAC.isValid(Array(code.dropLast()), for: message, key: key))
        #expect(!HMAC.isValid([], for: message, key: key))
    }

    @Test func `equality in constant time is equality`() {
        #expect(constantTimeEqual([UInt8](), []))
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
        #expect(constantTimeEqual("schlüssel", "schlüssel"))
        #expect(!constantTimeEqual("a", "b"))
    }
}
