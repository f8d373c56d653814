import Auth
import Core
import HTTPTypes
import Testing

@Suite struct `The captcha` {
    static func run(
        _ answer: @escaping ScriptedWeb.Script, _ body: (AuthHarness, ScriptedWeb) async throws -> Void
    ) async throws {
        let web = ScriptedWeb(answer)
        try await AuthHarness.run(
            {
                $0.isEmailAutoconfirmed = true
                $0.throttling.captcha = CaptchaConfiguration(provider: .turnstile, secret: Secret("the secret"))
            }, web: web
        ) { try await body($0, web) }
    }

    static func form(_ token: JSON?) -> JSON {
        var form: JSONObject = ["email": "a@b.co", "password": "secret1"]
        form["gotrue_meta_security"] = token.map { ["captcha_token": $0] } ?? [:]
        return .object(form)
    }

    @Test func `lets a request pass whose token the provider takes`() async throws {
        try await Self.run({ _, _ throws(WebFailure) in .json(["success": true]) }) { auth, web in
            let answer = try await auth.send(.post, "/signup", Self.form(" tok&en "))
            #expect(answer.status == 200)
            let request = try #require(web.requests.first)
            #expect(request.url == "https://challenges.cloudflare.com/turnstile/v0/siteverify")
            #expect(request.text == "secret=the%20secret&response=tok%26en&remoteip=192.0.2.7")
            #expect(request.header("content-type") == "application/x-www-form-urlencoded")
            let refresh = try await auth.refresh(try #require(answer["refresh_token"]?.string))
            #expect(refresh.status == 200 && web.requests.count == 1)
        }
    }

    @Test(arguments: ["/signup", "/token?grant_type=password"])
    func `refuses a request without a token, and asks nobody`(path: String) async throws {
        try await Self.run({ _, _ throws(WebFailure) in .json(["success": true]) }) { auth, web in
            for body in [Self.form(nil), Self.form(""), Self.form("  "), ["email": "a@b.co", "password": "secret1"]] {
                let answer = try await auth.send(.post, path, body)
                #expect(answer.refusal == "400 captcha_failed")
                #expect(
                    answer["msg"] == "captcha protection: request disallowed (no captcha_token found)")
            }
            #expect(web.requests.isEmpty)
        }
    }

    @Test func `refuses a token in the provider's words`() async throws {
        let codes: JSON = ["success": false, "error-codes": ["timeout-or-duplicate", "x"]]
        try await Self.run({ _, _ throws(WebFailure) in .json(codes) }) { auth, _ in
            let answer = try await auth.send(.post, "/signup", Self.form("t"))
            #expect(answer.refusal == "400 captcha_failed")
            #expect(answer["msg"] == "captcha protection: request disallowed (timeout-or-duplicate, x)")
        }
    }

    @Test func `lets nobody pass while the provider cannot be asked`() async throws {
        try await Self.run({ _, count throws(WebFailure) in
            if count == 1 { throw .timedOut }
            return .empty(502)
        }) { auth, _ in
            for _ in 0..<2 {
                let answer = try await auth.send(.post, "/signup", Self.form("t"))
                #expect(answer.refusal == "500 unexpected_failure")
                #expect(answer["msg"] == "captcha verification process failed")
            }
            #expect(auth.observer.warnings.count == 2)
        }
    }

    @Test func `is not asked of admins, and a wrong bearer is none`() async throws {
        try await Self.run({ _, _ throws(WebFailure) in .json(["success": false]) }) { auth, web in
            #expect(try await auth.send(.post, "/signup", Self.form(nil), bearer: auth.serviceKey).status == 200)
            #expect(web.requests.isEmpty)
            let other = try await auth.send(.post, "/signup", Self.form(nil), bearer: auth.anonKey)
            #expect(other.refusal == "400 captcha_failed")
            #expect(
                try await auth.send(.post, "/signup", Self.form("t"), bearer: "nonsense").refusal
                    == "400 captcha_failed")
        }
    }

    @Test func `leaves a body that is no JSON to be refused as such`() async throws {
        try await Self.run({ _, _ throws(WebFailure) in .json(["success": true]) }) { auth, web in
            let answer = try await auth.send(.post, "/signup", raw: "{")
            #expect(answer.refusal == "400 bad_json")
            #expect(web.requests.isEmpty)
        }
    }
}
