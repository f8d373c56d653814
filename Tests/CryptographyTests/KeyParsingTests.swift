import Core
import Cryptography
import TestSupport
import Testing

@Suite struct KeyParsingTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let jwk: JSONObject
        let error: KeyError
        var testDescription: String { "\(error)" }
    }

    static let refusals = [
        Refusal(jwk: [:], error: .missingMember("kty")),
        Refusal(jwk: ["kty": 1], error: .invalidMember("kty")),
        Refusal(jwk: ["kty": "OKP", "crv": "Ed25519"], error: .unsupported(member: "kty", value: "OKP")),
        Refusal(jwk: ["kty": "oct"], error: .missingMember("k")),
        Refusal(jwk: ["kty": "oct", "k": "!"], error: .invalidMember("k")),
        Refusal(jwk: ["kty": "oct", "k": "c2hvcnQ"], error: .weakSecret(bytes: 5, bytesMin: 32)),
        Refusal(
            jwk: PublishedKeys.changing(PublishedKeys.hs256, ["alg": "HS512"]),
            error: .unsupported(member: "alg", value: "HS512")),
        Refusal(
            jwk: PublishedKeys.changing(PublishedKeys.rs256, ["alg": "HS256"]),
            error: .algorithmMismatch(declared: "HS256", keyType: "RSA")),
        Refusal(
            jwk: PublishedKeys.changing(PublishedKeys.rs256, ["alg": "none"]),
            error: .unsupported(member: "alg", value: "none")),
        Refusal(
            jwk: PublishedKeys.changing(PublishedKeys.rs256, ["use": "enc"]), error: .purpose(wanted: "sign")),
        Refusal(
            jwk: PublishedKeys.changing(PublishedKeys.rs256, ["key_ops": ["verify"]]), error: .purpose(wanted: "sign")),
        Refusal(
            jwk: PublishedKeys.changing(PublishedKeys.rs256, ["kid": 7]), error: .invalidMember("kid")),
        Refusal(jwk: PublishedKeys.changing(PublishedKeys.rs256, removing: ["d"]), error: .privateHalfMissing),
        Refusal(jwk: PublishedKeys.changing(PublishedKeys.rs256, ["e": "AQ"]), error: .invalidMember("e")),
        Refusal(jwk: PublishedKeys.changing(PublishedKeys.rs256, ["e": "Ag"]), error: .invalidMember("e")),
        Refusal(
            jwk: PublishedKeys.changing(PublishedKeys.rs256, ["n": "AQAB"]),
            error: .modulusSize(bits: 17, bitsMin: 2048, bitsMax: 8192)),
        Refusal(
            jwk: PublishedKeys.changing(PublishedKeys.rs256, ["d": "AQAB"]), error: .pairMismatch),
        Refusal(
            jwk: PublishedKeys.changing(PublishedKeys.es256, ["crv": "P-384"]),
            error: .unsupported(member: "crv", value: "P-384")),
        Refusal(jwk: PublishedKeys.changing(PublishedKeys.es256, ["x": "AQAB"]), error: .invalidMember("x")),
        Refusal(
            jwk: PublishedKeys.changing(
                PublishedKeys.es256, ["d": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"]),
            error: .pairMismatch),
    ]

    @Test(arguments: refusals)
    func `an unusable signing key is refused with its reason`(refusal: Refusal) {
        #expect(throws: refusal.error) { try SigningKey(jwk: refusal.jwk) }
    }

    @Test func `a point that is not on the curve is refused`() {
        let jwk = PublishedKeys.changing(
            PublishedKeys.es256,
            ["y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a4"], removing: ["d"])
        #expect(throws: KeyError.self) { try VerificationKey(jwk: jwk) }
    }

    @Test func `a secret of 31 bytes is refused and one of 32 is not`() throws {
        let secret = SecureRandom.bytes(32)
        #expect(throws: KeyError.weakSecret(bytes: 31, bytesMin: 32)) {
            try VerificationKey(secret: Array(secret.dropLast()))
        }
        #expect(try VerificationKey(secret: secret).algorithm == .hs256)
    }

    @Test func `a private key that may only verify verifies`() throws {
        let jwk = PublishedKeys.changing(PublishedKeys.rs256, ["key_ops": ["verify"], "use": "sig", "alg": "RS256"])
        let key = try VerificationKey(jwk: jwk)
        #expect(key.publicJWK?["d"] == nil)
    }

    @Test func `altered keys are refused or work, and never crash`() {
        var generator = SeededGenerator(seed: 5)
        let members = ["kty", "n", "e", "d", "x", "y", "crv", "k", "alg", "use", "key_ops", "kid", "p", "q"]
        let values: [JSON] = [nil, 1, "", "AA", "AQAB", ["verify"], [:], "RSA", "EC", "oct", "P-256", "sign", true]
        for _ in 0..<1500 {
            var jwk = [PublishedKeys.hs256, PublishedKeys.rs256, PublishedKeys.es256].randomElement(using: &generator)!
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let random = JSON.string(Base64URL.encode(generator.bytes(upTo: 40)))
                let value = Bool.random(using: &generator) ? values.randomElement(using: &generator)! : random
                jwk[members.randomElement(using: &generator)!] = .some(value)
            }
            do throws(KeyError) {
                let key = try SigningKey(jwk: jwk)
                let signature = try key.sign([1, 2, 3])
                #expect(key.verificationKey.isValid(signature, for: [1, 2, 3]))
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }
}
