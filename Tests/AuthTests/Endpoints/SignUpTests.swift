import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `Sign-up` {
    @Test func `under autoconfirm gives a session in the contract's shape`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp("Doctor@Example.org", data: ["name": "A. Doctor", "drop": .null])
            let answer = signedIn.answer
            #expect(answer.status == 200)
            #expect(
                answer.keys == ["access_token", "token_type", "expires_in", "expires_at", "refresh_token", "user"])
            #expect(answer["token_type"] == "bearer")
            #expect(answer["expires_at"]?.int == auth.clock.now().seconds + 3600)
            #expect(
                signedIn.user.object?.members.map(\.key) == [
                    "id", "aud", "role", "email", "email_confirmed_at", "phone", "confirmed_at", "last_sign_in_at",
                    "app_metadata", "user_metadata", "identities", "created_at", "updated_at", "is_anonymous",
                ])
            #expect(signedIn.user["email"] == "doctor@example.org")
            #expect(signedIn.user["app_metadata"]?.text == #"{"provider":"email","providers":["email"]}"#)
            let id = signedIn.userID
            #expect(
                signedIn.user["user_metadata"]?.text
                    == #"{"email":"doctor@example.org","email_verified":true,"name":"A. Doctor","phone_verified":false,"#
                    + #""sub":"\#(id)"}"#)
            let identity = try #require(signedIn.user["identities"]?.array?.first)
            #expect(
                identity.object?.members.map(\.key) == [
                    "identity_id", "id", "user_id", "identity_data", "provider", "last_sign_in_at", "created_at",
                    "updated_at", "email",
                ])
            #expect(identity["id"]?.string == id)
            #expect(identity["identity_data"]?["email_verified"] == false)
            #expect(signedIn.user["created_at"]?.string == auth.clock.now().rfc3339())
            #expect(!answer.text.contains("encrypted_password") && !answer.text.contains("$2"))
        }
    }

    @Test func `makes an access token with the contract's claims`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            let claims = signedIn.claims
            #expect(
                claims.members.map(\.key) == [
                    "iss", "sub", "aud", "exp", "iat", "email", "phone", "app_metadata", "user_metadata", "role", "aal",
                    "amr", "session_id", "is_anonymous",
                ])
            #expect(claims["iss"] == "http://localhost/auth/v1")
            #expect(claims["sub"]?.string == signedIn.userID)
            #expect(claims["aal"] == "aal1")
            #expect(claims["amr"] == [["method": "password", "timestamp": .int(auth.clock.now().seconds)]])
            #expect(claims["is_anonymous"] == false)
        }
    }

    @Test func `stores what triggers of the app read in one insert`() async throws {
        try await AuthHarness.run { auth in
            // The usual profile trigger of Supabase's documentation.
            for statement: SQL in [
                "create table public.profiles (id uuid primary key references auth.users on delete cascade, name text, provider text, email text)",
                """
                create function public.new_profile() returns trigger language plpgsql security definer set search_path = '' as $$
                begin
                    insert into public.profiles
                    values (new.id, new.raw_user_meta_data ->> 'name', new.raw_app_meta_data ->> 'provider', new.email);
                    return new;
                end $$
                """,
                "create trigger made after insert on auth.users for each row execute function public.new_profile()",
            ] { try await auth.owner.run(statement) }
            let signedIn = try await auth.signUp(data: ["name": "A. Doctor"])
            let profile = try await auth.value(
                "select id || '|' || name || '|' || provider || '|' || email from public.profiles")
            #expect(profile == "\(signedIn.userID)|A. Doctor|email|\(AuthHarness.email)")
        }
    }

    @Test func `is rolled back by a failing trigger, which the older dialect names`() async throws {
        try await AuthHarness.run { auth in
            try await auth.owner.run(
                """
                create function public.no() returns trigger language plpgsql as $$
                begin raise exception 'not from here' using hint = 'ask the clinic'; end $$
                """)
            try await auth.owner.run(
                "create trigger refused after insert on auth.users for each row execute function public.no()")
            let body: JSON = ["email": "a@b.co", "password": "secret1"]
            let old = try await auth.send(.post, "/signup", body)
            #expect(old.status == 500)
            #expect(old.json == ["code": "P0001", "message": "not from here", "hint": "ask the clinic"])
            let new = try await auth.send(.post, "/signup", body, headers: ["X-Supabase-Api-Version": "2024-01-01"])
            #expect(new.status == 500)
            #expect(new.json == ["code": "unexpected_failure", "message": "Database error saving new user"])
            #expect(try await auth.value("select count(*) from auth.users") == "0")
            #expect(auth.observer.causes.allSatisfy { $0.contains("P0001") && !$0.contains("not from here") })
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let body: String
        let refusal: String
        var text: String?
        var testDescription: String { body.isEmpty ? "(empty)" : String(body.prefix(80)) }
    }

    static let refusals = [
        Refusal(body: "", refusal: "400 bad_json"), Refusal(body: "[]", refusal: "400 bad_json"),
        Refusal(body: "{", refusal: "400 bad_json"),
        Refusal(body: #"{"email":1,"password":"x"}"#, refusal: "400 bad_json"),
        Refusal(body: #"{"email":"a@b.co","password":"secret1","data":"x"}"#, refusal: "400 bad_json"),
        Refusal(
            body: #"{"email":"a@b.co"}"#, refusal: "400 validation_failed", text: "Signup requires a valid password"),
        Refusal(body: #"{"email":"a@b.co","password":null}"#, refusal: "400 validation_failed"),
        Refusal(
            body: #"{"email":"not an address","password":"secret1"}"#, refusal: "400 validation_failed",
            text: "Unable to validate email address: invalid format"),
        Refusal(body: #"{"email":"a\u0000@b.co","password":"secret1"}"#, refusal: "400 validation_failed"),
        Refusal(body: #"{"email":"a@b.co","password":"sec\u0000ret"}"#, refusal: "400 validation_failed"),
        Refusal(
            body: #"{"email":"a@b.co","password":"secret1","data":{"a":"\u0000"}}"#, refusal: "400 validation_failed"),
        Refusal(
            body: #"{"email":"a@b.co","phone":"491701234567","password":"secret1"}"#, refusal: "400 validation_failed",
            text: "Only an email address or phone number should be provided on signup."),
        Refusal(body: #"{"phone":"491701234567","password":"secret1"}"#, refusal: "400 phone_provider_disabled"),
        Refusal(
            body: #"{"email":"a@b.co","password":"short"}"#, refusal: "422 weak_password",
            text: "Password should be at least 6 characters."),
        Refusal(
            body: #"{"email":"a@b.co","password":""# + String(repeating: "é", count: 37) + #""}"#,
            refusal: "400 validation_failed", text: "Password cannot be longer than 72 characters"),
        Refusal(
            body: #"{"email":"a@b.co","password":"secret1","code_challenge":"x"}"#, refusal: "400 validation_failed"),
        Refusal(body: "{}", refusal: "422 anonymous_provider_disabled", text: "Anonymous sign-ins are disabled"),
        Refusal(body: #"{"data":{}}"#, refusal: "422 anonymous_provider_disabled"),
    ]

    @Test func `refuses what it must in the contract's words`() async throws {
        try await AuthHarness.run { auth in
            for refusal in Self.refusals {
                let answer = try await auth.send(.post, "/signup", raw: refusal.body)
                #expect(answer.refusal == refusal.refusal, "\(refusal.testDescription): \(answer.text)")
                if let text = refusal.text { #expect(answer["msg"]?.string == text) }
                #expect(answer.header("x-sb-error-code") == answer["error_code"]?.string)
            }
            #expect(try await auth.value("select count(*) from auth.users") == "0")
            #expect(auth.observer.causes.isEmpty)
        }
    }

    /// bcrypt would take the first 72 bytes, and whatever begins like it.
    @Test func `takes passwords of 72 bytes and no longer ones`() async throws {
        try await AuthHarness.run { auth in
            for (password, status) in [
                (String(repeating: "ä", count: 36), 200), (String(repeating: "x", count: 73), 400),
            ] {
                let body: JSON = ["email": .string("p\(status)@example.org"), "password": .string(password)]
                let answer = try await auth.send(.post, "/signup", body)
                #expect(answer.status == status, "\(answer.text)")
                let made = try await auth.send(
                    .post, "/admin/users",
                    ["email": .string("a\(status)@example.org"), "password": .string(password)],
                    bearer: auth.serviceKey)
                #expect(made.status == status, "\(made.text)")
            }
        }
    }

    @Test func `reports every weakness of a password in both dialects`() async throws {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.passwordLengthMin = 8
            configuration.passwordCharacterSets = ["abc", "123"]
        } _: { auth in
            let body: JSON = ["email": "a@b.co", "password": "a"]
            let text =
                "Password should be at least 8 characters. Password should contain at least one character of each: abc, 123."
            let old = try await auth.send(.post, "/signup", body)
            #expect(
                old.json == [
                    "code": 422, "error_code": "weak_password", "msg": .string(text),
                    "weak_password": ["reasons": ["length", "characters"]],
                ])
            let new = try await auth.send(.post, "/signup", body, headers: ["X-Supabase-Api-Version": "2024-01-01"])
            #expect(
                new.json == [
                    "code": "weak_password", "message": .string(text),
                    "weak_password": ["reasons": ["length", "characters"]],
                ])
        }
    }

    @Test func `is closed when sign-ups or addresses are disabled`() async throws {
        let body: JSON = ["email": "a@b.co", "password": "secret1"]
        try await AuthHarness.run { configuration in
            configuration.isSignUpDisabled = true
            configuration.areAnonymousUsersEnabled = true
        } _: { auth in
            let answer = try await auth.send(.post, "/signup", body)
            #expect(answer.refusal == "422 signup_disabled")
            #expect(answer["msg"] == "Signups not allowed for this instance")
            #expect(try await auth.send(.post, "/signup", [:]).refusal == "422 signup_disabled")
        }
        try await AuthHarness.run {
            $0.isEmailEnabled = false
        } _: { auth in
            let answer = try await auth.send(.post, "/signup", body)
            #expect(answer.refusal == "400 email_provider_disabled")
        }
    }

    @Test func `of a known address is refused under autoconfirm, in any letter case`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            let answer = try await auth.send(
                .post, "/signup", ["email": "DOCTOR@example.org", "password": "another one"])
            #expect(answer.refusal == "422 user_already_exists")
            #expect(answer["msg"] == "User already registered")
        }
    }

    @Test func `of one address by many at once makes one user`() async throws {
        try await AuthHarness.run { auth in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await auth.send(.post, "/signup", ["email": "a@b.co", "password": "secret1"]).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 1)
            #expect(statuses.count { $0 == 422 } == 11)
            #expect(try await auth.value("select count(*) from auth.users") == "1")
        }
    }

    @Test func `without an address makes an anonymous user when that is enabled`() async throws {
        try await AuthHarness.run {
            $0.areAnonymousUsersEnabled = true
        } _: { auth in
            let signedIn = try SignedIn(await auth.send(.post, "/signup", ["data": ["a": 1]]))
            #expect(signedIn.user["is_anonymous"] == true)
            #expect(signedIn.user["email"] == "" && signedIn.user["phone"] == "")
            #expect(signedIn.user["identities"] == [])
            #expect(signedIn.user["app_metadata"] == [:])
            #expect(signedIn.user["user_metadata"] == ["a": 1])
            #expect(signedIn.claims["is_anonymous"] == true)
            #expect(signedIn.claims["amr"]?.array?.first?["method"] == "anonymous")
            #expect(try await auth.send(.get, "/user", bearer: signedIn.accessToken).status == 200)
        }
    }
}
