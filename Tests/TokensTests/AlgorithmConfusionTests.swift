import Core
import Cryptography
import Testing
import Tokens

@Suite struct AlgorithmConfusionTests {
    /// Made once: an RSA key takes a good part of a second.
    private static let pair = Result { () throws(KeyError) in
        (rsa: try SigningKey.generate(.rs256, keyID: "rsa"), curve: try SigningKey.generate(.es256, keyID: "curve"))
    }

    let rsa: SigningKey
    let curve: SigningKey

    init() throws { (rsa, curve) = try AlgorithmConfusionTests.pair.get() }

    private func asymmetric() throws -> TokenVerifier {
        var verifyOnly = rsa.privateJWK.reveal()
        verifyOnly["key_ops"] = ["verify"]
        return TokenVerifier(
            keys: try TokenKeySet(
                secret: Secret(Workbench.secret), keys: [.object(curve.privateJWK.reveal()), .object(verifyOnly)]))
    }

    private func mixed() throws -> TokenVerifier {
        TokenVerifier(
            keys: try TokenKeySet(
                secret: Secret(Workbench.secret), keys: [.object(curve.privateJWK.reveal())],
                validMethods: [.es256, .hs256]))
    }

    @Test(arguments: ["none", "None", "NONE", "nOnE", "", "hs256", "HS384", "HS512", "PS256", "EdDSA", "RS512"])
    func `unsigned tokens and strange algorithms are refused`(name: String) throws {
        let header = #"{"alg":"\#(name)","typ":"JWT"}"#
        let unsigned = Workbench.segment(header) + "." + Workbench.segment(#"{"role":"service_role"}"#) + "."
        let signed = Workbench.forge(header: header, claims: #"{"role":"service_role"}"#)
        for verifier in [try Workbench.verifier(), try asymmetric(), try mixed()] {
            for token in [unsigned, signed] {
                #expect(throws: TokenError.algorithmNotAllowed(name)) { try verifier.verify(token, now: Workbench.now) }
            }
        }
    }

    @Test func `an HS256 token without a signature is refused`() throws {
        let token = Workbench.segment(#"{"alg":"HS256"}"#) + "." + Workbench.segment("{}") + "."
        #expect(throws: TokenError.signatureInvalid) { try Workbench.verifier().verify(token, now: Workbench.now) }
    }

    @Test(arguments: [
        "{}", #"{"typ":"JWT"}"#, #"{"alg":null}"#, #"{"alg":["HS256"]}"#, #"{"alg":1}"#, #"{"ALG":"HS256"}"#,
    ])
    func `a header without an algorithm is refused`(header: String) throws {
        let verifier = try Workbench.verifier()
        #expect(throws: TokenError.algorithmMissing) {
            try verifier.verify(Workbench.forge(header: header, claims: "{}"), now: Workbench.now)
        }
    }

    @Test func `critical extensions are refused`() throws {
        let header = #"{"alg":"HS256","crit":["exp"]}"#
        #expect(throws: TokenError.criticalExtensions) {
            try Workbench.verifier().verify(Workbench.forge(header: header, claims: "{}"), now: Workbench.now)
        }
    }

    @Test func `of a repeated algorithm only the one that is checked counts`() throws {
        let verifier = try Workbench.verifier()
        let token = Workbench.forge(header: #"{"alg":"HS256","alg":"none"}"#, claims: "{}")
        #expect(throws: TokenError.algorithmNotAllowed("none")) { try verifier.verify(token, now: Workbench.now) }
        let reversed = Workbench.forge(header: #"{"alg":"none","alg":"HS256"}"#, claims: "{}", secret: [1])
        #expect(throws: TokenError.signatureInvalid) { try verifier.verify(reversed, now: Workbench.now) }
    }

    @Test func `a public key is never taken for a shared secret`() throws {
        for (name, key) in [("rsa", rsa), ("curve", curve)] {
            let jwk = try #require(key.verificationKey.publicJWK)
            let guesses = [JSON.object(jwk).bytes, Array((jwk["n"]?.string ?? jwk["x"]?.string ?? "").utf8)]
            for guess in guesses {
                for header in [#"{"alg":"HS256","kid":"\#(name)"}"#, #"{"alg":"HS256"}"#] {
                    let token = Workbench.forge(header: header, claims: #"{"role":"service_role"}"#, secret: guess)
                    for verifier in [try asymmetric(), try mixed()] {
                        #expect(throws: TokenError.self) { try verifier.verify(token, now: Workbench.now) }
                    }
                }
            }
        }
        // Not even with the right secret may a token name an asymmetric key.
        let token = Workbench.forge(header: #"{"alg":"HS256","kid":"curve"}"#, claims: "{}")
        #expect(throws: TokenError.algorithmMismatch(algorithm: "HS256", keyAlgorithm: .es256)) {
            try mixed().verify(token, now: Workbench.now)
        }
        #expect(throws: TokenError.algorithmMismatch(algorithm: "ES256", keyAlgorithm: .rs256)) {
            try asymmetric().verify(
                try Workbench.forge(header: #"{"alg":"ES256","kid":"rsa"}"#, claims: "{}", key: curve),
                now: Workbench.now)
        }
    }

    @Test func `HS256 is refused when only asymmetric keys are configured`() throws {
        let token = Workbench.forge(claims: "{}")
        #expect(throws: TokenError.algorithmNotAllowed("HS256")) { try asymmetric().verify(token, now: Workbench.now) }
        #expect(try mixed().verify(token, now: Workbench.now).algorithm == .hs256)
    }

    @Test func `HS256 with an unknown name falls back to the shared secret`() throws {
        for header in [#"{"alg":"HS256","kid":"unheard-of"}"#, #"{"alg":"HS256","kid":7}"#, #"{"alg":"HS256"}"#] {
            let token = Workbench.forge(header: header, claims: "{}")
            #expect(try Workbench.verifier().verify(token, now: Workbench.now).algorithm == .hs256)
        }
    }

    @Test func `asymmetric tokens must name a key we know`() throws {
        let unknown = try Workbench.forge(header: #"{"alg":"ES256","kid":"other"}"#, claims: "{}", key: curve)
        #expect(throws: TokenError.unknownKey(keyID: "other", algorithm: .es256)) {
            try asymmetric().verify(unknown, now: Workbench.now)
        }
    }

    @Test func `an asymmetric token without a name is tried with every key of its algorithm, and no other`() throws {
        let second = try SigningKey.generate(.es256, keyID: "second")
        let keys = try TokenKeySet(
            secret: Secret(Workbench.secret),
            keys: [
                .object(curve.privateJWK.reveal()), .object(try #require(rsa.verificationKey.publicJWK)),
                .object(try #require(second.verificationKey.publicJWK)),
            ])
        let verifier = TokenVerifier(keys: keys)
        for (key, algorithm) in [(curve, "ES256"), (second, "ES256"), (rsa, "RS256")] {
            let token = try Workbench.forge(header: #"{"alg":"\#(algorithm)"}"#, claims: "{}", key: key)
            #expect(try verifier.verify(token, now: Workbench.now).keyID == nil)
        }
        let foreign = try SigningKey.generate(.es256)
        for (header, key) in [(#"{"alg":"ES256"}"#, foreign), (#"{"alg":"RS256"}"#, curve)] {
            let token = try Workbench.forge(header: header, claims: "{}", key: key)
            #expect(throws: TokenError.signatureInvalid) { try verifier.verify(token, now: Workbench.now) }
        }
        // The public key as an HMAC secret stays what it was: no key of that algorithm.
        let confused = Workbench.forge(
            header: #"{"alg":"HS256"}"#, claims: "{}",
            secret: Array(JSON.object(try #require(rsa.verificationKey.publicJWK)).text.utf8))
        #expect(throws: TokenError.self) { try verifier.verify(confused, now: Workbench.now) }
    }

    @Test func `a foreign key under a known name is refused`() throws {
        for (name, algorithm) in [("curve", SignatureAlgorithm.es256), ("rsa", .rs256)] {
            let foreign = try SigningKey.generate(algorithm, keyID: name)
            let header = #"{"alg":"\#(algorithm.rawValue)","kid":"\#(name)"}"#
            #expect(throws: TokenError.signatureInvalid) {
                try asymmetric().verify(
                    try Workbench.forge(header: header, claims: "{}", key: foreign), now: Workbench.now)
            }
        }
        #expect(throws: TokenError.signatureInvalid) {
            try Workbench.verifier().verify(
                Workbench.forge(claims: "{}", secret: Array(Workbench.otherSecret.utf8)), now: Workbench.now)
        }
    }

    @Test func `genuine asymmetric tokens verify`() throws {
        for (name, key) in [("curve", curve), ("rsa", rsa)] {
            let token = try TokenIssuer(key: key).sign(claims: Workbench.claims)
            let verified = try asymmetric().verify(token, now: Workbench.now)
            #expect(verified.keyID == name)
            #expect(verified.algorithm == key.algorithm)
        }
    }

    @Test func `a key set by address and keys in the header are ignored`() throws {
        let jwk = JSON.object(try #require(curve.verificationKey.publicJWK)).text
        let foreign = try SigningKey.generate(.es256, keyID: "mine")
        let header = #"{"alg":"ES256","kid":"mine","jku":"https://example.org/keys","jwk":\#(jwk)}"#
        #expect(throws: TokenError.unknownKey(keyID: "mine", algorithm: .es256)) {
            try asymmetric().verify(
                try Workbench.forge(header: header, claims: "{}", key: foreign), now: Workbench.now)
        }
    }
}
