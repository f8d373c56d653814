import Auth
import Core
import Cryptography
import Gateway
import HTTPTypes
import Postgres
import Testing
import Tokens

@Suite struct `The ID token grant` {
    private func grant(
        _ harness: ExternalHarness, _ fields: JSONObject, bearer: String? = nil
    ) async throws -> Answer {
        try await harness.auth.send(.post, "/token?grant_type=id_token", .object(fields), bearer: bearer)
    }

    private func fault(_ answer: Answer) -> String {
        "\(answer.status) \(answer["error"]?.string ?? "-"): \(answer["error_description"]?.string ?? answer.text)"
    }

    @Test func `signs in with the provider's word alone`() async throws {
        try await ExternalHarness.run { harness in
            let token = try harness.provider.idToken(ScriptedProvider.claims())
            let signedIn = try SignedIn(await grant(harness, ["provider": "google", "id_token": .string(token)]))
            #expect(signedIn.user["email"] == "person@example.org")
            #expect(signedIn.claims["amr"]?.array?.first?["method"] == "oauth")
            #expect(signedIn.answer["provider_token"] == nil)
            // The same person by the browser is the same account.
            #expect(try await harness.signIn().userID == signedIn.userID)
            // The second client id of the list, and the issuer in place of the name.
            let second = try harness.provider.idToken([
                "sub": "117", "aud": "another-client-of-the-tests", "email": "person@example.org",
            ])
            let answer = try await grant(
                harness,
                [
                    "issuer": .string(ScriptedProvider.issuer), "client_id": "whatever", "id_token": .string(second),
                    "access_token": nil, "nonce": nil, "gotrue_meta_security": [:],
                ])
            #expect(try SignedIn(answer).userID == signedIn.userID)
        }
    }

    @Test(
        arguments: [
            (["aud": "somebody-else"], "invalid request: Unacceptable audience in id_token: [somebody-else]"),
            (["aud": []], "invalid request: Unacceptable audience in id_token: []"),
            (["iss": "https://evil.test"], "invalid request: Bad ID token"),
            (["exp": 1_790_000_000], "invalid request: Bad ID token"), (["exp": nil], "invalid request: Bad ID token"),
            (["exp": "2100-01-01"], "invalid request: Bad ID token"),
            (["nbf": 1_790_000_301], "invalid request: Bad ID token"),
            (["sub": nil], "invalid request: Missing sub claim in id_token"),
            (["sub": 5], "invalid request: Missing sub claim in id_token"),
            (["aud": [.string(ScriptedProvider.clientID), "x"], "azp": "x"], "invalid request: Bad ID token"),
            (["at_hash": "wrong"], "invalid request: Bad ID token"),
            (
                ["nonce": "only in the token"],
                "invalid request: Passed nonce and nonce in id_token should either both exist or not."
            ),
        ] as [(JSONObject, String)])
    func `refuses a token that is not for this app, now`(changes: JSONObject, text: String) async throws {
        try await ExternalHarness.run { harness in
            var claims = ScriptedProvider.claims()
            for (name, value) in changes.members { claims[name] = value }
            let token = try harness.provider.idToken(claims)
            let answer = try await grant(
                harness, ["provider": "google", "id_token": .string(token), "access_token": "its access token"])
            #expect(fault(answer) == "400 \(text)")
            #expect(try await harness.count("select count(*) from auth.users") == 0)
        }
    }

    @Test func `takes several audiences of which this app asked`() async throws {
        try await ExternalHarness.run { harness in
            var claims = ScriptedProvider.claims()
            claims["aud"] = [.string(ScriptedProvider.clientID), "x"]
            claims["azp"] = .string(ScriptedProvider.clientID)
            let token = try harness.provider.idToken(claims)
            #expect(try await grant(harness, ["provider": "google", "id_token": .string(token)]).status == 200)
        }
    }

