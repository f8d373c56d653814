import Core
import Cryptography
import TestSupport
import Testing

@Suite struct SignatureTests {
    @Test(arguments: [
        (PublishedKeys.hs256, PublishedKeys.hs256Signed, PublishedKeys.hs256Signature),
        (PublishedKeys.rs256, PublishedKeys.rs256Signed, PublishedKeys.rs256Signature),
        (PublishedKeys.es256, PublishedKeys.es256Signed, PublishedKeys.es256Signature),
    ])
    func `the signatures of RFC 7515 verify`(jwk: JSONObject, signed: String, signature: String) throws {
        let key = try VerificationKey(jwk: jwk)
        let bytes = try #require(Base64URL.decode(signature))
        #expect(key.isValid(bytes, for: Array(signed.utf8)))
        #expect(!key.isValid(bytes, for: Array((signed + "x").utf8)))
        for index in bytes.indices {
            var altered = bytes
            altered[index] ^= 1
            #expect(!key.isValid(altered, for: Array(signed.utf8)))
        }
    }

    @Test(arguments: [
        (PublishedKeys.hs256, PublishedKeys.hs256Signed, PublishedKeys.hs256Signature),
        (PublishedKeys.rs256, PublishedKeys.rs256Signed, PublishedKeys.rs256Signature),
    ])
    func `deterministic algorithms make the signatures of RFC 7515`(
        jwk: JSONObject, signed: String, signature: String
    ) throws {
        let key = try SigningKey(jwk: jwk)
        #expect(Base64URL.encode(try key.sign(Array(signed.utf8))) == signature)
    }

    @Test(arguments: SignatureAlgorithm.issued)
    func `a generated key signs, travels as JWK and verifies`(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey.generate(algorithm, keyID: "k1")
        let message = Array("a message".utf8)
        let copy = try SigningKey(jwk: key.privateJWK.reveal())
        #expect(copy.keyID == "k1")
        #expect(copy.algorithm == algorithm)
        #expect(copy.verificationKey.isValid(try key.sign(message), for: message))
        #expect(key.verificationKey.isValid(try copy.sign(message), for: message))
        #expect(key.privateJWK.reveal() == copy.privateJWK.reveal())
        let other = try SigningKey.generate(algorithm)
        #expect(!other.verificationKey.isValid(try key.sign(message), for: message))
        #expect("\(key.privateJWK)" == "<redacted>")
    }

    @Test(arguments: [SignatureAlgorithm.rs256, .es256])
    func `the public half verifies and does not tell the private one`(algorithm: SignatureAlgorithm) throws {
        let key = try SigningKey.generate(algorithm, keyID: "k1")
        let jwk = try #require(key.verificationKey.publicJWK)
        for name in ["d", "p", "q", "dp", "dq", "qi", "k"] { #expect(jwk[name] == nil) }
        let names = jwk.members.map(\.key)
        #expect(Array(names.prefix(5)) == ["kty", "kid", "alg", "use", "key_ops"])
        let message = Array("a message".utf8)
        #expect(try VerificationKey(jwk: jwk).isValid(try key.sign(message), for: message))
        #expect(throws: KeyError.purpose(wanted: "sign")) { try SigningKey(jwk: jwk) }
    }

    @Test(arguments: Set(SignatureAlgorithm.allCases).subtracting(SignatureAlgorithm.issued))
    func `no key is made for an algorithm that is verified only`(algorithm: SignatureAlgorithm) {
        #expect(throws: KeyError.unsupported(member: "alg", value: algorithm.rawValue)) {
            try SigningKey.generate(algorithm)
        }
    }

    @Test func `a shared secret has no public half`() throws {
        #expect(try SigningKey.generate(.hs256).verificationKey.publicJWK == nil)
    }

    @Test func `P-256 signatures are always 64 bytes`() throws {
        let key = try SigningKey.generate(.es256)
        for count in 0..<200 {
            let message = [UInt8](repeating: UInt8(count), count: count)
            let signature = try key.sign(message)
            #expect(signature.count == 64)
            #expect(key.verificationKey.isValid(signature, for: message))
        }
    }

    @Test func `random signatures are refused without harm`() throws {
        var generator = SeededGenerator(seed: 4)
        for algorithm in SignatureAlgorithm.issued {
            let key = try SigningKey.generate(algorithm).verificationKey
            for _ in 0..<300 { #expect(!key.isValid(generator.bytes(upTo: 300), for: generator.bytes(upTo: 50))) }
            #expect(!key.isValid([UInt8](repeating: 0, count: 64), for: []))
            #expect(!key.isValid([UInt8](repeating: 0xFF, count: 64), for: []))
            #expect(!key.isValid([], for: []))
        }
    }

    @Test func `one key serves many threads`() async throws {
        for algorithm in SignatureAlgorithm.issued {
            let key = try SigningKey.generate(algorithm)
            let wrong = await withTaskGroup(of: Int.self) { group in
                for task in 0..<32 {
                    group.addTask {
                        (0..<20).count { round in
                            let message = Array("\(task) \(round)".utf8)
                            guard let signature = try? key.sign(message) else { return true }
                            return !key.verificationKey.isValid(signature, for: message)
                                || key.verificationKey.isValid(signature, for: message + [0])
                        }
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(wrong == 0)
        }
    }
}
