import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `The user's own account` {
    private func put(_ auth: AuthHarness, _ signedIn: SignedIn, _ body: JSON) async throws -> Answer {
        try await auth.send(.put, "/user", body, bearer: signedIn.accessToken)
    }

    @Test func `reads as it was at sign-in`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            let answer = try await auth.send(.get, "/user", bearer: signedIn.accessToken)
            #expect(answer.status == 200)
            #expect(answer.json.text == signedIn.user.text)
            let elsewhere = try await auth.send(
                .get, "/user", bearer: signedIn.accessToken, headers: ["X-JWT-AUD": "elsewhere"])
            #expect(elsewhere.refusal == "400 validation_failed")
        }
    }

    @Test func `shows factors without their secrets`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            try await auth.owner.run(
                """
                insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at, secret)
                values (gen_random_uuid(), \(signedIn.userID)::uuid, 'totp', 'verified', now(), now(), 'hidden')
                """)
            let answer = try await auth.send(.get, "/user", bearer: signedIn.accessToken)
            let factor = try #require(answer["factors"]?.array?.first)
            #expect(
                factor.object?.members.map(\.key) == [
                    "id", "created_at", "updated_at", "status", "factor_type", "phone", "last_challenged_at",
                ])
            #expect(!answer.text.contains("hidden"))
            for body: JSON in [["password": "another1"], ["email": "x@y.z"]] {
                #expect(try await put(auth, signedIn, body).refusal == "401 insufficient_aal")
            }
            try await auth.owner.run("update auth.sessions set aal = 'aal2'")
            // The token is still from before.
            #expect(try await put(auth, signedIn, ["password": "another1"]).refusal == "401 insufficient_aal")
            let raised = try SignedIn(await auth.refresh(signedIn.refreshToken))
            #expect(try await put(auth, raised, ["password": "another1"]).status == 200)
        }
    }

    @Test func `merges metadata shallowly and deletes by null`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp(data: ["keep": 1, "change": ["a": 1, "b": 2], "drop": 3])
            let answer = try await put(
                auth, signedIn, ["data": ["change": ["a": 9], "drop": nil, "new": "x", "absent": nil]])
            #expect(answer.status == 200)
            let metadata = try #require(answer["user_metadata"]?.object)
            #expect(metadata["keep"] == 1 && metadata["change"] == ["a": 9] && metadata["new"] == "x")
            #expect(metadata["drop"] == nil && metadata["absent"] == nil)
            #expect(metadata["sub"]?.string == signedIn.userID)
            let refreshed = try SignedIn(await auth.refresh(signedIn.refreshToken))
            #expect(refreshed.claims["user_metadata"] == answer["user_metadata"])
        }
    }

    @Test func `keeps both of two concurrent metadata changes`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<10 {
                    group.addTask {
                        let answer = try await put(auth, signedIn, ["data": .object(JSONObject([("k\(index)", 1)]))])
                        #expect(answer.status == 200)
                    }
                }
                try await group.waitForAll()
            }
            let count = try await auth.value(
                "select count(*) from jsonb_object_keys((select raw_user_meta_data from auth.users)) k where k like 'k%'"
            )
            #expect(count == "10")
        }
    }

    @Test func `changes the password, ends other sessions and pending links, and keeps its own`() async throws {
        try await AuthHarness.run { auth in
            let first = try await auth.signUp()
            let second = try await auth.signIn()
            try await auth.owner.run("update auth.users set recovery_token = 'pending'")
            try await auth.owner.run(
                """
                insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to)
                values (gen_random_uuid(), \(first.userID)::uuid, 'recovery_token', 'pending', 'x')
                """)
            #expect(try await put(auth, second, ["password": "a new secret"]).status == 200)
            #expect(try await auth.send(.get, "/user", bearer: second.accessToken).status == 200)
            #expect(try await auth.send(.get, "/user", bearer: first.accessToken).refusal == "403 session_not_found")
            #expect(try await auth.refresh(first.refreshToken).refusal == "400 refresh_token_not_found")
            #expect(try await auth.refresh(second.refreshToken).status == 200)
            #expect(try await auth.value("select recovery_token from auth.users") == "")
            #expect(try await auth.value("select count(*) from auth.one_time_tokens") == "0")
            #expect(try await auth.signIn(password: "a new secret").answer.status == 200)
            let old = try await auth.send(
                .post, "/token?grant_type=password",
                ["email": .string(AuthHarness.email), "password": .string(AuthHarness.password)])
            #expect(old.refusal == "400 invalid_credentials")
        }
    }

    @Test func `refuses what the contract names`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            _ = try await auth.signUp("taken@example.org")
            for (body, refusal) in [
                (["password": .string(AuthHarness.password)], "422 same_password"),
                (["password": "short"], "422 weak_password"), (["password": ""], "422 weak_password"),
                (["password": .string(String(repeating: "x", count: 73))], "400 validation_failed"),
                (["password": 1], "400 bad_json"), (["data": "x"], "400 bad_json"), (["data": []], "400 bad_json"),
                (["data": ["a": "\u{0}"]], "400 validation_failed"),
                (["app_metadata": ["role": "admin"]], "403 not_admin"),
                (["email": "Taken@Example.org"], "422 email_exists"),
                (["email": "no address"], "400 validation_failed"),
                (["phone": "491701234567"], "400 phone_provider_disabled"),
            ] as [(JSON, String)] {
                let answer = try await put(auth, signedIn, body)
                #expect(answer.refusal == refusal, "\(body): \(answer.text)")
            }
            #expect(try await auth.send(.get, "/user", bearer: signedIn.accessToken).json.text == signedIn.user.text)
            try await auth.owner.run("update auth.users set is_sso_user = true where email = \(AuthHarness.email)")
            #expect(try await put(auth, signedIn, ["password": "another1"]).refusal == "422 user_sso_managed")
        }
    }

    @Test func `asks for the current password where that is configured`() async throws {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.isCurrentPasswordRequired = true
        } _: { auth in
            let signedIn = try await auth.signUp()
            #expect(try await put(auth, signedIn, ["password": "another1"]).refusal == "400 current_password_required")
            #expect(
                try await put(auth, signedIn, ["password": "another1", "current_password": "wrong"]).refusal
                    == "400 current_password_invalid")
            #expect(
                try await put(
                    auth, signedIn, ["password": "another1", "current_password": .string(AuthHarness.password)]
                ).status == 200)
            try await auth.owner.run("update auth.mfa_amr_claims set authentication_method = 'otp'")
            #expect(try await put(auth, signedIn, ["password": "another2"]).status == 200)
        }
    }

    @Test func `of an anonymous user becomes permanent with an address, under autoconfirm at once`() async throws {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.areAnonymousUsersEnabled = true
        } _: { auth in
            let anonymous = try SignedIn(await auth.send(.post, "/signup", [:]))
            #expect(try await put(auth, anonymous, ["password": "secret1"]).refusal == "422 validation_failed")
            let answer = try await put(auth, anonymous, ["email": "New@example.org", "password": "secret1"])
            #expect(answer.status == 200)
            #expect(answer["email"] == "new@example.org" && answer["is_anonymous"] == false)
            #expect(answer["id"]?.string == anonymous.userID)
            #expect(answer["email_confirmed_at"] != nil)
            #expect(answer["app_metadata"] == ["provider": "email", "providers": ["email"]])
            #expect(answer["identities"]?.array?.first?["identity_data"]?["email"] == "new@example.org")
            #expect(try await auth.signIn("new@example.org", password: "secret1").userID == anonymous.userID)
            #expect(auth.mailer.sent.isEmpty)
        }
    }

    @Test func `changes its address only after mails to both`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            let answer = try await put(auth, signedIn, ["email": "new@example.org"])
            #expect(answer.status == 200)
            #expect(answer["email"]?.string == AuthHarness.email && answer["new_email"] == "new@example.org")
            #expect(answer["email_change_sent_at"] != nil)
            #expect(
                auth.mailer.sent.map(\.kind) == [.emailChangeNew, .emailChangeCurrent])
            #expect(auth.mailer.sent.map(\.recipient) == ["new@example.org", AuthHarness.email])
            #expect(
                try await auth.value(
                    "select string_agg(token_type::text || '|' || relates_to, ' ' order by token_type) from auth.one_time_tokens"
                )
                    == "email_change_token_new|new@example.org email_change_token_current|\(AuthHarness.email)")
            let soon = try await put(auth, signedIn, ["email": "other@example.org"])
            #expect(soon.refusal == "429 over_email_send_rate_limit")
            // The address that it has already is no change.
            #expect(try await put(auth, signedIn, ["email": "DOCTOR@example.org"]).status == 200)
        }
        try await AuthHarness.run({ $0.isEmailAutoconfirmed = true }, withMailer: false) { auth in
            let signedIn = try await auth.signUp()
            let answer = try await put(auth, signedIn, ["email": "new@example.org"])
            #expect(answer.refusal == "500 unexpected_failure")
            #expect(answer["msg"] == "Error sending email change email")
            #expect(try await auth.value("select coalesce(email_change, '') from auth.users") == "")
        }
    }

    @Test func `signs out of what the scope says`() async throws {
        try await AuthHarness.run { auth in
            let sessions = [try await auth.signUp(), try await auth.signIn(), try await auth.signIn()]
            let other = try await auth.signUp("other@example.org")
            func alive() async throws -> [Bool] {
                var alive: [Bool] = []
                for session in sessions + [other] {
                    alive.append(try await auth.send(.get, "/user", bearer: session.accessToken).status == 200)
                }
                return alive
            }
            func signOut(_ index: Int, _ query: String) async throws -> Answer {
                try await auth.send(.post, "/logout" + query, bearer: sessions[index].accessToken)
            }
            #expect(try await signOut(0, "?scope=everything").refusal == "400 validation_failed")
            #expect(try await alive() == [true, true, true, true])
            let local = try await signOut(0, "?scope=local")
            #expect(local.status == 204 && local.text.isEmpty)
            #expect(try await alive() == [false, true, true, true])
            #expect(try await signOut(0, "?scope=local").refusal == "403 session_not_found")
            #expect(try await signOut(1, "?scope=others").status == 204)
            #expect(try await alive() == [false, true, false, true])
            #expect(try await auth.refresh(sessions[2].refreshToken).refusal == "400 refresh_token_not_found")
            #expect(try await signOut(1, "").status == 204)
            #expect(try await alive() == [false, false, false, true])
            #expect(try await auth.value("select count(*) from auth.sessions") == "1")
        }
    }
}
