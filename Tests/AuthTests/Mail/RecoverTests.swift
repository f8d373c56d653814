import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `Recovering an account` {
    static let body: JSON = ["email": "Doctor@Example.org"]

    @Test func `mails a code and a link that are kept apart`() async throws {
        try await AuthHarness.run { auth in
            let user = try await auth.signUp()
            let answer = try await auth.send(.post, "/recover", Self.body)
            #expect(answer.status == 200 && answer.text == "{}")
            let mail = try auth.lastMail()
            #expect(mail.kind == .recovery && mail.recipient == AuthHarness.email && mail.code.reveal().count == 6)
            #expect(
                mail.link.reveal()
                    == "http://127.0.0.1:8000/auth/v1/verify?token=\(mail.token.reveal())&type=recovery&redirect_to=http%3A%2F%2Flocalhost%3A3000"
            )
            #expect(
                try await auth.value(
                    """
                    select token_type || ' ' || (token_hash = \(mail.token.reveal())) || ' ' || relates_to || ' '
                        || (recovery_token <> token_hash) || ' ' || (recovery_sent_at is not null)
                    from auth.one_time_tokens join auth.users on auth.users.id = user_id
                    """) == "recovery_token true \(AuthHarness.email) true true")
            let session = try SignedIn(await auth.verify("recovery", mail))
            #expect(session.userID == user.userID)
            #expect(session.claims["amr"]?.array?.first?["method"] == "otp")
            #expect(try await auth.auditActions()?.contains("user_recovery_requested") == true)
            // The holder of the mail need not know the old password.
            let changed = try await auth.send(
                .put, "/user", ["password": "a new secret"], bearer: session.accessToken)
            #expect(changed.status == 200)
        }
    }

    @Test func `answers unknown addresses as known ones, the second time too`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            for round in 0..<3 {
                let known = try await auth.send(.post, "/recover", Self.body)
                let unknown = try await auth.send(.post, "/recover", ["email": "nobody@example.org"])
                #expect(known.status == (round == 1 ? 429 : 200))
                #expect(known.status == unknown.status && known.text == unknown.text, "round \(round)")
                if round == 1 {
                    #expect(known.refusal == "429 over_email_send_rate_limit")
                    #expect(known["msg"] == "For security purposes, you can only request this after 60 seconds.")
                    auth.clock.advance(by: .seconds(60))
                }
            }
            #expect(auth.mailer.sent.map(\.recipient) == [AuthHarness.email, AuthHarness.email])
            #expect(try await auth.value("select count(*) from auth.users") == "1")
        }
    }

    @Test func `by many at once sends one mail`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            let found = try await statuses(20) { try await auth.send(.post, "/recover", Self.body).status }
            #expect(found == [200: 1, 429: 19])
            #expect(auth.mailer.sent.count == 1)
        }
    }

    @Test func `refuses what it must`() async throws {
        try await AuthHarness.run { auth in
            for (body, refusal) in [
                ("", "400 bad_json"), ("{}", "400 validation_failed"), (#"{"email":null}"#, "400 validation_failed"),
                (#"{"email":"x"}"#, "400 validation_failed"), (#"{"email":1}"#, "400 bad_json"),
                (#"{"email":"a@b.co","code_challenge":"x"}"#, "400 validation_failed"),
                (#"{"email":"a@b.co","code_challenge":"x","code_challenge_method":"s256"}"#, "400 validation_failed"),
            ] {
                let answer = try await auth.send(.post, "/recover", raw: body)
                #expect(answer.refusal == refusal, "\(body)")
            }
        }
        try await AuthHarness.run { configuration in
            configuration.isEmailEnabled = false
        } _: { auth in
            let answer = try await auth.send(.post, "/recover", Self.body)
            #expect(answer.refusal == "400 email_provider_disabled")
        }
        try await AuthHarness.run { configuration in
            configuration.mail.authorizedAddresses = ["Doctor@example.org"]
        } _: { auth in
            for (email, refusal) in [
                ("doctor@example.org", "200 -"), ("doctor+x@example.org", "200 -"),
                ("other@example.org", "400 email_address_not_authorized"),
            ] {
                let answer = try await auth.send(.post, "/recover", ["email": .string(email)])
                #expect(answer.refusal == refusal)
            }
        }
    }

    @Test func `without a mailer, or with one that refuses, keeps no token`() async throws {
        try await AuthHarness.run({ $0.isEmailAutoconfirmed = true }, withMailer: false) { auth in
            _ = try await auth.signUp()
            for email in [AuthHarness.email, "nobody@example.org"] {
                let answer = try await auth.send(.post, "/recover", ["email": .string(email)])
                #expect(answer.refusal == "500 unexpected_failure")
                #expect(answer["msg"] == "Error sending recovery email")
            }
        }
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            auth.mailer.refuse()
            #expect(try await auth.send(.post, "/recover", Self.body).refusal == "500 unexpected_failure")
            #expect(try await auth.value("select count(*) from auth.one_time_tokens") == "0")
            // Nothing was sent, so nothing keeps the next try away.
            #expect(try await auth.send(.post, "/recover", Self.body).refusal == "500 unexpected_failure")
        }
    }
}
