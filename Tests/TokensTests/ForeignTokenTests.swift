import Core
import Cryptography
import Testing
import Tokens

/// What PostgREST's `jwt-secret` verifies: every algorithm that its key has, and no other.
@Suite struct `Tokens of other issuers` {
    private func error(_ token: String, secret: String) throws -> TokenError? {
        let verifier = TokenVerifier(keys: try TokenKeySet(verifyingWithSecret: Secret(secret)))
        do throws(TokenError) {
            _ = try verifier.verify(token, now: Workbench.now)
            return nil
        } catch {
            return error
        }
    }

    private func jwk(_ name: String, changing changes: [String: JSON] = [:]) throws -> String {
        var jwk = try #require(try JSON(parsing: ForeignToken.keys[name] ?? "").object)
        for (name, value) in changes { jwk[name] = .some(value) }
        return JSON.object(jwk).text
    }

    private func set(_ keys: [String]) -> String { #"{"keys":["# + keys.joined(separator: ",") + "]}" }

    @Test(arguments: ForeignToken.all)
    func `a genuine token verifies with its key, alone, declared and among all others`(token: ForeignToken) throws {
        let all = set(ForeignToken.keys.sorted { $0.key < $1.key }.map(\.value))
        for secret in [
            try jwk(token.key), try jwk(token.key, changing: ["alg": .string(token.algorithm), "use": "sig"]), all,
        ] {
            let verifier = TokenVerifier(keys: try TokenKeySet(verifyingWithSecret: Secret(secret)))
            let verified = try verifier.verify(token.genuine, now: Workbench.now)
            #expect(verified.algorithm.rawValue == token.algorithm)
            #expect(verified.role == "reader")
            #expect(verified.subject == token.algorithm)
        }
    }

    @Test(arguments: ForeignToken.all)
    func `a token by another key is refused`(token: ForeignToken) throws {
        #expect(try error(token.foreign, secret: jwk(token.key)) == .signatureInvalid)
        for (name, key) in ForeignToken.keys where name != token.key {
            #expect(try error(token.genuine, secret: key) != nil)
        }
    }

    @Test(arguments: ForeignToken.all)
    func `a token by another algorithm than it says is refused`(token: ForeignToken) throws {
        if let swapped = token.swapped {
            #expect(try error(swapped, secret: jwk(token.key)) == .signatureInvalid)
        }
        // The header changed afterwards: every other name, on the signature of this one.
        let parts = token.genuine.split(separator: ".").map(String.init)
        for algorithm in SignatureAlgorithm.allCases where algorithm.rawValue != token.algorithm {
            let header = Workbench.segment(#"{"alg":"\#(algorithm.rawValue)","typ":"JWT"}"#)
            #expect(try error([header, parts[1], parts[2]].joined(separator: "."), secret: jwk(token.key)) != nil)
        }
    }

    @Test(arguments: ForeignToken.all)
    func `a cut or lengthened signature is refused`(token: ForeignToken) throws {
        let end = try #require(token.genuine.lastIndex(of: "."))
        let head = String(token.genuine[...end])
        let signature = try #require(Base64URL.decode(String(token.genuine[token.genuine.index(after: end)...])))
        let altered = [
            [], Array(signature.dropLast()), Array(signature.dropFirst()), Array(signature.prefix(signature.count / 2)),
            signature + [0], [0] + signature, signature + signature, [UInt8](repeating: 0, count: signature.count),
        ]
        for bytes in altered {
            #expect(try error(head + Base64URL.encode(bytes), secret: jwk(token.key)) == .signatureInvalid)
        }
        for index in signature.indices {
            var bytes = signature
            bytes[index] ^= 0x10
            #expect(try error(head + Base64URL.encode(bytes), secret: jwk(token.key)) == .signatureInvalid)
        }
    }

    @Test(arguments: ForeignToken.all)
    func `a key that declares an algorithm verifies no other`(token: ForeignToken) throws {
        for algorithm in SignatureAlgorithm.allCases where algorithm.rawValue != token.algorithm {
            let secret = try jwk(token.key, changing: ["alg": .string(algorithm.rawValue)])
            do throws(TokenKeySetError) {
                let keys = try TokenKeySet(verifyingWithSecret: Secret(secret))
                #expect(throws: TokenError.algorithmNotAllowed(token.algorithm)) {
                    try TokenVerifier(keys: keys).verify(token.genuine, now: Workbench.now)
                }
            } catch {
                let type = try #require(try JSON(parsing: secret)["kty"]?.string)
                #expect(error == .key(index: 0, .algorithmMismatch(declared: algorithm.rawValue, keyType: type)))
            }
        }
    }

    @Test func `plain text is a secret for HS256 alone`() throws {
        let message = Workbench.segment(#"{"alg":"HS384"}"#) + "." + Workbench.segment("{}")
        let code = HMAC.authenticate(Array(message.utf8), key: Array(Workbench.secret.utf8), using: .sha384)
        let token = message + "." + Base64URL.encode(code)
        #expect(try error(token, secret: Workbench.secret) == .algorithmNotAllowed("HS384"))
        let key = JSON.object(["kty": "oct", "k": .string(Workbench.segment(Workbench.secret))]).text
        #expect(try error(token, secret: key) == nil)
    }

    @Test(arguments: ["rsa", "p256", "p384", "p521", "ed25519", "ed448"])
    func `a public key is never taken for a shared secret`(name: String) throws {
        let key = try jwk(name)
        let members = try #require(try JSON(parsing: key).object)
        let guesses = [key] + members.members.compactMap(\.value.string)
        for (header, digest) in [("HS256", DigestAlgorithm.sha256), ("HS384", .sha384), ("HS512", .sha512)] {
            for guess in guesses {
                for secret in [Array(guess.utf8), Base64URL.decode(guess) ?? [1]] {
                    let message = Workbench.segment(#"{"alg":"\#(header)"}"#) + "." + Workbench.segment("{}")
                    let code = HMAC.authenticate(Array(message.utf8), key: secret, using: digest)
                    #expect(
                        try error(message + "." + Base64URL.encode(code), secret: key)
                            == .algorithmNotAllowed(header))
                }
            }
        }
    }

    @Test func `a name that a token states must be a key's`() throws {
        let named = Workbench.forge(header: #"{"alg":"HS256","kid":"day"}"#, claims: "{}")
        let k: JSON = .string(Workbench.segment(Workbench.secret))
        let other: JSON = .string(Workbench.segment(Workbench.otherSecret))
        #expect(try error(named, secret: Workbench.secret) == .unknownKey(keyID: "day", algorithm: .hs256))
        let nameless = JSON.object(["kty": "oct", "k": k]).text
        #expect(try error(named, secret: nameless) == .unknownKey(keyID: "day", algorithm: .hs256))
        let day = JSON.object(["kty": "oct", "k": k, "kid": "day"]).text
        #expect(try error(named, secret: day) == nil)
        #expect(try error(Workbench.forge(claims: "{}"), secret: day) == nil)
        // Two keys of one name are both tried.
        let night = JSON.object(["kty": "oct", "k": other, "kid": "day"]).text
        #expect(try error(named, secret: set([night, day])) == nil)
        #expect(try error(named, secret: night) == .signatureInvalid)
    }

    @Test func `of foreign tokens, claims of another kind count as absent`() throws {
        let keys = try TokenKeySet(verifyingWithSecret: Secret(Workbench.secret))
        let claims = [
            #"{"role":7,"sub":1,"session_id":{},"exp":null}"#,
            #"{"role":[],"sub":true,"session_id":1,"a":"\n","nbf":null}"#,
        ]
        for claims in claims {
            let token = Workbench.forge(claims: claims)
            let verified = try TokenVerifier(keys: keys, claims: .foreign).verify(token, now: Workbench.now)
            #expect(verified.role == nil)
            #expect(verified.subject == nil)
            #expect(verified.sessionID == nil)
            #expect(verified.expiresAt == nil)
            #expect(verified.claimsText == claims)
            #expect(throws: TokenError.claimNotText("role")) {
                try TokenVerifier(keys: keys).verify(token, now: Workbench.now)
            }
        }
        for claims in [#"{"exp":"1"}"#, #"{"nbf":[]}"#, #"{"iat":true}"#] {
            let token = Workbench.forge(claims: claims)
            #expect(throws: TokenError.self) {
                try TokenVerifier(keys: keys, claims: .foreign).verify(token, now: Workbench.now)
            }
        }
    }
}
