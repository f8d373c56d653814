import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `Invitations and generated links` {
    @Test func `invite a user who accepts by the link`() async throws {
        try await AuthHarness.run {
            $0.isSignUpDisabled = true
        } _: { auth in
            let body: JSON = ["email": "New@example.org", "data": ["name": "N", "drop": nil]]
            let answer = try await auth.send(.post, "/invite", body, bearer: auth.serviceKey)
            #expect(answer.status == 200 && answer["email"] == "new@example.org")
            #expect(answer["invited_at"] != nil && answer["confirmation_sent_at"] != nil)
            #expect(answer["user_metadata"] == ["name": "N"])
            #expect(answer["email_confirmed_at"] == nil)
            let mail = try auth.lastMail()
            #expect(mail.kind == .invite && mail.link.reveal().contains("&type=invite&"))
            // Again, at once: an admin knows what it does. The first link is void then.
            #expect(try await auth.send(.post, "/invite", body, bearer: auth.serviceKey).status == 200)
            #expect(
                try await auth.follow("invite", mail.token.reveal()).fragment["error_code"] == "otp_expired")
            let followed = try await auth.follow("invite", try auth.lastMail().token.reveal())
            #expect(followed.fragment["type"] == "invite" && followed.fragment["access_token"] != nil)
            #expect(try await auth.value("select encrypted_password like '$2%' from auth.users") == "t")
            #expect(try await auth.auditActions() == "invite_accepted user_invited user_invited")
            let taken = try await auth.send(.post, "/invite", body, bearer: auth.serviceKey)
            #expect(taken.refusal == "422 email_exists")
            let changed = try await auth.send(
                .put, "/user", ["password": "my own secret"], bearer: followed.fragment["access_token"])
            #expect(changed.status == 200)
        }
    }

    @Test func `are for admins`() async throws {
        try await AuthHarness.run { auth in
            let user = try await auth.signUp()
            for path in ["/invite", "/admin/generate_link"] {
                let body: JSON = ["email": "a@b.co", "type": "invite"]
                #expect(try await auth.send(.post, path, body).refusal == "401 no_authorization")
                #expect(try await auth.send(.post, path, body, bearer: auth.anonKey).refusal == "403 not_admin")
                #expect(try await auth.send(.post, path, body, bearer: user.accessToken).refusal == "403 not_admin")
            }
            for body in ["{}", #"{"email":"x"}"#] {
                let answer = try await auth.send(.post, "/invite", raw: body, bearer: auth.serviceKey)
                #expect(answer.refusal == "400 validation_failed")
            }
        }
    }

    private func generate(_ auth: AuthHarness, _ body: JSON, _ query: String = "") async throws -> Answer {
        try await auth.send(.post, "/admin/generate_link" + query, body, bearer: auth.serviceKey)
    }

    @Test func `of all kinds work by code and by link, and send nothing`() async throws {
        try await AuthHarness.run { configuration in
            configuration.redirects.allowList = ["https://app.example.org/**"]
        } _: { auth in
            for type in ["signup", "invite", "magiclink", "recovery"] {
                for isLink in [false, true] {
                    let email = "\(type)\(isLink)@example.org".lowercased()
                    if type == "recovery" || type == "magiclink" {
                        _ = try await generate(
                            auth, ["type": "signup", "email": .string(email), "password": "secret1"])
                    }
                    let answer = try await generate(
                        auth,
                        [
                            "type": .string(type), "email": .string(email), "password": "secret1",
                            "data": ["role": "doctor"], "redirect_to": "https://app.example.org/x",
                        ])
                    #expect(answer.status == 200, "\(type): \(answer.text)")
                    #expect(
                        answer.keys.suffix(5)
                            == ["action_link", "email_otp", "hashed_token", "verification_type", "redirect_to"])
                    #expect(answer["verification_type"]?.string == type && answer["email"]?.string == email)
                    if type == "signup" || type == "invite" {
                        #expect(answer["user_metadata"] == ["role": "doctor"])
                    }
                    let hash = answer["hashed_token"]?.string ?? "?"
                    #expect(
                        answer["action_link"]?.string
                            == "http://127.0.0.1:8000/auth/v1/verify?token=\(hash)&type=\(type)&redirect_to=https%3A%2F%2Fapp.example.org%2Fx"
                    )
                    if isLink {
                        let followed = try await auth.follow(
                            type, hash, redirectTo: "https%3A%2F%2Fapp.example.org%2Fx")
                        #expect(followed.location.hasPrefix("https://app.example.org/x#access_token="))
                    } else {
                        let code = answer["email_otp"]?.string ?? "?"
                        #expect(try await auth.verify(type, email, code).status == 200)
                    }
                }
            }
            #expect(auth.mailer.sent.isEmpty)
        }
    }

    @Test func `for a magic link of an unknown address make the account`() async throws {
        try await AuthHarness.run { auth in
            let answer = try await generate(auth, ["type": "magiclink", "email": "new@example.org"])
            #expect(answer["verification_type"] == "signup")
            #expect(answer["action_link"]?.string?.contains("&type=signup&") == true)
            let session = try SignedIn(await auth.verify("signup", link: answer["hashed_token"]?.string ?? "?"))
            #expect(session.user["email"] == "new@example.org")
            let again = try await generate(auth, ["type": "magiclink", "email": "new@example.org"])
            #expect(again["verification_type"] == "magiclink" && again["id"] == answer["id"])
        }
    }

    @Test func `change an address when both are followed`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            _ = try await auth.confirmedUser()
            var tokens: [String] = []
            for type in ["email_change_current", "email_change_new"] {
                let answer = try await generate(
                    auth,
                    [
                        "type": .string(type), "email": .string(AuthHarness.email), "new_email": "New@example.org",
                    ])
                #expect(answer.status == 200 && answer["new_email"] == "new@example.org")
                #expect(answer["action_link"]?.string?.contains("&type=email_change&") == true)
                #expect(answer["verification_type"]?.string == type)
                tokens.append(answer["hashed_token"]?.string ?? "?")
            }
            #expect(try await auth.verify("email_change", link: tokens[0])["code"] == "200")
            #expect(try SignedIn(await auth.verify("email_change", link: tokens[1])).user["email"] == "new@example.org")
        }
        // A link for one new address does not help another.
        try await AuthHarness.run({ _ in }) { auth in
            _ = try await auth.confirmedUser()
            let first = try await generate(
                auth,
                ["type": "email_change_new", "email": .string(AuthHarness.email), "new_email": "one@example.org"])
            let second = try await generate(
                auth,
                ["type": "email_change_current", "email": .string(AuthHarness.email), "new_email": "two@example.org"])
            #expect(
                try await auth.verify("email_change", link: first["hashed_token"]?.string ?? "?").refusal
                    == "403 otp_expired")
            #expect(
                try await auth.verify("email_change", link: second["hashed_token"]?.string ?? "?")["code"] == "200")
            #expect(try await auth.value("select email from auth.users") == AuthHarness.email)
        }
    }

    @Test func `are refused for what cannot be`() async throws {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.isEmailChangeSecure = false
        } _: { auth in
            _ = try await auth.signUp()
            _ = try await auth.signUp("other@example.org")
            let known = AuthHarness.email
            for (body, refusal) in [
                (["type": "signup"], "400 validation_failed"),
                (["type": "signup", "email": "x"], "400 validation_failed"),
                (["type": "other", "email": "a@b.co"], "400 validation_failed"),
                (["type": "sms", "email": "a@b.co"], "400 validation_failed"),
                (["type": "signup", "email": "a@b.co"], "400 validation_failed"),
                (["type": "signup", "email": "a@b.co", "password": "short"], "422 weak_password"),
                (["type": "signup", "email": .string(known), "password": "secret1"], "422 email_exists"),
                (["type": "invite", "email": .string(known)], "422 email_exists"),
                (["type": "recovery", "email": "a@b.co"], "404 user_not_found"),
                (["type": "email_change_new", "email": "a@b.co", "new_email": "c@d.e"], "404 user_not_found"),
                (["type": "email_change_new", "email": .string(known)], "400 validation_failed"),
                (
                    ["type": "email_change_new", "email": .string(known), "new_email": "other@example.org"],
                    "422 email_exists"
                ),
                (
                    ["type": "email_change_current", "email": .string(known), "new_email": "c@d.e"],
                    "400 validation_failed"
                ),
            ] as [(JSON, String)] {
                let answer = try await generate(auth, body)
                #expect(answer.refusal == refusal, "\(body.text): \(answer.text)")
            }
            #expect(try await auth.value("select count(*) from auth.users") == "2")
            let elsewhere = try await generate(
                auth, ["type": "recovery", "email": .string(known), "redirect_to": "https://evil.example"])
            #expect(elsewhere["redirect_to"] == "http://localhost:3000")
        }
    }
}
