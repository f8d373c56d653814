import Auth
import Core
import Gateway
import HTTPTypes
import Postgres
import Testing

@Suite struct `The exchange of a code` {
    /// A code of a mail's flow, as its link would hand it out.
    private func mailCode(
        _ harness: ExternalHarness, userID: String, method: String = "recovery", challenge: String? = nil,
        kind: String = "s256"
    ) async throws -> String {
        try await harness.auth.owner.run(
            """
            insert into auth.flow_state (id, user_id, auth_code, code_challenge_method, code_challenge, provider_type,
                authentication_method, created_at, updated_at, auth_code_issued_at)
            values (gen_random_uuid(), \(userID)::uuid, 'code-of-a-mail', \(kind)::auth.code_challenge_method,
                \(challenge ?? ExternalHarness.challenge), 'email', \(method),
                \(harness.auth.clock.now().advanced(by: .seconds(-3000)))::timestamptz,
                \(harness.auth.clock.now())::timestamptz, \(harness.auth.clock.now())::timestamptz)
            """)
        return "code-of-a-mail"
    }

    @Test func `works once`() async throws {
        try await ExternalHarness.run { harness in
            let landed = try await harness.arrive(ScriptedProvider.claims(), pkce: true)
            let code = try #require(landed.query["code"])
            let signedIn = try SignedIn(await harness.exchange(code))
            #expect(signedIn.answer.header("cache-control") == "no-store")
            let again = try await harness.exchange(code)
            #expect(again.refusal == "404 flow_state_not_found")
            #expect(again["msg"] == "invalid flow state, no valid flow state found")
            #expect(try await harness.count("select count(*) from auth.sessions") == 1)
        }
    }

