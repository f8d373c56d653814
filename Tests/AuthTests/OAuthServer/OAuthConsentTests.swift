import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `Authorization requests of OAuth clients` {
    @Test func `lead to the app's consent page`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let answer = try await auth.authorize(client, ["nonce": "n", "resource": "https://api.example.org/mcp"])
            #expect(answer.status == 302)
            #expect(answer.header("Cache-Control") == "no-store")
            let location = answer.header("Location") ?? ""
            #expect(location.hasPrefix("https://app.example.org/consent?authorization_id="))
            #expect(location.split(separator: "=").last?.count == 32)
            #expect(
                try await auth.value(
                    """
                    select concat_ws(' ', status, scope, state, nonce, resource, code_challenge_method,
                        extract(epoch from expires_at - created_at)::int, user_id, authorization_code)
                    from auth.oauth_authorizations
                    """) == "pending openid email the state n https://api.example.org/mcp s256 600")
        }
    }

    @Test func `that name no scope ask for the configured one`() async throws {
        try await AuthHarness.runOAuth({ $0.oauthServer.defaultScope = "phone" }) { auth in
            _ = try await auth.authorizationID(try await auth.client(), ["scope": nil, "response_type": nil])
            #expect(try await auth.value("select scope from auth.oauth_authorizations") == "phone")
        }
    }

    @Test func `from an unknown place are answered on the spot`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client(["redirect_uris": [.string(PlayedClient.redirectURI), "https://b/?a=b"]])
            for (changes, refusal) in [
                (["client_id": nil], "validation_failed"), (["client_id": "x"], "oauth_client_not_found"),
                (["client_id": UUIDText.zero], "oauth_client_not_found"), (["redirect_uri": nil], "validation_failed"),
                (["redirect_uri": ""], "validation_failed"),
                (["redirect_uri": "https://evil.org/callback"], "validation_failed"),
                (["redirect_uri": PlayedClient.redirectURI + "/"], "validation_failed"),
                (["redirect_uri": PlayedClient.redirectURI + "?a=b"], "validation_failed"),
                (["redirect_uri": PlayedClient.redirectURI + "#a"], "validation_failed"),
                (["redirect_uri": "HTTPS://client.example.org/callback"], "validation_failed"),
                (["redirect_uri": "https://b/"], "validation_failed"),
            ] as [([String: String?], String)] {
                let answer = try await auth.authorize(client, changes)
                #expect(answer.refusal == "400 \(refusal)", "\(changes)")
                #expect(answer.header("Location") == nil)
            }
            let twice = "client_id=\(client.id)&client_id=\(client.id)&redirect_uri=https://b/?a=b"
            #expect(try await auth.send(.get, "/oauth/authorize?" + twice).refusal == "400 validation_failed")
            #expect(try await auth.value("select count(*) from auth.oauth_authorizations") == "0")
        }
    }

    static let faults: [([String: String?], String)] = [
        (["response_type": "token"], "unsupported_response_type"),
        (["scope": "email admin"], "invalid_scope"),
        (["scope": " "], "invalid_scope"),
        (["scope": .some(String(repeating: "email ", count: 700))], "invalid_scope"),
        (["resource": "relative"], "invalid_target"),
        (["resource": "https://a/#f"], "invalid_target"),
        (["resource": "https://a/?q"], "invalid_target"),
        (["code_challenge": nil], "invalid_request"),
        (["code_challenge_method": nil], "invalid_request"),
        (["code_challenge": nil, "code_challenge_method": nil], "invalid_request"),
        (["code_challenge_method": "plain"], "invalid_request"),
        (["code_challenge": "short"], "invalid_request"),
        (["code_challenge": .some(String(repeating: "a", count: 129))], "invalid_request"),
        (["code_challenge": .some(String(repeating: "+", count: 43))], "invalid_request"),
        (["nonce": .some(String(repeating: "n", count: 256))], "invalid_request"),
    ]

    @Test func `with a mistake are told so at the client's place`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client(["redirect_uris": [.string(PlayedClient.redirectURI), "https://b/?a=b"]])
            for (changes, error) in Self.faults {
                let answer = try await auth.authorize(client, changes)
                let location = answer.header("Location") ?? ""
                #expect(answer.status == 302 && location.hasPrefix(PlayedClient.redirectURI + "?"), "\(changes)")
                #expect(auth.query(of: location)["error"] == error, "\(changes): \(location)")
                #expect(auth.query(of: location)["error_description"]?.isEmpty == false)
                #expect(auth.query(of: location)["state"] == "the state")
            }
            let kept = try await auth.authorize(client, ["redirect_uri": "https://b/?a=b", "scope": "x", "state": nil])
            #expect(kept.header("Location")?.hasPrefix("https://b/?a=b&error=invalid_scope&error_description=") == true)
            let repeated = AuthHarness.form([
                "client_id": client.id, "redirect_uri": PlayedClient.redirectURI, "scope": "email",
            ])
            let answer = try await auth.send(.get, "/oauth/authorize?\(repeated)&scope=phone")
            #expect(auth.query(of: answer.header("Location") ?? "")["error"] == "invalid_request")
            #expect(try await auth.value("select count(*) from auth.oauth_authorizations") == "0")
        }
    }

    @Test func `fail at the client's place when the app has no consent page`() async throws {
        try await AuthHarness.runOAuth({ $0.oauthServer.authorizationPath = "" }) { auth in
            let answer = try await auth.authorize(try await auth.client())
            #expect(auth.query(of: answer.header("Location") ?? "")["error"] == "server_error")
        }
    }

    @Test func `are shown to the first user who asks and to no other`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client(["client_uri": "https://client.example.org", "logo_uri": "https://l/l"])
            let user = try await auth.signUp()
            let other = try await auth.signUp("other@example.org")
            let id = try await auth.authorizationID(client)
            let shown = try await auth.details(id, by: user)
            #expect(shown.status == 200)
            #expect(shown.keys == ["authorization_id", "redirect_uri", "client", "user", "scope"])
            #expect(shown["authorization_id"] == .string(id))
            #expect(
                shown["client"] == [
                    "id": .string(client.id), "name": "A client", "uri": "https://client.example.org",
                    "logo_uri": "https://l/l",
                ])
            #expect(shown["user"] == ["id": .string(user.userID), "email": .string(AuthHarness.email)])
            #expect(shown["scope"] == "openid email")
            #expect(try await auth.details(id, by: user).status == 200)
            #expect(try await auth.details(id, by: other).refusal == "404 oauth_authorization_not_found")
            #expect(try await auth.decide(id, by: other).refusal == "404 oauth_authorization_not_found")
            #expect(try await auth.details("unknown", by: user).refusal == "404 oauth_authorization_not_found")
            for path in ["/oauth/authorizations/\(id)", "/oauth/authorizations/\(id)/consent"] {
                let method: HTTPRequest.Method = path.hasSuffix("consent") ? .post : .get
                #expect(try await auth.send(method, path).refusal == "401 no_authorization")
            }
        }
    }

    @Test func `are decided by who was shown them, once`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let user = try await auth.signUp()
            let id = try await auth.authorizationID(client)
            #expect(try await auth.decide(id, by: user).refusal == "404 oauth_authorization_not_found")
            _ = try await auth.details(id, by: user)
            #expect(try await auth.decide(id, "maybe", by: user).refusal == "400 validation_failed")
            let empty = try await auth.send(
                .post, "/oauth/authorizations/\(id)/consent", [:], bearer: user.accessToken)
            #expect(empty.refusal == "400 validation_failed")
            let approved = try await auth.decide(id, by: user)
            #expect(approved.status == 200 && approved.keys == ["redirect_url"])
            let url = approved["redirect_url"]?.string ?? ""
            #expect(url.hasPrefix(PlayedClient.redirectURI + "?code="))
            #expect(auth.query(of: url)["state"] == "the state")
            #expect(try await auth.decide(id, by: user).refusal == "400 validation_failed")
            #expect(try await auth.decide(id, "deny", by: user).refusal == "400 validation_failed")
            #expect(try await auth.details(id, by: user).refusal == "400 validation_failed")
            // The code itself is nowhere.
            let stored = try await auth.value("select to_jsonb(a)::text from auth.oauth_authorizations a") ?? ""
            #expect(!stored.contains(auth.query(of: url)["code"] ?? "?"))
            #expect(
                try await auth.value("select user_id || ' ' || scopes from auth.oauth_consents")
                    == "\(user.userID) openid email")
        }
    }

    @Test func `can be denied`() async throws {
        try await AuthHarness.runOAuth { auth in
            let user = try await auth.signUp()
            let id = try await auth.authorizationID(try await auth.client())
            _ = try await auth.details(id, by: user)
            let url = try await auth.decide(id, "deny", by: user)["redirect_url"]?.string ?? ""
            #expect(
                auth.query(of: url)
                    == [
                        "error": "access_denied", "error_description": "User denied the request", "state": "the state",
                    ].mapValues { $0.replacing("%20", with: " ") })
            #expect(try await auth.value("select count(*) from auth.oauth_consents") == "0")
            #expect(try await auth.decide(id, by: user).refusal == "400 validation_failed")
        }
    }

    @Test func `expire, and those of deleted clients are gone`() async throws {
        try await AuthHarness.runOAuth({ $0.oauthServer.requestLifetime = .seconds(60) }) { auth in
            let client = try await auth.client()
            let user = try await auth.signUp()
            let id = try await auth.authorizationID(client)
            _ = try await auth.details(id, by: user)
            auth.clock.advance(by: .seconds(60))
            #expect(try await auth.details(id, by: user).refusal == "404 oauth_authorization_not_found")
            #expect(try await auth.decide(id, by: user).refusal == "404 oauth_authorization_not_found")
            auth.clock.advance(by: .seconds(86_401))
            let second = try await auth.authorizationID(client)
            #expect(try await auth.value("select count(*) from auth.oauth_authorizations") == "1")
            let user2 = try await auth.signIn()
            try await auth.owner.run("update auth.oauth_clients set deleted_at = now()")
            #expect(try await auth.details(second, by: user2).refusal == "404 oauth_authorization_not_found")
            #expect(try await auth.authorize(client).refusal == "400 oauth_client_not_found")
        }
    }

    @Test func `are approved at once when the user has granted as much before`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let user = try await auth.signUp()
            _ = try await auth.code(client, by: user)
            let again = try await auth.details(try await auth.authorizationID(client, ["scope": "email"]), by: user)
            #expect(again.keys == ["redirect_url"])
            #expect(auth.query(of: again["redirect_url"]?.string ?? "")["code"] != nil)
            let wider = try await auth.authorizationID(client, ["scope": "email phone"])
            #expect(try await auth.details(wider, by: user)["scope"] == "email phone")
            let other = try await auth.signUp("other@example.org")
            #expect(try await auth.details(try await auth.authorizationID(client), by: other)["client"] != nil)
            let third = try await auth.client()
            #expect(try await auth.details(try await auth.authorizationID(third), by: user)["client"] != nil)
        }
    }

    @Test func `are not for pages of other origins`() async throws {
        try await AuthHarness.runOAuth { auth in
            let user = try await auth.signUp()
            let id = try await auth.authorizationID(try await auth.client())
            for (origin, isAllowed) in [
                ("https://app.example.org", true), ("https://evil.org", false), ("null", false),
            ] {
                let answer = try await auth.send(
                    .get, "/oauth/authorizations/\(id)", bearer: user.accessToken, headers: ["Origin": origin])
                #expect(answer.refusal == (isAllowed ? "200 -" : "400 validation_failed"), "\(origin)")
                if !isAllowed {
                    let consent = try await auth.send(
                        .post, "/oauth/authorizations/\(id)/consent", ["action": "approve"], bearer: user.accessToken,
                        headers: ["Origin": origin])
                    #expect(consent.refusal == "400 validation_failed")
                }
            }
        }
    }

    @Test func `are not decided by a client with a grant, nor is anything else of the account`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let user = try await auth.signUp()
            let token = try await auth.redeem(try await auth.code(client, by: user), client)["access_token"]?.string
            let id = try await auth.authorizationID(client, ["scope": "openid email phone profile"])
            for (method, path) in [
                (HTTPRequest.Method.get, "/oauth/authorizations/\(id)"),
                (.post, "/oauth/authorizations/\(id)/consent"), (.get, "/user/oauth/grants"),
                (.delete, "/user/oauth/grants?client_id=\(client.id)"), (.put, "/user"), (.post, "/logout"),
            ] {
                let answer = try await auth.send(
                    method, path, ["action": "approve", "password": "another password"], bearer: token)
                #expect(answer.refusal == "403 validation_failed", "\(path)")
            }
            #expect(try await auth.send(.get, "/user", bearer: token).status == 200)
            #expect(try await auth.send(.get, "/user", bearer: user.accessToken).status == 200)
        }
    }

    @Test func `are approved once, however many pages ask at the same time`() async throws {
        try await AuthHarness.runOAuth(connections: 10) { auth in
            let user = try await auth.signUp()
            let id = try await auth.authorizationID(try await auth.client())
            _ = try await auth.details(id, by: user)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 { group.addTask { try await auth.decide(id, by: user).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 400 }.count == 49)
        }
    }
}