    @Test func `compares the access token that comes with it`() async throws {
        try await ExternalHarness.run { harness in
            var claims = ScriptedProvider.claims()
            claims["at_hash"] = .string(ScriptedProvider.accessTokenHash("the right one"))
            let token = try harness.provider.idToken(claims)
            for (accessToken, status) in [("the right one", 200), ("a wrong one", 400)] {
                let answer = try await grant(
                    harness,
                    ["provider": "google", "id_token": .string(token), "access_token": .string(accessToken)])
                #expect(answer.status == status)
            }
        }
    }

    @Test func `compares nonces, which have to be on both sides`() async throws {
        try await ExternalHarness.run { harness in
            var claims = ScriptedProvider.claims()
            claims["nonce"] = .string(Hex.encode(Digest.hash(.sha256, of: "the nonce")))
            let token = JSON.string(try harness.provider.idToken(claims))
            let both = "invalid request: Passed nonce and nonce in id_token should either both exist or not."
            let none = JSON.string(try harness.provider.idToken(ScriptedProvider.claims()))
            #expect(
                try await fault(grant(harness, ["provider": "google", "id_token": none, "nonce": "the nonce"]))
                    == "400 \(both)")
            #expect(try await fault(grant(harness, ["provider": "google", "id_token": token])) == "400 \(both)")
            #expect(
                try await fault(grant(harness, ["provider": "google", "id_token": token, "nonce": "another"]))
                    == "400 invalid nonce: Nonces mismatch")
            #expect(
                try await grant(harness, ["provider": "google", "id_token": token, "nonce": "the nonce"]).status == 200)
        }
        try await ExternalHarness.run {
            $0.external.providers["google"]?.isNonceSkipped = true
        } _: { harness in
            var claims = ScriptedProvider.claims()
            claims["nonce"] = "anything"
            let token = JSON.string(try harness.provider.idToken(claims))
            #expect(try await grant(harness, ["provider": "google", "id_token": token]).status == 200)
        }
    }

    @Test func `believes only signatures of the provider's keys`() async throws {
        try await ExternalHarness.run { harness in
            let claims = ScriptedProvider.claims()
            let real = try harness.provider.idToken(claims)
            let parts = real.split(separator: ".").map(String.init)
            let stranger = try SigningKey.generate(.es256, keyID: "rsa")
            let unknown = try SigningKey.generate(.es256, keyID: "unknown")
            let shared = try SigningKey(
                secret: Array(
                    JSON.object(
                        try #require(try ScriptedProvider.shared(.rs256, "rsa").verificationKey.publicJWK)
                    ).text.utf8), keyID: "rsa")
            let none = Base64URL.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8))
            let critical = Base64URL.encode(Array(#"{"alg":"RS256","kid":"rsa","crit":["x"]}"#.utf8))
            let forged = Base64URL.encode(Array(#"{"iss":"\#(ScriptedProvider.issuer)","sub":"1"}"#.utf8))
            for token in [
                try harness.provider.idToken(claims, key: stranger),
                try harness.provider.idToken(claims, key: unknown),
                try harness.provider.idToken(claims, key: shared), "\(none).\(parts[1]).",
                "\(none).\(parts[1]).\(parts[2])", "\(critical).\(parts[1]).\(parts[2])",
                "\(parts[0]).\(forged).\(parts[2])", "\(parts[0]).\(parts[1])", "\(real)A", "x", "..",
                "\(parts[0]).\(parts[1]).\(String(repeating: "A", count: 20_000))",
            ] {
                let answer = try await grant(harness, ["provider": "google", "id_token": .string(token)])
                #expect(fault(answer) == "400 invalid request: Bad ID token", "\(token.prefix(80))")
            }
            #expect(try await harness.count("select count(*) from auth.users") == 0)
            #expect(try await grant(harness, ["provider": "google", "id_token": .string(real)]).status == 200)
        }
    }

    @Test func `learns of new keys, though strangers cannot make it ask all the time`() async throws {
        try await ExternalHarness.run { harness in
            let first = try harness.provider.idToken(ScriptedProvider.claims())
            #expect(try await grant(harness, ["provider": "google", "id_token": .string(first)]).status == 200)
            #expect(harness.provider.requests(to: "/keys").count == 1)
            let new = try SigningKey.generate(.es256, keyID: "new")
            harness.provider.publish([try ScriptedProvider.shared(.rs256, "rsa"), new])
            let second = try harness.provider.idToken(ScriptedProvider.claims(), key: new)
            // Too soon after the last time.
            for _ in 0..<5 {
                #expect(try await grant(harness, ["provider": "google", "id_token": .string(second)]).status == 400)
            }
            #expect(harness.provider.requests(to: "/keys").count == 1)
            harness.auth.clock.advance(by: .seconds(31))
            for _ in 0..<5 {
                #expect(try await grant(harness, ["provider": "google", "id_token": .string(second)]).status == 200)
            }
            #expect(harness.provider.requests(to: "/keys").count == 2)
            #expect(harness.provider.requests(to: "/.well-known/openid-configuration").count == 1)
            harness.auth.clock.advance(by: .seconds(3500))
            _ = try await grant(harness, ["provider": "google", "id_token": .string(second)])
            harness.auth.clock.advance(by: .seconds(100))
            _ = try await grant(harness, ["provider": "google", "id_token": .string(first)])
            #expect(harness.provider.requests(to: "/keys").count == 3)
        }
    }

    @Test(
        arguments: [
            ([:], "400 invalid request: id_token required"),
            (["id_token": "x"], "400 invalid request: provider or client_id and issuer required"),
            (["id_token": "x", "issuer": "y"], "400 invalid request: provider or client_id and issuer required"),
            (["id_token": "x", "provider": "google"], "400 invalid request: Bad ID token"),
            (
                ["id_token": "x", "provider": "google", "link_identity": true],
                "400 invalid request: Linking requires a valid user access token in Authorization"
            ),
        ] as [(JSONObject, String)])
    func `says what is missing`(fields: JSONObject, text: String) async throws {
        try await ExternalHarness.run { harness in
            let answer = try await grant(harness, fields)
            #expect(fault(answer) == text)
        }
    }

    @Test(
        arguments: [
            (["provider": "github"], "400 validation_failed", "Custom OIDC provider \"github\" not allowed"),
            (["provider": "slack_oidc"], "400 validation_failed", "Custom OIDC provider \"slack_oidc\" not allowed"),
            (["provider": "custom:x"], "400 validation_failed", "Custom OIDC provider \"custom:x\" not allowed"),
            (
                ["issuer": "https://evil.test", "client_id": "x"], "400 validation_failed",
                "Custom OIDC provider \"\" not allowed"
            ),
            (["provider": "apple"], "400 provider_disabled", "Provider (issuer \"apple\") is not enabled"),
            (
                ["issuer": "https://login.microsoftonline.com/x/v2.0", "client_id": "x"], "400 provider_disabled",
                "Provider (issuer \"azure\") is not enabled"
            ),
        ] as [(JSONObject, String, String)])
    func `takes tokens of configured providers only`(fields: JSONObject, refusal: String, text: String) async throws {
        try await ExternalHarness.run {
            $0.external.providers["slack_oidc"] = ExternalHarness.settings
        } _: { harness in
            var fields = fields
            fields["id_token"] = .string(try harness.provider.idToken(ScriptedProvider.claims()))
            let answer = try await grant(harness, fields)
            #expect(answer.refusal == refusal)
            #expect(answer["msg"]?.string == text)
        }
    }

    @Test func `takes other issuers only from the operator's list`() async throws {
        try await ExternalHarness.run {
            $0.external.providers = [:]
            $0.external.allowedIssuers = [ScriptedProvider.issuer]
        } _: { harness in
            let token = JSON.string(try harness.provider.idToken(ScriptedProvider.claims()))
            var fields: JSONObject = [
                "id_token": token, "issuer": .string(ScriptedProvider.issuer), "client_id": "another",
            ]
            #expect(try await fault(grant(harness, fields)).contains("Unacceptable audience"))
            fields["client_id"] = .string(ScriptedProvider.clientID)
            let signedIn = try SignedIn(await grant(harness, fields))
            #expect(signedIn.user["identities"]?.array?.first?["provider"]?.string == ScriptedProvider.issuer)
        }
    }

    @Test func `needs no client secret, and takes the app's own id for Apple`() async throws {
        try await ExternalHarness.run {
            var apple = ExternalHarness.settings
            apple.secret = nil
            apple.clientIDs = ["com.example.web"]
            $0.external.providers["apple"] = apple
            $0.external.bundleID = "com.example.app"
        } _: { harness in
            for (audience, status) in [("com.example.app", 200), ("com.example.web", 200), ("com.evil", 400)] {
                var claims = ScriptedProvider.claims()
                claims["aud"] = .string(audience)
                let token = try harness.provider.idToken(claims)
                #expect(try await grant(harness, ["provider": "apple", "id_token": .string(token)]).status == status)
            }
        }
    }

    @Test func `links an identity to the bearer`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let user = try await harness.auth.signUp()
            let token = JSON.string(try harness.provider.idToken(ScriptedProvider.claims()))
            let fields: JSONObject = ["provider": "google", "id_token": token, "link_identity": true]
            let linked = try SignedIn(await grant(harness, fields, bearer: user.accessToken))
            #expect(linked.userID == user.userID)
            #expect(linked.user["app_metadata"]?["providers"] == ["email", "google"])
            #expect(try await grant(harness, fields, bearer: user.accessToken).refusal == "422 identity_already_exists")
            let other = try await harness.auth.signUp("other@example.org")
            #expect(
                try await grant(harness, fields, bearer: other.accessToken)["msg"]
                    == "Identity is already linked to another user")
            #expect(try await grant(harness, fields, bearer: "x").refusal == "403 bad_jwt")
        }
    }

    @Test func `refuses banned users, missing addresses and new people where nobody can sign up`() async throws {
        try await ExternalHarness.run { harness in
            let token = JSON.string(try harness.provider.idToken(ScriptedProvider.claims()))
            #expect(try await grant(harness, ["provider": "google", "id_token": token]).status == 200)
            try await harness.auth.owner.run("update auth.users set banned_until = 'infinity'")
            #expect(try await grant(harness, ["provider": "google", "id_token": token]).refusal == "403 user_banned")
            let nameless = JSON.string(try harness.provider.idToken(ScriptedProvider.claims("118", email: nil)))
            #expect(
                try await grant(harness, ["provider": "google", "id_token": nameless]).refusal
                    == "500 unexpected_failure")
            let unverified = JSON.string(
                try harness.provider.idToken(
                    ScriptedProvider.claims("119", email: "new@example.org", isVerified: false)))
            #expect(
                try await grant(harness, ["provider": "google", "id_token": unverified]).refusal
                    == "422 provider_email_needs_verification")
        }
        try await ExternalHarness.run {
            $0.isSignUpDisabled = true
        } _: { harness in
            let token = JSON.string(try harness.provider.idToken(ScriptedProvider.claims()))
            #expect(
                try await grant(harness, ["provider": "google", "id_token": token]).refusal == "422 signup_disabled")
        }
    }

    @Test func `says nothing of a provider that is down but that it failed`() async throws {
        try await ExternalHarness.run { harness in
            harness.provider.goDown()
            let token = JSON.string(try harness.provider.idToken(ScriptedProvider.claims()))
            let answer = try await grant(harness, ["provider": "google", "id_token": token])
            #expect(answer.refusal == "500 unexpected_failure")
            #expect(!answer.text.contains("refused"))
        }
    }
}
