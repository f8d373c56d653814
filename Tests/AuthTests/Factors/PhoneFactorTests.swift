import Auth
import Core
import Postgres
import Testing

@testable import Auth

@Suite struct `Factors by telephone` {
    private func enrolled(_ auth: AuthHarness, _ user: SignedIn) async throws -> String {
        let answer = try await auth.enroll(
            user, ["factor_type": "phone", "friendly_name": "mobile", "phone": "+911234567890"])
        return try #require(answer["id"]?.string, "\(answer.text)")
    }

    @Test func `get a code by text message that raises the session`() async throws {
        let messenger = RecordingTextMessenger()
        try await AuthHarness.run(
            {
                AuthHarness.factors(&$0)
                $0.factors.phoneTemplate = "{{.Code}} is your code for {{ .App }} ({{ .Code }})"
                $0.factors.phoneCodeLength = 8
            }, messenger: messenger
        ) { auth in
            let user = try await auth.signUp()
            let id = try await enrolled(auth, user)
            let answer = try await auth.challenge(user, id, ["channel": "whatsapp"])
            #expect((answer["type"], answer.status) == ("phone", 200))
            let message = try #require(messenger.sent.first)
            let code = message.code.reveal()
            #expect((message.recipient, message.channel, code.count) == ("911234567890", .whatsapp, 8))
            #expect(message.text.reveal() == "\(code) is your code for {{ .App }} (\(code))")
            #expect(!answer.text.contains(code))
            // What is stored does not show it.
            #expect(try await auth.value("select otp_code from auth.mfa_challenges")?.contains(code) == false)

            let challenge = try #require(answer["id"]?.string)
            let wrong = try await auth.verify(
                user, id, challenge: challenge, code: code == "00000000" ? "1" : "00000000")
            #expect(wrong.refusal == "422 mfa_verification_failed")
            #expect(wrong["msg"] == "Invalid MFA Phone code entered")
            auth.clock.advance(by: .seconds(1))
            let raised = try SignedIn(await auth.verify(user, id, challenge: challenge, code: code))
            #expect(raised.claims["aal"] == "aal2")
            #expect(raised.claims["amr"]?.array?.first?["method"] == "mfa/phone")
            let again = try await auth.verify(raised, id, challenge: challenge, code: code)
            #expect(again.refusal == "422 mfa_ip_address_mismatch")
        }
    }

    @Test func `get one message a minute, however many are asked for at once`() async throws {
        let messenger = RecordingTextMessenger()
        try await AuthHarness.run(AuthHarness.factors, connections: 10, messenger: messenger) { auth in
            let user = try await auth.signUp()
            let id = try await enrolled(auth, user)
            let answers = try await together(20) { _ in try await auth.challenge(user, id) }
            #expect(answers.count { $0.status == 200 } == 1)
            #expect(answers.filter { $0.status != 200 }.allSatisfy { $0.refusal == "429 over_sms_send_rate_limit" })
            #expect(messenger.sent.count == 1)
            #expect(messenger.sent.first?.channel == .sms)
            auth.clock.advance(by: .seconds(45))
            let soon = try await auth.challenge(user, id)
            #expect(soon.refusal == "429 over_sms_send_rate_limit")
            #expect(soon["msg"] == "For security purposes, you can only request this after 15 seconds.")
            auth.clock.advance(by: .seconds(15))
            #expect(try await auth.challenge(user, id).status == 200)
        }
    }

    @Test func `are refused without a way to send messages, and nothing is stored`() async throws {
        try await AuthHarness.run(AuthHarness.factors, withMailer: false) { auth in
            let user = try await auth.signUp()
            #expect(try await auth.challenge(user, try await enrolled(auth, user)).refusal == "422 sms_send_failed")
            #expect(try await auth.value("select count(*) from auth.mfa_challenges") == "0")
            #expect(auth.observer.warnings.contains { $0.contains("no text messages") })
        }
    }

    @Test func `can be asked again at once when the message was not taken`() async throws {
        let messenger = RecordingTextMessenger()
        messenger.refuse()
        try await AuthHarness.run(AuthHarness.factors, messenger: messenger) { auth in
            let user = try await auth.signUp()
            let id = try await enrolled(auth, user)
            #expect(try await auth.challenge(user, id).refusal == "422 sms_send_failed")
            #expect(auth.observer.warnings.contains { $0.contains("the test's messenger refuses") })
            messenger.refuse(false)
            #expect(try await auth.challenge(user, id).status == 200)
        }
    }

    @Test func `refuse other channels`() async throws {
        try await AuthHarness.run(AuthHarness.factors, messenger: RecordingTextMessenger()) { auth in
            let user = try await auth.signUp()
            let answer = try await auth.challenge(user, try await enrolled(auth, user), ["channel": "pigeon"])
            #expect(answer.refusal == "400 validation_failed")
        }
    }

    @Test(arguments: [
        ("Your code is {{ .Code }}", "Your code is 42"), ("{{.Code}}{{.Code}}", "4242"), ("no code", "no code"),
        ("{{ .Code", "{{ .Code"), ("}} {{ .Other }} {{.Code}}", "}} {{ .Other }} 42"), ("", ""),
    ])
    func `have their code where the template says`(template: String, text: String) {
        #expect(PhoneCode.text(template: template, code: "42") == text)
    }
}
