import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `Clients of the OAuth server` {
    @Test func `register themselves and learn their secret once`() async throws {
        try await AuthHarness.runOAuth { auth in
            let answer = try await auth.send(
                .post, "/oauth/clients/register",
                [
                    "redirect_uris": ["https://a.example.org/cb", "myapp://cb"], "client_name": "A client",
                    "client_uri": "https://a.example.org", "logo_uri": "https://a.example.org/logo.png",
                    "software_id": "ignored",
                ], key: .some(nil))
            #expect(answer.status == 201)
            #expect(answer.header("Cache-Control") == "no-store")
            #expect(
                answer.keys == [
                    "client_id", "client_secret", "client_type", "redirect_uris", "token_endpoint_auth_method",
                    "grant_types", "response_types", "client_name", "client_uri", "logo_uri", "registration_type",
                    "created_at", "updated_at",
                ])
            #expect(answer["client_type"] == "confidential")
            #expect(answer["token_endpoint_auth_method"] == "client_secret_basic")
            #expect(answer["redirect_uris"] == ["https://a.example.org/cb", "myapp://cb"])
            #expect(answer["grant_types"] == ["authorization_code", "refresh_token"])
            #expect(answer["registration_type"] == "dynamic")
            let secret = answer["client_secret"]?.string ?? ""
            #expect(secret.count == 43)
            let stored = try await auth.value("select to_jsonb(c)::text from auth.oauth_clients c")
            #expect(stored?.contains(secret) == false)
            #expect(stored?.contains(OAuthSecret.hash(secret)) == true)
        }
    }

    static let kinds: [(JSONObject, String)] = [
        (["token_endpoint_auth_method": "none"], "public none"),
        (["client_type": "public"], "public none"),
        (["token_endpoint_auth_method": "client_secret_post"], "confidential client_secret_post"),
        (["client_type": "confidential"], "confidential client_secret_basic"),
        (
            ["grant_types": [], "client_name": nil, "client_uri": "", "logo_uri": ""],
            "confidential client_secret_basic"
        ),
    ]

    @Test(arguments: kinds)
    func `are of the kind their method says`(changes: JSONObject, kind: String) async throws {
        try await AuthHarness.runOAuth { auth in
            var body: JSONObject = ["redirect_uris": ["http://127.0.0.1:9/cb"]]
            for (key, value) in changes.members { body[key] = value }
            let answer = try await auth.send(.post, "/oauth/clients/register", .object(body))
            #expect(answer.status == 201, "\(answer.text)")
            #expect(
                "\(answer["client_type"]?.string ?? "") \(answer["token_endpoint_auth_method"]?.string ?? "")" == kind)
            #expect((answer["client_secret"] == nil) == kind.hasPrefix("public"))
        }
    }

    static let bad: [(JSONObject, String)] = [
        ([:], "redirect_uris is required"),
        (["redirect_uris": []], "redirect_uris cannot be empty"),
        (["redirect_uris": .array((0...10).map { .string("https://a\($0).example.org/") })], "exceed 10 items"),
        (["redirect_uris": "https://a.example.org"], "array of strings"),
        (["redirect_uris": [1]], "array of strings"),
        (["redirect_uris": [""]], "cannot be empty"),
        (["redirect_uris": ["/relative"]], "invalid URL format"),
        (["redirect_uris": ["https:"]], "must have scheme and host"),
        (["redirect_uris": ["https:///path"]], "must have scheme and host"),
        (["redirect_uris": ["mailto:a"]], "must have scheme and host"),
        (["redirect_uris": ["javascript:alert(1)"]], "not allowed for security reasons"),
        (["redirect_uris": ["JavaScript://a/%0aalert(1)"]], "not allowed for security reasons"),
        (["redirect_uris": ["data:text/html,a"]], "comma"),
        (["redirect_uris": ["data://text/html;a"]], "not allowed for security reasons"),
        (["redirect_uris": ["file:///etc/passwd"]], "not allowed for security reasons"),
        (["redirect_uris": ["vbscript://a"]], "not allowed for security reasons"),
        (["redirect_uris": ["http://a.example.org/cb"]], "HTTP scheme only allowed for localhost"),
        (["redirect_uris": ["http://localhost.evil.org/cb"]], "HTTP scheme only allowed for localhost"),
        (["redirect_uris": ["http://127.0.0.2/cb"]], "HTTP scheme only allowed for localhost"),
        (["redirect_uris": ["https://a.example.org/#f"]], "fragment not allowed"),
        (["redirect_uris": ["https://a.example.org/#"]], "fragment not allowed"),
        (["redirect_uris": ["https://u:p@a.example.org/"]], "user information"),
        (["redirect_uris": ["https://a.example.org/,https://b.example.org/"]], "comma"),
        (["redirect_uris": ["https://a.example.org\\@b"]], "invalid URL format"),
        (["redirect_uris": ["https://a.example.org/a b"]], "invalid URL format"),
        (["redirect_uris": ["https://ä.example.org/"]], "invalid URL format"),
        (["redirect_uris": ["https://a.example.org:x/"]], "invalid URL format"),
        (["redirect_uris": [.string("https://a/" + String(repeating: "a", count: 2048))]], "2048"),
        (["redirect_uris": ["https://a"], "grant_types": ["password"]], "grant_types must only contain"),
        (["redirect_uris": ["https://a"], "client_type": "other"], "client_type must be"),
        (["redirect_uris": ["https://a"], "token_endpoint_auth_method": "private_key_jwt"], "must be one of"),
        (
            [
                "redirect_uris": ["https://a"], "client_type": "public",
                "token_endpoint_auth_method": "client_secret_post",
            ],
            "inconsistent"
        ),
        (
            ["redirect_uris": ["https://a"], "client_type": "confidential", "token_endpoint_auth_method": "none"],
            "inconsistent"
        ),
        (["redirect_uris": ["https://a"], "client_name": .string(String(repeating: "a", count: 1025))], "client_name"),
        (["redirect_uris": ["https://a"], "client_name": 1], "client_name"),
        (["redirect_uris": ["https://a"], "client_uri": "javascript:alert(1)"], "client_uri must be a valid URL"),
        (["redirect_uris": ["https://a"], "logo_uri": "data:image/png;base64,a"], "logo_uri must be a valid URL"),
        (
            ["redirect_uris": ["https://a"], "logo_uri": .string("https://a/" + String(repeating: "a", count: 2048))],
            "2048"
        ),
    ]

    @Test func `cannot register what is wrong or dangerous`() async throws {
        try await AuthHarness.runOAuth { auth in
            for (body, text) in Self.bad {
                for path in ["/oauth/clients/register", "/admin/oauth/clients"] {
                    let answer = try await auth.send(.post, path, .object(body), bearer: auth.serviceKey)
                    #expect(answer.status == 400, "\(body)")
                    #expect(["validation_failed", "bad_json"].contains(answer["error_code"]?.string))
                    #expect(answer["msg"]?.string?.contains(text) == true, "\(body): \(answer.text)")
                }
            }
            #expect(try await auth.send(.post, "/oauth/clients/register", raw: "{").refusal == "400 bad_json")
            #expect(try await auth.value("select count(*) from auth.oauth_clients") == "0")
        }
    }

    @Test func `cannot register themselves unless the operator allows it`() async throws {
        try await AuthHarness.runOAuth({ $0.oauthServer.isDynamicRegistrationAllowed = false }) { auth in
            let answer = try await auth.send(.post, "/oauth/clients/register", ["redirect_uris": ["https://a"]])
            #expect(answer.refusal == "403 oauth_dynamic_client_registration_disabled")
        }
    }

    @Test func `do not exist while the server is off`() async throws {
        try await AuthHarness.run { auth in
            let user = try await auth.signUp()
            let id = UUIDText.zero
            for (method, path, bearer) in [
                ("GET", "/.well-known/oauth-authorization-server", nil), ("GET", "/oauth/authorize", nil),
                ("POST", "/oauth/token", nil), ("POST", "/oauth/revoke", nil),
                ("POST", "/oauth/clients/register", nil), ("GET", "/oauth/userinfo", user.accessToken),
                ("GET", "/oauth/authorizations/a", user.accessToken),
                ("POST", "/oauth/authorizations/a/consent", user.accessToken),
                ("GET", "/user/oauth/grants", user.accessToken), ("DELETE", "/user/oauth/grants", user.accessToken),
                ("GET", "/admin/oauth/clients", auth.serviceKey), ("POST", "/admin/oauth/clients", auth.serviceKey),
                ("GET", "/admin/oauth/clients/\(id)", auth.serviceKey),
                ("PUT", "/admin/oauth/clients/\(id)", auth.serviceKey),
                ("DELETE", "/admin/oauth/clients/\(id)", auth.serviceKey),
                ("POST", "/admin/oauth/clients/\(id)/regenerate_secret", auth.serviceKey),
            ] as [(String, String, String?)] {
                let answer = try await auth.send(try #require(.init(method)), path, bearer: bearer)
                #expect(answer.refusal == "404 feature_disabled", "\(method) \(path)")
                #expect(answer["msg"] == "OAuth server is disabled")
            }
            #expect(try await auth.send(.get, "/.well-known/openid-configuration", key: .some(nil)).status == 200)
        }
    }

    @Test func `are the operator's to list, change and delete`() async throws {
        try await AuthHarness.runOAuth { auth in
            func admin(_ method: String, _ path: String = "", _ body: JSON? = nil) async throws -> Answer {
                try await auth.send(
                    try #require(.init(method)), "/admin/oauth/clients" + path, body, bearer: auth.serviceKey)
            }
            let none = try await admin("GET")
            #expect(none.text == #"{"clients":[]}"# && none.header("X-Total-Count") == "0")
            let made = try await admin("POST", "", ["client_name": "one", "redirect_uris": ["https://a"]])
            #expect(made.status == 201 && made["registration_type"] == "manual")
            let id = try #require(made["client_id"]?.string)
            auth.clock.advance(by: .seconds(1))
            let other = try await admin("POST", "", ["client_type": "public", "redirect_uris": ["https://b"]])
            let otherID = try #require(other["client_id"]?.string)

            let list = try await admin("GET")
            #expect(list["clients"]?.array?.compactMap { $0["client_id"]?.string } == [otherID, id])
            #expect(list["clients"]?.array?.contains { $0["client_secret"] != nil } == false)
            let page = try await admin("GET", "?page=2&per_page=1")
            #expect(page["clients"]?.array?.compactMap { $0["client_id"]?.string } == [id])
            #expect(page.header("Link") == "</admin/oauth/clients?page=2&per_page=1>; rel=\"last\"")
            #expect(try await admin("GET", "?page=x").refusal == "400 validation_failed")

            let read = try await admin("GET", "/\(id)")
            #expect(read.status == 200 && read["client_secret"] == nil && read["client_name"] == "one")
            let changed = try await admin(
                "PUT", "/\(id)",
                [
                    "client_name": "two", "redirect_uris": ["https://c"], "grant_types": ["authorization_code"],
                    "token_endpoint_auth_method": "client_secret_post", "client_uri": "https://c",
                    "logo_uri": "https://c/l",
                ])
            #expect(changed.status == 200)
            #expect(changed["client_name"] == "two" && changed["redirect_uris"] == ["https://c"])
            #expect(changed["grant_types"] == ["authorization_code"] && changed["logo_uri"] == "https://c/l")
            #expect(changed["token_endpoint_auth_method"] == "client_secret_post")
            #expect(try await admin("PUT", "/\(id)", ["client_name": ""])["client_name"] == nil)
            let refused: [(String, JSON)] = [
                (id, [:]), (id, ["client_type": "public"]), (id, ["grant_types": []]), (id, ["redirect_uris": []]),
                (id, ["redirect_uris": ["file:///a"]]), (id, ["token_endpoint_auth_method": "none"]),
                (otherID, ["token_endpoint_auth_method": "client_secret_basic"]), ("x", ["client_name": "a"]),
            ]
            for (path, body) in refused {
                #expect(try await admin("PUT", "/\(path)", body).refusal == "400 validation_failed", "\(body)")
            }

            let renewed = try await admin("POST", "/\(id)/regenerate_secret")
            #expect(renewed.status == 200)
            #expect(renewed["client_secret"] != nil && renewed["client_secret"] != made["client_secret"])
            #expect(try await admin("POST", "/\(otherID)/regenerate_secret").refusal == "400 validation_failed")

            #expect(try await admin("DELETE", "/\(id)").status == 204)
            for (method, path) in [
                ("DELETE", ""), ("GET", ""), ("PUT", ""), ("POST", "/regenerate_secret"),
            ] {
                #expect(
                    try await admin(method, "/\(id)\(path)", ["client_name": "a"]).refusal
                        == "404 oauth_client_not_found")
            }
            #expect(try await admin("GET", "/x").refusal == "400 validation_failed")
            #expect(try await admin("GET")["clients"]?.array?.count == 1)
            #expect(try await auth.value("select count(*) from auth.oauth_clients where deleted_at is not null") == "1")
        }
    }

    @Test func `are nobody else's to manage`() async throws {
        try await AuthHarness.runOAuth { auth in
            let user = try await auth.signUp()
            let id = UUIDText.zero
            for (method, path) in [
                ("GET", ""), ("POST", ""), ("GET", "/\(id)"), ("PUT", "/\(id)"), ("DELETE", "/\(id)"),
                ("POST", "/\(id)/regenerate_secret"),
            ] {
                let path = "/admin/oauth/clients" + path
                let verb = try #require(HTTPRequest.Method(method))
                #expect(try await auth.send(verb, path).refusal == "401 no_authorization")
                #expect(try await auth.send(verb, path, bearer: user.accessToken).refusal == "403 not_admin")
                #expect(try await auth.send(verb, path, bearer: auth.anonKey).refusal == "403 not_admin")
            }
        }
    }
}
