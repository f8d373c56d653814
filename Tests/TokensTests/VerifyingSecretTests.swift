import Core
import Cryptography
import Testing
import Tokens

@Suite struct `PostgREST's JWT secret` {
    private func verifies(_ secret: String, isBase64: Bool = false, _ token: String) throws -> Bool {
        let keys = try TokenKeySet(verifyingWithSecret: Secret(secret), isBase64: isBase64)
        #expect(keys.signer == nil)
        do throws(TokenError) {
            _ = try TokenVerifier(keys: keys).verify(token, now: Workbench.now)
            return true
        } catch {
            return false
        }
    }

    @Test func `plain text is an HS256 secret`() throws {
        let token = Workbench.forge(claims: "{}")
        #expect(try verifies(Workbench.secret, token))
        #expect(try !verifies(Workbench.otherSecret, token))
    }

    @Test(arguments: [
        "zeuBQsWb0sxhD4ZjpE+gD3y+cWl2hK/7IYTQU2cJ5iA=", "zeuBQsWb0sxhD4ZjpE-gD3y-cWl2hK_7IYTQU2cJ5iA",
        "zeuBQsWb0sxhD4ZjpE-gD3y-cWl2hK_7IYTQU2cJ5iA.", " zeuBQsWb0sxhD4ZjpE+gD3y+cWl2hK/7IYTQU2cJ5iA=\n",
    ])
    func `base64 of either alphabet is decoded`(text: String) throws {
        let secret = try #require(Base64URL.decode("zeuBQsWb0sxhD4ZjpE-gD3y-cWl2hK_7IYTQU2cJ5iA"))
        #expect(try verifies(text, isBase64: true, Workbench.forge(claims: "{}", secret: secret)))
    }

    @Test func `a key or a key set needs no names`() throws {
        let curve = try SigningKey.generate(.es256)
        let rsa = try SigningKey.generate(.rs256)
        let shared: JSON = ["kty": "oct", "k": .string(Workbench.segment(Workbench.secret)), "alg": "HS256"]
        let publicCurve = JSON.object(try #require(curve.verificationKey.publicJWK))
        let publicRSA = JSON.object(try #require(rsa.verificationKey.publicJWK))
        let strange: JSON = ["kty": "OKP", "crv": "Ed25519", "x": "AA"]
        let tokens = [
            (Workbench.forge(claims: "{}"), shared),
            (try Workbench.forge(header: #"{"alg":"ES256"}"#, claims: "{}", key: curve), publicCurve),
            (try Workbench.forge(header: #"{"alg":"RS256"}"#, claims: "{}", key: rsa), publicRSA),
        ]
        let all = JSON.object(["keys": [strange, shared, publicCurve, publicRSA]]).text
        for (token, key) in tokens {
            #expect(try verifies(key.text, token))
            #expect(try verifies(all, token))
            for (_, other) in tokens where other != key { #expect(try !verifies(other.text, token)) }
        }
    }

    @Test func `a token that names a key is verified with that key alone`() throws {
        let first = try SigningKey.generate(.es256, keyID: "first")
        let second = try SigningKey.generate(.es256, keyID: "second")
        let keys = JSON.object([
            "keys": .array([
                .object(try #require(first.verificationKey.publicJWK)),
                .object(try #require(second.verificationKey.publicJWK)),
            ])
        ]).text
        #expect(
            try verifies(keys, Workbench.forge(header: #"{"alg":"ES256","kid":"second"}"#, claims: "{}", key: second)))
        #expect(
            try !verifies(keys, Workbench.forge(header: #"{"alg":"ES256","kid":"first"}"#, claims: "{}", key: second)))
        #expect(
            try !verifies(keys, Workbench.forge(header: #"{"alg":"ES256","kid":"third"}"#, claims: "{}", key: second)))
    }

    @Test func `what cannot be used is refused with its reason`() {
        func error(_ secret: String, isBase64: Bool = false) -> TokenKeySetError? {
            do throws(TokenKeySetError) {
                _ = try TokenKeySet(verifyingWithSecret: Secret(secret), isBase64: isBase64)
                return nil
            } catch {
                return error
            }
        }
        #expect(error("short") == .secret(position: 0, .weakSecret(bytes: 5, bytesMin: 32)))
        #expect(error("?", isBase64: true) == .notBase64)
        #expect(error(#"{"keys":[]}"#) == .empty)
        #expect(error(#"{"keys":[1]}"#) == .notAnObject(index: 0))
        #expect(error("{}") == .key(index: 0, .missingMember("kty")))
    }
}
