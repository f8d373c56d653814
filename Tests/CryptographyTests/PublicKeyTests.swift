import Core
import Cryptography
import Testing

@Suite struct `Public keys of authenticators` {
    private func number(_ name: String, of key: SigningKey) throws -> [UInt8] {
        try #require(key.verificationKey.publicJWK?[name]?.string.flatMap(Base64URL.decode))
    }

    @Test func `verify ECDSA in DER and not as JOSE writes it`() throws {
        let signer = try SigningKey.generate(.es256)
        let key = try PublicKey(p256X: number("x", of: signer), y: number("y", of: signer))
        let raw = try signer.sign(Array("message".utf8))
        #expect(key.kind == .p256)
        #expect(!key.isValid(raw, for: Array("message".utf8)))
        func integer(_ half: ArraySlice<UInt8>) -> [UInt8] {
            let digits = Array(half.drop { $0 == 0 })
            let padded = digits[0] & 0x80 != 0 ? [0] + digits : digits
            return [0x02, UInt8(padded.count)] + padded
        }
        let content = integer(raw[..<32]) + integer(raw[32...])
        let der = [0x30, UInt8(content.count)] + content
        #expect(key.isValid(der, for: Array("message".utf8)))
        #expect(!key.isValid(der, for: Array("massage".utf8)))
        #expect(!key.isValid(der.dropLast(), for: Array("message".utf8)))
        #expect(!key.isValid([], for: Array("message".utf8)))
    }

    @Test func `verify RSA with or without leading zeros`() throws {
        let signer = try SigningKey.generate(.rs256)
        let modulus = try number("n", of: signer)
        let exponent = try number("e", of: signer)
        let signature = try signer.sign([1, 2, 3])
        for modulus in [modulus, [0] + modulus] {
            let key = try PublicKey(rsaModulus: modulus, exponent: exponent)
            #expect(key.isValid(signature, for: [1, 2, 3]))
            #expect(!key.isValid(signature, for: [1, 2, 4]))
        }
    }

    /// RFC 8032, section 7.1, tests 1 to 3.
    @Test(arguments: [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ])
    func `verify Ed25519`(publicKey: String, message: String, signature: String) throws {
        let key = try PublicKey(ed25519: try #require(Hex.decode(publicKey)))
        let message = try #require(Hex.decode(message))
        var signature = try #require(Hex.decode(signature))
        #expect(key.isValid(signature, for: message))
        #expect(!key.isValid(signature, for: message + [0]))
        signature[0] ^= 1
        #expect(!key.isValid(signature, for: message))
    }

    @Test func `are refused when they are weak or none`() {
        let one = [UInt8](repeating: 1, count: 32)
        #expect(throws: KeyError.self) { try PublicKey(p256X: one, y: one) }
        #expect(throws: KeyError.invalidMember("x")) { try PublicKey(p256X: [1], y: one) }
        #expect(throws: KeyError.invalidMember("y")) { try PublicKey(p256X: one, y: []) }
        #expect(throws: KeyError.invalidMember("x")) { try PublicKey(ed25519: [1]) }
        let modulus = [0xC0] + [UInt8](repeating: 1, count: 255)
        #expect(throws: KeyError.invalidMember("e")) { try PublicKey(rsaModulus: modulus, exponent: [1]) }
        #expect(throws: KeyError.invalidMember("e")) { try PublicKey(rsaModulus: modulus, exponent: [2]) }
        #expect(throws: KeyError.invalidMember("e")) { try PublicKey(rsaModulus: modulus, exponent: []) }
        #expect(throws: KeyError.self) { try PublicKey(rsaModulus: Array(modulus.prefix(128)), exponent: [1, 0, 1]) }
        #expect(throws: KeyError.self) {
            try PublicKey(rsaModulus: [UInt8](repeating: 0xFF, count: 2000), exponent: [1, 0, 1])
        }
    }
}
