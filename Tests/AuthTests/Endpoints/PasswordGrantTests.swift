import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `The password grant` {
    @Test func `signs in with any letter case and without a key's bearer getting in the way`() async throws {
        try await AuthHarness.run { auth in
            let signedUp = try await auth.signUp()
            auth.clock.advance(by: .seconds(60))
            let answer = try await auth.send(
                .post, "/token?grant_type=password",
                [
                    "email": "DOCTOR@EXAMPLE.ORG", "password": .string(AuthHarness.password),
                    "gotrue_meta_security": [:],
                ],
                bearer: auth.anonKey)
            let signedIn = try SignedIn(answer)
            #expect(signedIn.userID == signedUp.userID)
            #expect(signedIn.sessionID != signedUp.sessionID)
            #expect(signedIn.refreshToken.count == 12)
            #expect(signedIn.user["last_sign_in_at"]?.string == auth.clock.now().rfc3339())
            #expect(answer.header("sb-auth-user-id") == signedIn.userID)
            #expect(answer.header("cache-control") == "no-store")
            #expect(
                try await auth.value(
                    "select host(ip) || '|' || aal from auth.sessions where id = \(signedIn.sessionID)::uuid")
                    == "192.0.2.7|aal1")
        }
    }

    @Test func `gives one answer to unknown users, users without password and wrong passwords`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            _ = try await auth.signUp("nopassword@example.org")
            try await auth.owner.run("update auth.users set encrypted_password = null where email like 'nopassword%'")
            var texts: Set<String> = []
            for (email, password) in [
                (AuthHarness.email, "wrong"), ("nobody@example.org", "wrong"), ("nopassword@example.org", "wrong"),
                ("nopassword@example.org", ""), (AuthHarness.email, ""),
                (AuthHarness.email, String(repeating: "x", count: 73)), ("not an address", "wrong"),
            ] {
                let answer = try await auth.send(
                    .post, "/token?grant_type=password", ["email": .string(email), "password": .string(password)])
                #expect(answer.status == 400)
                texts.insert(answer.text)
            }
            #expect(texts == [#"{"code":400,"error_code":"invalid_credentials","msg":"Invalid login credentials"}"#])
            let new = try await auth.send(
                .post, "/token?grant_type=password", ["email": "nobody@example.org", "password": "x"],
                headers: ["X-Supabase-Api-Version": "2024-01-01"])
            #expect(new.text == #"{"code":"invalid_credentials","message":"Invalid login credentials"}"#)
            #expect(new.header("X-Supabase-Api-Version") == "2024-01-01")
        }
    }

    @Test func `tells of a ban or a missing confirmation only who knows the password`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            func attempt(_ password: String) async throws -> String {
                try await auth.send(
                    .post, "/token?grant_type=password",
                    ["email": .string(AuthHarness.email), "password": .string(password)]
                ).refusal
            }
            try await auth.owner.run("update auth.users set banned_until = 'infinity'")
            #expect(try await attempt("wrong") == "400 invalid_credentials")
            #expect(try await attempt(AuthHarness.password) == "400 user_banned")
            try await auth.owner.run("update auth.users set banned_until = '2000-01-01', email_confirmed_at = null")
            #expect(try await attempt("wrong") == "400 invalid_credentials")
            #expect(try await attempt(AuthHarness.password) == "400 email_not_confirmed")
        }
    }

    @Test func `refuses requests that are none`() async throws {
        try await AuthHarness.run { auth in
            for (path, body, refusal) in [
                ("/token", "{}", "400 invalid_credentials"),
                ("/token?grant_type=magic", "{}", "400 invalid_credentials"),
                ("/token?grant_type=password", "", "400 bad_json"),
                ("/token?grant_type=password", "{}", "400 validation_failed"),
                (
                    "/token?grant_type=password", #"{"email":"a@b.co","phone":"49170","password":"x"}"#,
                    "400 validation_failed"
                ),
                (
                    "/token?grant_type=password", #"{"phone":"4917012345","password":"x"}"#,
                    "422 phone_provider_disabled"
                ),
                ("/token?grant_type=password", #"{"email":{},"password":"x"}"#, "400 bad_json"),
            ] {
                let answer = try await auth.send(.post, path, raw: body)
                #expect(answer.refusal == refusal, "\(path) \(body): \(answer.text)")
            }
        }
        try await AuthHarness.run {
            $0.isEmailEnabled = false
        } _: { auth in
            let answer = try await auth.send(.post, "/token?grant_type=password", ["email": "a@b.co", "password": "x"])
            #expect(answer.refusal == "422 email_provider_disabled")
        }
    }

    @Test func `accepts rows written by hand: null columns, mixed case, another bcrypt prefix`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            try await auth.owner.run(
                """
                update auth.users
                set email = 'Doctor@Example.org', confirmation_token = null, recovery_token = null,
                    email_change_token_new = null, email_change = null, phone_change = null, raw_user_meta_data = null,
                    raw_app_meta_data = 'null', created_at = null, role = null,
                    encrypted_password = replace(encrypted_password, '$2b$', '$2a$')
                """)
            let signedIn = try await auth.signIn()
            #expect(signedIn.user["user_metadata"] == [:])
            #expect(signedIn.claims["role"] == "authenticated")
        }
    }

    @Test func `reports a password that has become weak and signs in all the same`() async throws {
        let scratchLength = 40
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.passwordLengthMin = scratchLength
        } _: { auth in
            _ = try await auth.send(
                .post, "/admin/users",
                [
                    "email": .string(AuthHarness.email), "password": .string(AuthHarness.password),
                    "email_confirm": true,
                ],
                bearer: auth.serviceKey)
            let signedIn = try await auth.signIn()
            #expect(
                signedIn.answer["weak_password"]
                    == ["message": "Password should be at least 40 characters.", "reasons": ["length"]])
        }
    }

    @Test func `makes no session for a password that was changed while it was checked`() async throws {
        try await AuthHarness.run { auth in
            let signedUp = try await auth.signUp()
            try await auth.owner.run(
                """
                create function public.race() returns trigger language plpgsql as $$
                begin
                    if new.last_sign_in_at is distinct from old.last_sign_in_at then return null; end if;
                    return new;
                end $$
                """)
            auth.clock.advance(by: .seconds(1))
            // The update that guards the session finds nobody, as it does after a concurrent change.
            try await auth.owner.run(
                "create trigger race before update on auth.users for each row execute function public.race()")
            let answer = try await auth.send(
                .post, "/token?grant_type=password",
                ["email": .string(AuthHarness.email), "password": .string(AuthHarness.password)])
            #expect(answer.refusal == "400 invalid_credentials")
            #expect(
                try await auth.value("select string_agg(id::text, ',') from auth.sessions") == signedUp.sessionID)
            #expect(try await auth.value("select count(*) from auth.refresh_tokens") == "1")
        }
    }
}