    @Test func `of fifty at a time one works`() async throws {
        try await ExternalHarness.run(connections: 8) { harness in
            let code = try #require(
                try await harness.arrive(ScriptedProvider.claims(), pkce: true).query["code"])
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<50 { group.addTask { try await harness.exchange(code).refusal } }
                return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(answers == ["200 -": 1, "404 flow_state_not_found": 49])
            #expect(try await harness.count("select count(*) from auth.sessions") == 1)
        }
    }

    @Test(arguments: ["", "x", String(repeating: "w", count: 43), ExternalHarness.challenge])
    func `does not use a code up that comes with a wrong verifier`(verifier: String) async throws {
        try await ExternalHarness.run { harness in
            let code = try #require(
                try await harness.arrive(ScriptedProvider.claims(), pkce: true).query["code"])
            let wrong = try await harness.exchange(code, verifier: verifier)
            if verifier.isEmpty {
                #expect(wrong.refusal == "400 validation_failed")
                #expect(wrong["msg"] == "invalid request: both auth code and code verifier should be non-empty")
            } else {
                #expect(wrong.refusal == "400 bad_code_verifier")
                #expect(wrong["msg"] == "code challenge does not match previously saved code verifier")
            }
            #expect(try await harness.exchange(code).status == 200)
        }
    }

    @Test(arguments: [
        #"{}"#, #"{"auth_code":"x"}"#, #"{"code_verifier":"x"}"#, #"{"auth_code":null,"code_verifier":"x"}"#,
        #"{"auth_code":"","code_verifier":"x"}"#,
    ])
    func `asks for both halves`(body: String) async throws {
        try await ExternalHarness.run { harness in
            let answer = try await harness.auth.send(.post, "/token?grant_type=pkce", raw: body)
            #expect(answer.refusal == "400 validation_failed")
        }
    }

    @Test(arguments: ["unknown", "0f8fad5b-d9cb-469f-a165-70867728950e", "' or true --"])
    func `knows no other codes`(code: String) async throws {
        try await ExternalHarness.run { harness in
            let answer = try await harness.exchange(code)
            #expect(answer.refusal == "404 flow_state_not_found")
        }
    }

    @Test func `comes too late after the code's lifetime, which begins when it is handed out`() async throws {
        try await ExternalHarness.run { harness in
            harness.provider.expect(.init(claims: ScriptedProvider.claims()), for: "c")
            let state = try await harness.authorize(pkce: true).state
            // Long at the provider's page, but in time.
            harness.auth.clock.advance(by: .seconds(290))
            let code = try #require(try await harness.callback("code=c&state=\(state)").query["code"])
            harness.auth.clock.advance(by: .seconds(301))
            let late = try await harness.exchange(code)
            #expect(late.refusal == "422 flow_state_expired")
            #expect(late["msg"] == "invalid flow state, flow state has expired")
        }
    }

    @Test func `does not work before the provider has answered`() async throws {
        try await ExternalHarness.run { harness in
            _ = try await harness.authorize(pkce: true)
            let code = try #require(try await harness.auth.value("select auth_code from auth.flow_state"))
            #expect(try await harness.exchange(code).refusal == "404 flow_state_not_found")
        }
    }

    @Test func `is refused to who was banned or deleted meanwhile, and uses the code up`() async throws {
        try await ExternalHarness.run { harness in
            var code = try #require(
                try await harness.arrive(ScriptedProvider.claims(), pkce: true).query["code"])
            try await harness.auth.owner.run("update auth.users set banned_until = 'infinity'")
            #expect(try await harness.exchange(code).refusal == "400 user_banned")
            try await harness.auth.owner.run("update auth.users set banned_until = null")
            #expect(try await harness.exchange(code).refusal == "404 flow_state_not_found")
            code = try #require(try await harness.arrive(ScriptedProvider.claims(), pkce: true).query["code"])
            try await harness.auth.owner.run("delete from auth.users")
            #expect(try await harness.exchange(code).refusal == "404 flow_state_not_found")
        }
    }

    @Test(arguments: ["recovery", "magiclink", "email/signup"])
    func `redeems a mail's code long after the mail was asked for`(method: String) async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let user = try await harness.auth.signUp()
            let code = try await mailCode(harness, userID: user.userID, method: method)
            let signedIn = try SignedIn(await harness.exchange(code))
            #expect(signedIn.userID == user.userID)
            #expect(signedIn.claims["amr"]?.array?.first?["method"]?.string == method)
            #expect(signedIn.answer["provider_token"] == nil)
        }
    }

    @Test func `compares plain challenges as they are`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let user = try await harness.auth.signUp()
            let verifier = ExternalHarness.verifier
            let code = try await mailCode(harness, userID: user.userID, challenge: verifier, kind: "plain")
            #expect(
                try await harness.exchange(code, verifier: ExternalHarness.challenge).refusal
                    == "400 bad_code_verifier")
            #expect(try await harness.exchange(code, verifier: verifier).status == 200)
        }
    }

    @Test func `is not bound to the address or the program that began`() async throws {
        try await ExternalHarness.run { harness in
            harness.provider.expect(.init(claims: ScriptedProvider.claims()), for: "c")
            let state = try await harness.authorize(pkce: true, headers: ["user-agent": "a browser"]).state
            let landed = try await harness.callback("code=c&state=\(state)", headers: ["user-agent": "a browser"])
            let answer = try await harness.auth.send(
                .post, "/token?grant_type=pkce",
                [
                    "auth_code": .string(try #require(landed.query["code"])),
                    "code_verifier": .string(ExternalHarness.verifier),
                ], headers: ["user-agent": "a server"])
            #expect(answer.status == 200)
        }
    }

    @Test func `leaves nothing behind that the purge would not remove`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let user = try await harness.auth.signUp()
            _ = try await harness.authorize()
            _ = try await harness.arrive(ScriptedProvider.claims(), pkce: true)
            _ = try await mailCode(harness, userID: user.userID)
            try await harness.auth.owner.run(
                "update auth.flow_state set auth_code_issued_at = null where user_id is not null and provider_type = 'email'"
            )
            let configuration = AuthConfiguration()
            try await harness.auth.pool.run(configuration.flowPurge(now: harness.auth.clock.now()))
            #expect(try await harness.count("select count(*) from auth.flow_state") == 3)
            harness.auth.clock.advance(by: .seconds(901))
            try await harness.auth.pool.run(configuration.flowPurge(now: harness.auth.clock.now()))
            #expect(
                try await harness.auth.value("select string_agg(provider_type, ',') from auth.flow_state") == "email")
            harness.auth.clock.advance(by: .seconds(7 * 86_400))
            try await harness.auth.pool.run(configuration.flowPurge(now: harness.auth.clock.now()))
            #expect(try await harness.count("select count(*) from auth.flow_state") == 0)
        }
    }
}
