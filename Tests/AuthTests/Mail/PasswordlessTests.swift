import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `Signing in without a password` {
    @Test func `makes new users confirm and sends known ones a link`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            let body: JSON = ["email": "New@example.org", "data": ["name": "N"], "create_user": true, "channel": nil]
            let first = try await auth.send(.post, "/otp", body)
            #expect(first.status == 200 && first.text == "{}")
            let confirmation = try auth.lastMail()
            #expect(confirmation.kind == .confirmation && confirmation.recipient == "new@example.org")
            let session = try SignedIn(await auth.verify("email", confirmation))
            #expect(session.user["user_metadata"]?["name"] == "N")
            #expect(session.user["user_metadata"]?["email_verified"] == true)
            #expect(session.user["email_confirmed_at"] != nil)
            #expect(session.user["app_metadata"] == ["provider": "email", "providers": ["email"]])
            #expect(session.user["identities"]?.array?.first?["identity_data"]?["email_verified"] == true)
            // Nobody knows a password, so there is none.
            #expect(try await auth.value("select coalesce(encrypted_password, '') from auth.users") == "")

            #expect(try await auth.send(.post, "/otp", body).refusal == "429 over_email_send_rate_limit")
            auth.clock.advance(by: .seconds(61))
            #expect(try await auth.send(.post, "/otp", body).status == 200)
            let link = try auth.lastMail()
            #expect(link.kind == .magicLink)
            for type in ["signup", "invite", "email_change"] {
                #expect(try await auth.verify(type, link).refusal == "403 otp_expired", "\(type)")
            }
            #expect(try SignedIn(await auth.verify("email", link)).userID == session.userID)
        }
    }

    @Test func `of an unconfirmed user sends a link and changes nothing before it is followed`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            _ = try await auth.send(.post, "/signup", ["email": "a@b.co", "password": "secret1", "data": ["a": 1]])
            auth.clock.advance(by: .seconds(61))
            let before = try await auth.value("select encrypted_password || raw_user_meta_data from auth.users")
            #expect(try await auth.send(.post, "/magiclink", ["email": "a@b.co", "data": ["a": 2]]).status == 200)
            #expect(auth.mailer.sent.map(\.kind) == [.confirmation, .magicLink])
            #expect(try await auth.value("select encrypted_password || raw_user_meta_data from auth.users") == before)
        }
    }

    @Test func `under autoconfirm makes the user at once and sends the link`() async throws {
        try await AuthHarness.run { auth in
            for path in ["/otp", "/magiclink"] {
                let email = "new\(path.count)@example.org"
                #expect(try await auth.send(.post, path, ["email": .string(email)]).text == "{}")
                let mail = try auth.lastMail()
                #expect(mail.kind == .magicLink && mail.recipient == email)
                for type in ["magiclink"] {
                    #expect(try SignedIn(await auth.verify(type, mail)).user["email"]?.string == email)
                }
            }
        }
    }

    @Test func `refuses what it must`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            for (body, refusal, text) in [
                ("{}", "400 validation_failed", "One of email or phone must be set"),
                (
                    #"{"email":"a@b.co","phone":"491701234567"}"#, "400 validation_failed",
                    "Only an email address or phone number should be provided"
                ),
                (
                    #"{"email":"a@b.co","channel":"sms"}"#, "400 validation_failed",
                    "Channel should only be specified with Phone OTP"
                ),
                (#"{"email":"x"}"#, "400 validation_failed", nil),
                (#"{"email":"a@b.co","data":1}"#, "400 bad_json", nil),
                (
                    #"{"email":"nobody@b.co","create_user":false}"#, "422 otp_disabled", "Signups not allowed for otp"
                ), (#"{"email":"a@b.co","code_challenge_method":"s256"}"#, "400 validation_failed", nil),
                (#"{"phone":"491701234567"}"#, "400 phone_provider_disabled", "Unsupported phone provider"),
                (#"{"phone":"x","create_user":false}"#, "400 validation_failed", nil),
            ] as [(String, String, String?)] {
                let answer = try await auth.send(.post, "/otp", raw: body)
                #expect(answer.refusal == refusal, "\(body): \(answer.text)")
                if let text { #expect(answer["msg"]?.string == text) }
            }
            #expect(
                try await auth.send(.post, "/otp", ["email": .string(AuthHarness.email), "create_user": false]).status
                    == 200)
            #expect(try await auth.send(.post, "/magiclink", [:]).refusal == "422 validation_failed")
            let broken = try await auth.send(.post, "/magiclink", raw: "[")
            #expect(broken.refusal == "400 bad_json")
        }
        for (off, refusal, text) in [
            ("email", "422 email_provider_disabled", "Email logins are disabled"),
            ("links", "422 email_provider_disabled", "Login with magic link is disabled"),
            ("signup", "422 signup_disabled", "Signups not allowed for this instance"),
        ] {
            try await AuthHarness.run { configuration in
                configuration.isEmailEnabled = off != "email"
                configuration.mail.allowsMagicLinks = off != "links"
                configuration.isSignUpDisabled = off == "signup"
            } _: { auth in
                for path in ["/otp", "/magiclink"] {
                    let answer = try await auth.send(.post, path, ["email": "a@b.co"])
                    #expect(answer.refusal == refusal && answer["msg"]?.string == text)
                }
                // Asked not to sign up, it says so first.
                let asked = try await auth.send(.post, "/otp", ["email": "a@b.co", "create_user": false])
                #expect(asked.refusal == "422 otp_disabled")
                #expect(auth.mailer.sent.isEmpty)
            }
        }
    }
}
