import Core
import Cryptography
import Testing
import Tokens

@Suite struct TokenKeySetTests {
    private func jwk(_ key: SigningKey, operations: JSON) -> JSON {
        var jwk = key.privateJWK.reveal()
        jwk["key_ops"] = operations
        return .object(jwk)
    }

    @Test func `a secret alone signs, and publishes nothing`() throws {
        let keys = try TokenKeySet(secret: Secret(Workbench.secret), secretKeyID: "s1")
        #expect(keys.signer?.algorithm == .hs256)
        #expect(keys.algorithms == [.hs256])
        #expect(keys.publicJWKS.text == #"{"keys":[]}"#)
        let token = try TokenIssuer(keys: keys).sign(claims: ["role": "anon"])
        #expect(token.hasPrefix(Workbench.segment(#"{"alg":"HS256","kid":"s1","typ":"JWT"}"#) + "."))
        #expect(try TokenVerifier(keys: keys).verify(token, now: Workbench.now).keyID == "s1")
    }

    @Test func `tokens of a replaced secret stay valid until it is taken out`() throws {
        let old = try TokenIssuer(keys: Workbench.keys(Workbench.otherSecret)).sign(claims: ["role": "anon"])
        let during = try TokenKeySet(
            secret: Secret(Workbench.secret), previousSecrets: [Secret(Workbench.otherSecret)])
        #expect(try TokenVerifier(keys: during).verify(old, now: Workbench.now).role == "anon")
        #expect(throws: TokenError.signatureInvalid) { try Workbench.verifier().verify(old, now: Workbench.now) }
        let new = try TokenIssuer(keys: during).sign(claims: ["role": "anon"])
        #expect(try Workbench.verifier().verify(new, now: Workbench.now).role == "anon")
    }

    @Test func `the key with sign signs, all verify, and only public halves are published`() throws {
        let shared = try SigningKey.generate(.hs256, keyID: "shared")
        let rsa = try SigningKey.generate(.rs256, keyID: "rsa")
        let keys = try TokenKeySet(
            secret: Secret(Workbench.secret),
            keys: [jwk(shared, operations: ["verify"]), jwk(rsa, operations: ["sign", "verify"])])
        #expect(keys.signer?.keyID == "rsa")
        #expect(keys.algorithms == [.hs256, .rs256])
        let published = try #require(keys.publicJWKS["keys"]?.array)
        #expect(published.count == 1)
        let names = try #require(published.first?.object).members.map(\.key)
        #expect(names == ["kty", "kid", "alg", "use", "key_ops", "n", "e"])
        #expect(published.first?["use"] == "sig")
        #expect(published.first?["key_ops"] == ["verify"])
        let verifier = TokenVerifier(keys: keys)
        for key in [shared, rsa] {
            let token = try TokenIssuer(key: key).sign(claims: Workbench.claims)
            #expect(try verifier.verify(token, now: Workbench.now).keyID == key.keyID)
        }
    }

    @Test func `the unnamed symmetric key of Supabase's scripts stands for the secret`() throws {
        let curve = try SigningKey.generate(.es256, keyID: "curve")
        let shared: JSON = [
            "kty": "oct", "k": .string(Workbench.segment(Workbench.secret)), "alg": "HS256",
        ]
        let keys = try TokenKeySet(keys: [.object(curve.privateJWK.reveal()), shared])
        #expect(keys.signer?.keyID == "curve")
        let token = Workbench.forge(claims: #"{"role":"anon"}"#)
        #expect(try TokenVerifier(keys: keys).verify(token, now: Workbench.now).role == "anon")
    }

    @Test func `a configuration that cannot work is refused with its reason`() throws {
        let curve = try SigningKey.generate(.es256, keyID: "k")
        let other = try SigningKey.generate(.es256, keyID: "k")
        let unnamed = try SigningKey.generate(.es256)
        let both: JSON = ["sign", "verify"]
        #expect(throws: TokenKeySetError.empty) { try TokenKeySet() }
        #expect(throws: TokenKeySetError.secret(position: 0, .weakSecret(bytes: 5, bytesMin: 32))) {
            try TokenKeySet(secret: Secret("short"))
        }
        #expect(throws: TokenKeySetError.secret(position: 1, .weakSecret(bytes: 5, bytesMin: 32))) {
            try TokenKeySet(secret: Secret(Workbench.secret), previousSecrets: [Secret("short")])
        }
        #expect(throws: TokenKeySetError.notAnObject(index: 0)) { try TokenKeySet(keys: ["k"]) }
        #expect(throws: TokenKeySetError.key(index: 0, .missingMember("kty"))) { try TokenKeySet(keys: [[:]]) }
        #expect(throws: TokenKeySetError.severalSigners) {
            try TokenKeySet(keys: [jwk(curve, operations: both), jwk(other, operations: both)])
        }
        #expect(throws: TokenKeySetError.keyIDRepeated("k")) {
            try TokenKeySet(keys: [jwk(curve, operations: both), jwk(other, operations: ["verify"])])
        }
        #expect(throws: TokenKeySetError.keyIDMissing(index: 0)) {
            try TokenKeySet(keys: [jwk(unnamed, operations: both)])
        }
        #expect(throws: TokenKeySetError.noSigner) {
            try TokenKeySet(secret: Secret(Workbench.secret), keys: [jwk(curve, operations: ["verify"])])
        }
        #expect(throws: TokenKeySetError.tooMany(count: 33, countMax: 32)) {
            try TokenKeySet(keys: [JSON](repeating: [:], count: 33))
        }
    }

    @Test func `somebody else's key set verifies and never signs`() throws {
        let curve = try SigningKey.generate(.es256, keyID: "theirs")
        let theirs = try TokenKeySet(keys: [.object(curve.privateJWK.reveal())])
        var jwks = try #require(theirs.publicJWKS["keys"]?.array)
        jwks.append(["kty": "OKP", "kid": "strange", "crv": "Ed25519"])
        jwks.append(["kty": "oct", "kid": "shared", "k": .string(Workbench.segment(Workbench.secret))])
        let keys = TokenKeySet(verifyingWith: ["keys": .array(jwks)])
        #expect(keys.signer == nil)
        #expect(keys.algorithms == [.es256])
        let token = try TokenIssuer(keys: theirs).sign(claims: Workbench.claims)
        #expect(try TokenVerifier(keys: keys).verify(token, now: Workbench.now).keyID == "theirs")
        let forged = Workbench.forge(header: #"{"alg":"HS256","kid":"shared"}"#, claims: "{}")
        #expect(throws: TokenError.algorithmNotAllowed("HS256")) {
            try TokenVerifier(keys: keys).verify(forged, now: Workbench.now)
        }
        #expect(throws: TokenError.noSigningKey) { try TokenIssuer(keys: keys) }
        #expect(TokenKeySet(verifyingWith: nil).algorithms.isEmpty)
    }

    @Test func `a token that no verifier would take is not issued`() throws {
        let issuer = try TokenIssuer(keys: Workbench.keys())
        let error = #expect(throws: TokenError.self) {
            try issuer.sign(claims: ["note": .string(String(repeating: "x", count: 20_000))])
        }
        guard case .tooLarge(_, let max)? = error else {
            Issue.record("expected a size error, not \(String(describing: error))")
            return
        }
        #expect(max == 16_384)
    }
}
