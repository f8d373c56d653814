import Auth
import Core
import Gateway
import HTTPTypes
import Postgres
import Testing

/// What each provider's answers become. The shapes are those of the providers' documentation.
@Suite struct `Profiles of providers` {
    private static func harness(
        _ name: String, url: String? = nil, _ body: (ExternalHarness) async throws -> Void
    ) async throws {
        try await ExternalHarness.run({ configuration in
            var settings = ExternalHarness.settings
            settings.url = url
            configuration.external.providers[name] = settings
        }) { try await body($0) }
    }

    private func signIn(_ harness: ExternalHarness, _ provider: String) async throws -> JSON {
        let state = try await harness.authorize(provider: provider, pkce: true).state
        let landed = try await harness.callback("code=c&state=\(state)")
        let code = try #require(landed.query["code"], "\(landed.location)")
        return try SignedIn(await harness.exchange(code)).user
    }

    @Test func `from GitHub have the primary verified address`() async throws {
        try await Self.harness("github") { harness in
            harness.provider.answer(
                "https://github.com/login/oauth/access_token", ["access_token": "gho", "token_type": "bearer"])
            harness.provider.answer(
                "https://api.github.com/user",
                [
                    "id": 583_231, "login": "octo", "name": "Octo Cat", "email": "shown@example.org",
                    "avatar_url": "https://a/1",
                ])
            harness.provider.answer(
                "https://api.github.com/user/emails",
                [
                    ["email": "old@example.org", "primary": false, "verified": true],
                    ["email": "Main@Example.org", "primary": true, "verified": true],
                    ["email": "evil@example.org", "primary": false, "verified": false],
                ])
            let user = try await signIn(harness, "github")
            #expect(user["email"] == "main@example.org")
            #expect(
                user["user_metadata"] == [
                    "avatar_url": "https://a/1", "email": "main@example.org", "email_verified": true,
                    "full_name": "Octo Cat", "iss": "https://api.github.com", "name": "Octo Cat",
                    "phone_verified": false, "preferred_username": "octo", "provider_id": "583231", "sub": "583231",
                    "user_name": "octo",
                ])
            let asked = harness.provider.requests.filter { $0.url.hasPrefix("https://api.github.com") }
            #expect(asked.allSatisfy { $0.headers.contains { $0.name == "user-agent" } })
            #expect(asked.allSatisfy { $0.headers.contains { $0.value == "Bearer gho" } })
        }
    }

    @Test func `from GitHub's failures, which have status 200, are none`() async throws {
        try await Self.harness("github") { harness in
            harness.provider.answer(
                "https://github.com/login/oauth/access_token", ["error": "bad_verification_code"])
            let state = try await harness.authorize(provider: "github").state
            let landed = try await harness.callback("code=c123456&state=\(state)")
            #expect(landed.query["error_description"] == "Unable to exchange external code: c123")
            #expect(harness.auth.observer.causes.last?.hasSuffix("status 200 (bad_verification_code)") == true)
        }
    }

    @Test func `from GitLab count the confirmed address only`() async throws {
        try await Self.harness("gitlab", url: "https://git.clinic.test/") { harness in
            _ = try await harness.auth.send(
                .post, "/admin/users", ["email": "further@example.org", "email_confirm": true],
                bearer: harness.auth.serviceKey)
            harness.provider.answer("https://git.clinic.test/oauth/token", ["access_token": "gl"])
            harness.provider.answer(
                "https://git.clinic.test/api/v4/user",
                [
                    "id": 7, "username": "pat", "name": "Pat", "email": "pat@example.org",
                    "confirmed_at": "2020-01-01T00:00:00Z", "avatar_url": "https://a/2",
                ])
            harness.provider.answer(
                "https://git.clinic.test/api/v4/user/emails", [["id": 1, "email": "further@example.org"]])
            let user = try await signIn(harness, "gitlab")
            #expect(user["email"] == "pat@example.org")
            #expect(user["user_metadata"]?["iss"] == "https://git.clinic.test")
            #expect(user["user_metadata"]?["sub"] == "7")
        }
    }

    @Test(arguments: [
        ("a_123", "https://cdn.discordapp.com/avatars/80351110224678912/a_123.gif"),
        ("456", "https://cdn.discordapp.com/avatars/80351110224678912/456.png"),
        ("", "https://cdn.discordapp.com/embed/avatars/2.png"),
    ])
    func `from Discord have a picture`(avatar: String, picture: String) async throws {
        try await Self.harness("discord") { harness in
            harness.provider.answer("https://discord.com/api/oauth2/token", ["access_token": "d"])
            harness.provider.answer(
                "https://discord.com/api/users/@me",
                [
                    "id": "80351110224678912", "username": "Nelly", "discriminator": "1337",
                    "avatar": avatar.isEmpty ? .null : .string(avatar), "verified": true, "email": "nelly@example.org",
                    "global_name": "Nelly G.",
                ])
            let user = try await signIn(harness, "discord")
            #expect(user["user_metadata"]?["picture"]?.string == picture)
            #expect(user["user_metadata"]?["name"] == "Nelly#1337")
            #expect(user["user_metadata"]?["custom_claims"] == ["global_name": "Nelly G."])
        }
    }

    @Test func `from Facebook are asked for with a proof`() async throws {
        try await Self.harness("facebook", url: "https://graph.test") { harness in
            harness.provider.answer("https://graph.test/oauth/access_token", ["access_token": "fb"])
            // HMAC-SHA-256 of "fb" under the app's secret, computed with Python's hmac.
            let proof = "ab746ea523f4b99edd2230b7e73c532ba1138197ded838fd593e51afe8a641ba"
            harness.provider.answer(
                "https://graph.test/me?fields=email,first_name,last_name,name,picture&appsecret_proof=\(proof)",
                [
                    "id": "10", "email": "f@example.org", "first_name": "Fay", "last_name": "Book", "name": "fay",
                    "picture": ["data": ["url": "https://a/3"]],
                ])
            let user = try await signIn(harness, "facebook")
            #expect(user["user_metadata"]?["full_name"] == "Fay Book")
            #expect(user["user_metadata"]?["nickname"] == "fay")
            #expect(user["user_metadata"]?["picture"] == "https://a/3")
        }
    }

    @Test func `from Slack have the team`() async throws {
        try await Self.harness("slack_oidc") { harness in
            harness.provider.answer("https://slack.com/api/openid.connect.token", ["access_token": "s"])
            harness.provider.answer(
                "https://slack.com/api/openid.connect.userInfo",
                [
                    "https://slack.com/user_id": "U1", "https://slack.com/team_id": "T1", "email": "s@example.org",
                    "email_verified": true, "name": "Sla Ck", "picture": "https://a/4",
                ])
            let user = try await signIn(harness, "slack_oidc")
            #expect(user["user_metadata"]?["sub"] == "U1")
            #expect(user["user_metadata"]?["custom_claims"] == ["https://slack.com/team_id": "T1"])
        }
    }

    @Test func `from Keycloak keep the realm's own claims`() async throws {
        let realm = "https://sso.test/realms/clinic"
        try await Self.harness("keycloak", url: realm) { harness in
            harness.provider.answer(realm + "/protocol/openid-connect/token", ["access_token": "k"])
            harness.provider.answer(
                realm + "/protocol/openid-connect/userinfo",
                [
                    "sub": "k-1", "name": "Key Cloak", "email": "k@example.org", "email_verified": true,
                    "groups": ["doctors"], "role": ["admin"],
                ])
            let user = try await signIn(harness, "keycloak")
            #expect(user["user_metadata"]?["iss"]?.string == realm)
            #expect(user["user_metadata"]?["custom_claims"] == ["groups": ["doctors"], "role": ["admin"]])
            #expect(user["role"] == "authenticated")
        }
    }

    @Test(
        arguments: [
            (nil, true), (.bool(true), true), ("1", true), (.bool(false), false), ("0", false),
        ] as [(JSON?, Bool)])
    func `from Azure believe an address as far as the tenant owns it`(owned: JSON?, isIn: Bool) async throws {
        let tenant = "https://login.microsoftonline.com/9122040d-6c67-4c5b-b112-36a304b66dad"
        try await Self.harness("azure", url: tenant) { harness in
            harness.provider.answer(
                tenant + "/v2.0/.well-known/openid-configuration",
                ["issuer": .string(tenant + "/v2.0"), "jwks_uri": .string(ScriptedProvider.issuer + "/keys")])
            var claims = ScriptedProvider.claims()
            claims["email_verified"] = nil
            claims["iss"] = .string(tenant + "/v2.0")
            claims["preferred_username"] = "pat@clinic.test"
            claims["tid"] = "9122040d"
            claims["xms_edov"] = owned
            harness.provider.answer(
                tenant + "/oauth2/v2.0/token",
                ["access_token": "az", "id_token": .string(try harness.provider.idToken(claims))])
            let state = try await harness.authorize(provider: "azure", pkce: true).state
            let landed = try await harness.callback("code=c&state=\(state)")
            #expect((landed.query["code"] != nil) == isIn, "\(landed.location)")
            if isIn {
                let user = try SignedIn(await harness.exchange(landed.query["code"] ?? "")).user
                #expect(user["user_metadata"]?["preferred_username"] == "pat@clinic.test")
                #expect(user["user_metadata"]?["custom_claims"]?["tid"] == "9122040d")
                #expect(user["user_metadata"]?["custom_claims"]?["aud"] == nil)
            }
        }
    }

    @Test(arguments: [
        "https://login.microsoftonline.com.evil.test/x/v2.0", "https://evil.test/x/v2.0",
        "https://login.microsoftonline.com/x/y/v2.0", "https://login.microsoftonline.com/../v2.0",
        "http://login.microsoftonline.com/x/v2.0", "https://login.microsoftonline.com/x",
    ])
    func `from Azure come from Microsoft's own issuers`(issuer: String) async throws {
        try await Self.harness("azure") { harness in
            var claims = ScriptedProvider.claims()
            claims["iss"] = .string(issuer)
            let token = try harness.provider.idToken(claims)
            let answer = try await harness.auth.send(
                .post, "/token?grant_type=id_token", ["provider": "azure", "id_token": .string(token)])
            #expect(answer["error_description"] == "Bad ID token")
            #expect(harness.provider.requests.isEmpty)
        }
    }

    @Test func `from any issuer with discovery are as standard as the issuer`() async throws {
        try await ExternalHarness.run({ configuration in
            configuration.external.providers["custom:clinic"] = ExternalHarness.settings
        }) { harness in
            var claims = ScriptedProvider.claims(email: nil)
            claims["email"] = "late@example.org"
            claims["email_verified"] = true
            claims["given_name"] = "Pat"
            // The ID token leaves the address to the user information.
            harness.provider.expect(
                .init(claims: claims, changes: ["email": "", "email_verified": nil]), for: "c")
            let departed = try await harness.authorize(provider: "custom:clinic", pkce: true)
            #expect(departed.parameters["scope"] == "openid email profile")
            let landed = try await harness.callback("code=c&state=\(departed.state)")
            let user = try SignedIn(await harness.exchange(try #require(landed.query["code"], "\(landed.location)")))
                .user
            #expect(user["email"] == "late@example.org")
            #expect(user["app_metadata"]?["provider"] == "custom:clinic")
            #expect(user["user_metadata"]?["given_name"] == "Pat")
        }
    }

    @Test func `send the secret as the issuer wants it`() async throws {
        try await ExternalHarness.run({ configuration in
            configuration.external.providers["clinic"] = ExternalHarness.settings
        }) { harness in
            let issuer = ScriptedProvider.issuer
            harness.provider.answer(
                issuer + "/.well-known/openid-configuration",
                [
                    "issuer": .string(issuer), "authorization_endpoint": .string(issuer + "/authorize?tenant=1"),
                    "token_endpoint": "https://elsewhere.test/token",
                ])
            let departed = try await harness.authorize(provider: "clinic")
            #expect(departed.location.hasPrefix(issuer + "/authorize?tenant=1&client_id="))
            _ = try await harness.callback("code=c&state=\(departed.state)")
            let asked = try #require(harness.provider.requests.last)
            #expect(asked.url == "https://elsewhere.test/token")
            #expect(
                asked.headers.first { $0.name == "authorization" }?.value
                    == "Basic Y2xpZW50LW9mLXRoZS10ZXN0czpzZWNyZXQtb2YtdGhlLXRlc3Rz")
            #expect(!String(decoding: asked.body, as: UTF8.self).contains("secret"))
            // A document may not lead the service to hosts that only it can reach.
            guard case .publicHosts = asked.reach else {
                Issue.record("a host that a document named must be public")
                return
            }
        }
    }

    /// The requests come from inside, and the document from outside.
    @Test(arguments: [
        ("jwks_uri", "https://169.254.169.254/keys", true), ("userinfo_endpoint", "https://localhost/userinfo", false),
        ("token_endpoint", "http://10.0.0.1/token", true),
    ])
    func `are not asked for inside because a document says so`(
        member: String, url: String, hasIDToken: Bool
    ) async throws {
        try await ExternalHarness.run { harness in
            let issuer = ScriptedProvider.issuer
            var document: JSONObject = [
                "issuer": .string(issuer), "authorization_endpoint": .string(issuer + "/authorize"),
                "token_endpoint": .string(issuer + "/token"), "userinfo_endpoint": .string(issuer + "/userinfo"),
                "jwks_uri": .string(issuer + "/keys"), "token_endpoint_auth_methods_supported": ["client_secret_post"],
            ]
            document[member] = .string(url)
            harness.provider.answer(issuer + "/.well-known/openid-configuration", .object(document))
            harness.provider.expect(.init(claims: ScriptedProvider.claims(), hasIDToken: hasIDToken), for: "c")
            let state = try await harness.authorize().state
            let landed = try await harness.callback("code=c&state=\(state)")
            #expect(landed.query["error"] == "server_error")
            let asked = try #require(harness.provider.requests.last { $0.url == url })
            guard case .publicHosts = asked.reach else {
                Issue.record("\(member) may lead to any host")
                return
            }
        }
    }

    @Test func `of another issuer's document are none`() async throws {
        try await ExternalHarness.run { harness in
            harness.provider.answer(
                ScriptedProvider.issuer + "/.well-known/openid-configuration", ["issuer": "https://evil.test"])
            let answer = try await harness.auth.send(.get, "/authorize?provider=google", key: .some(nil))
            #expect(answer.status == 500)
        }
    }
}
