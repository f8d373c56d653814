import Core
import Cryptography
import Testing

/// JWKs by others, with every algorithm that they may be used with.
@Suite struct ForeignKeyTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let jwk: JSONObject
        let algorithms: [SignatureAlgorithm]
        var testDescription: String { "\(algorithms)" }
    }

    static let p384: JSONObject = [
        "kty": "EC", "crv": "P-384", "x": "Auzxh7tzUzhuKQ5hyBy4YRvbPpmG_SAIGaBPdPlgyomrPLYEVUxFiCBkcAUGZQHL",
        "y": "ROmVM0AvUizOLfRaukcHGUkVTmgI5bWA_BO8vgu6RKW_3H8GybQ3hvRnsh7muWZx",
    ]
    /// RFC 8037, appendix A.2.
    static let ed25519: JSONObject = [
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    ]

    static let cases = [
        Case(jwk: PublishedKeys.hs256, algorithms: [.hs256, .hs384, .hs512]),
        Case(jwk: PublishedKeys.changing(PublishedKeys.hs256, ["alg": "HS512"]), algorithms: [.hs512]),
        Case(jwk: PublishedKeys.rs256, algorithms: [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]),
        Case(jwk: PublishedKeys.changing(PublishedKeys.rs256, ["alg": "PS384"]), algorithms: [.ps384]),
        Case(jwk: PublishedKeys.es256, algorithms: [.es256]),
        Case(jwk: p384, algorithms: [.es384]),
        Case(jwk: ed25519, algorithms: [.edDSA]),
    ]

    @Test(arguments: cases)
    func `a key stands for the algorithms of its type, or the one that it declares`(example: Case) throws {
        var jwk = example.jwk
        jwk["kid"] = "k1"
        let keys = try VerificationKey.all(jwk: jwk)
        #expect(keys.map(\.algorithm) == example.algorithms)
        for key in keys where !key.algorithm.isSymmetric {
            let published = try #require(key.publicJWK)
            #expect(published["alg"]?.string == key.algorithm.rawValue)
            #expect(published["kid"] == "k1")
            for name in ["kty", "crv", "n", "e", "x", "y"] { #expect(published[name] == jwk[name]) }
            #expect(published["d"] == nil)
            #expect(try VerificationKey.all(jwk: published).map(\.algorithm) == [key.algorithm])
        }
    }

    /// RFC 8037, appendix A.5.
    @Test func `the signature of RFC 8037 verifies`() throws {
        let message = Array("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8)
        let signature = try #require(
            Base64URL.decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"))
        let key = try #require(try VerificationKey.all(jwk: Self.ed25519).first)
        #expect(key.isValid(signature, for: message))
        #expect(!key.isValid(signature, for: message + [0]))
        #expect(!key.isValid(Array(signature.dropLast()), for: message))
    }

    @Test func `unusable keys are refused with their reasons`() {
        let refusals: [(JSONObject, KeyError)] = [
            (["kty": "oct", "k": "c2hvcnQ"], .weakSecret(bytes: 5, bytesMin: 32)),
            (["kty": "OKP"], .missingMember("crv")),
            (["kty": "OKP", "crv": "X25519", "x": "AA"], .unsupported(member: "crv", value: "X25519")),
            (["kty": "OKP", "crv": "P-256", "x": "AA"], .unsupported(member: "crv", value: "P-256")),
            (["kty": "OKP", "crv": "Ed25519", "x": "AA"], .invalidMember("x")),
            (["kty": "EC", "crv": "Ed25519"], .unsupported(member: "crv", value: "Ed25519")),
            (["kty": "EC", "crv": "secp256k1"], .unsupported(member: "crv", value: "secp256k1")),
            (PublishedKeys.changing(Self.p384, ["crv": "P-256"]), .invalidMember("x")),
            (PublishedKeys.changing(Self.p384, ["crv": "P-521"]), .invalidMember("x")),
            (PublishedKeys.changing(Self.p384, ["alg": "ES256"]), .algorithmMismatch(declared: "ES256", keyType: "EC")),
            (
                PublishedKeys.changing(PublishedKeys.rs256, ["alg": "HS256"]),
                .algorithmMismatch(declared: "HS256", keyType: "RSA")
            ),
            (
                PublishedKeys.changing(PublishedKeys.hs256, ["alg": "RS256"]),
                .algorithmMismatch(declared: "RS256", keyType: "oct")
            ),
            (PublishedKeys.changing(PublishedKeys.hs256, ["alg": "none"]), .unsupported(member: "alg", value: "none")),
            (PublishedKeys.changing(PublishedKeys.hs256, ["use": "enc"]), .purpose(wanted: "verify")),
        ]
        for (jwk, expected) in refusals {
            #expect(throws: expected) { try VerificationKey.all(jwk: jwk) }
        }
    }

    @Test func `a point that is not on its curve is refused`() throws {
        var y = try #require(Base64URL.decode(Self.p384["y"]?.string ?? ""))
        y[47] ^= 1
        let jwk = PublishedKeys.changing(Self.p384, ["y": .string(Base64URL.encode(y))])
        #expect(throws: KeyError.self) { try VerificationKey.all(jwk: jwk) }
    }

    @Test func `a single key of its own algorithm is as before`() throws {
        #expect(throws: KeyError.unsupported(member: "crv", value: "P-384")) { try VerificationKey(jwk: Self.p384) }
        #expect(throws: KeyError.unsupported(member: "kty", value: "OKP")) { try VerificationKey(jwk: Self.ed25519) }
        #expect(throws: KeyError.unsupported(member: "alg", value: "RS512")) {
            try VerificationKey(jwk: PublishedKeys.changing(PublishedKeys.rs256, ["alg": "RS512"]))
        }
    }
}
