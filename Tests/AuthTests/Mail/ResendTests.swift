import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `Sending again` {
    @Test func `sends what is pending, and says the same whether something is`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            _ = try await auth.send(.post, "/signup", ["email": "a@b.co", "password": "secret1"])
            let first = try auth.lastMail()
            let user = try await auth.confirmedUser()
            func resend(_ email: String, _ type: String) async throws -> Answer {
                try await auth.send(.post, "/resend", ["type": .string(type), "email": .string(email)])
            }
            for (email, type) in [
                ("a@b.co", "signup"), (AuthHarness.email, "signup"), ("nobody@b.co", "signup"),
                ("a@b.co", "email_change"), ("nobody@b.co", "email_change"),
            ] {
                auth.clock.advance(by: .seconds(61))
                let answer = try await resend(email, type)
                #expect(answer.status == 200 && answer.text == "{}", "\(email) \(type)")
                let soon = try await resend(email, type)
                #expect(soon.refusal == "429 over_email_send_rate_limit", "\(email) \(type)")
                #expect(soon["msg"] == "For security purposes, you can only request this after 60 seconds.")
            }
            #expect(auth.mailer.sent.map(\.recipient) == ["a@b.co", AuthHarness.email, "a@b.co"])
            #expect(try await auth.verify("signup", first).refusal == "403 otp_expired")
            #expect(try await auth.verify("signup", try auth.lastMail()).status == 200)

            auth.clock.advance(by: .seconds(61))
            _ = try await auth.send(.put, "/user", ["email": "new@example.org"], bearer: user.accessToken)
            #expect(try await resend(AuthHarness.email, "email_change").text == "{}")
            #expect(
                auth.mailer.sent.suffix(4).map(\.kind)
                    == [.emailChangeNew, .emailChangeCurrent, .emailChangeNew, .emailChangeCurrent])
            let last = auth.mailer.sent.suffix(2)
            for mail in last { #expect(try await auth.verify("email_change", mail).status == 200) }
            #expect(try await auth.value("select count(*) from auth.users where email = 'new@example.org'") == "1")
        }
    }

    @Test func `sends codes by text message`() async throws {
        try await AuthHarness.run { configuration in
            configuration.phone.isEnabled = true
        } _: { auth in
            _ = try await auth.send(.post, "/signup", ["phone": "491701234567", "password": "secret1"])
            func resend(_ phone: String, _ type: String = "sms") async throws -> Answer {
                try await auth.send(.post, "/resend", ["type": .string(type), "phone": .string(phone)])
            }
            #expect(try await resend("+491701234567").refusal == "429 over_sms_send_rate_limit")
            for phone in ["491701234567", "491709999999"] {
                auth.clock.advance(by: .seconds(61))
                #expect(try await resend(phone).text == "{}")
                #expect(try await resend(phone).refusal == "429 over_sms_send_rate_limit")
            }
            #expect(auth.messenger.sent.map(\.recipient) == ["491701234567", "491701234567"])
            let message = try #require(auth.messenger.sent.last)
            auth.clock.advance(by: .seconds(-60))
            let session = try SignedIn(
                await auth.send(
                    .post, "/verify",
                    ["type": "sms", "phone": "491701234567", "token": .string(message.code.reveal())]))
            auth.clock.advance(by: .seconds(200))
            _ = try await auth.send(.put, "/user", ["phone": "491702222222"], bearer: session.accessToken)
            #expect(try await resend("491701234567", "phone_change").text == "{}")
            #expect(auth.messenger.sent.suffix(2).map(\.recipient) == ["491702222222", "491702222222"])
            auth.clock.advance(by: .seconds(61))
            // Confirmed already.
            #expect(try await resend("491701234567").text == "{}")
            #expect(auth.messenger.sent.count == 4)
        }
    }

    @Test func `refuses what it must`() async throws {
        try await AuthHarness.run { auth in
            for (body, refusal, text) in [
                (
                    "{}", "400 validation_failed", "Missing one of these types: signup, email_change, sms, phone_change"
                ), (#"{"type":"recovery","email":"a@b.co"}"#, "400 validation_failed", nil),
                (#"{"type":"signup"}"#, "400 validation_failed", "Type provided requires an email address"),
                (#"{"type":"sms"}"#, "400 validation_failed", "Type provided requires a phone number"),
                (#"{"type":"email_change"}"#, "400 validation_failed", "Missing email address or phone number"),
                (
                    #"{"type":"signup","email":"a@b.co","phone":"491"}"#, "400 validation_failed",
                    "Only an email address or phone number should be provided."
                ), (#"{"type":"signup","email":"x"}"#, "400 validation_failed", nil),
                (
                    #"{"type":"signup","email":"a@b.co","code_challenge":"x"}"#, "400 validation_failed", nil
                ),
                (#"{"type":"sms","phone":"491701234567"}"#, "400 phone_provider_disabled", "Phone logins are disabled"),
            ] as [(String, String, String?)] {
                let answer = try await auth.send(.post, "/resend", raw: body)
                #expect(answer.refusal == refusal, "\(body): \(answer.text)")
                if let text { #expect(answer["msg"]?.string == text, "\(body)") }
            }
        }
        try await AuthHarness.run {
            $0.isEmailEnabled = false
        } _: { auth in
            let answer = try await auth.send(.post, "/resend", ["type": "signup", "email": "a@b.co"])
            #expect(answer.refusal == "400 email_provider_disabled" && answer["msg"] == "Email logins are disabled")
        }
    }
}
