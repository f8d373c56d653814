import Core
import HTTPTypes
import Postgres
import TestSupport
import Testing

@testable import Auth

@Suite struct `Accounts by phone` {
    static let phone = "491701234567"

    private func run(
        _ adjust: @escaping @Sendable (inout AuthConfiguration) -> Void = { _ in },
        _ body: (AuthHarness) async throws -> Void
    ) async throws {
        try await AuthHarness.run(
            {
                $0.phone.isEnabled = true
                adjust(&$0)
            }, body)
    }

    private func verify(_ auth: AuthHarness, _ code: String, type: String = "sms", phone: String = phone) async throws
        -> Answer
    {
        try await auth.send(
            .post, "/verify", ["type": .string(type), "phone": .string(phone), "token": .string(code)])
    }

    @Test func `sign up with a code`() async throws {
        try await run { auth in
            let body: JSON = ["phone": "+49 170 1234567", "password": "secret1", "data": ["a": 1], "channel": nil]
            let answer = try await auth.send(.post, "/signup", body)
            #expect(answer.status == 200 && answer["phone"]?.string == Self.phone && answer["access_token"] == nil)
            #expect(answer["app_metadata"] == ["provider": "phone", "providers": ["phone"]])
            #expect(answer["identities"]?.array?.first?["provider"] == "phone")
            #expect(answer["confirmation_sent_at"] != nil && answer["phone_confirmed_at"] == nil)
            let message = try #require(auth.messenger.sent.last)
            #expect(message.recipient == Self.phone && message.channel == .sms)
            #expect(message.text.reveal() == "Your code is \(message.code.reveal())")
            let login: JSON = ["phone": .string(Self.phone), "password": "secret1"]
            let early = try await auth.send(.post, "/token?grant_type=password", login)
            #expect(early.refusal == "400 phone_not_confirmed" && early["msg"] == "Phone not confirmed")
            #expect(try await verify(auth, "000000", phone: "491700000000").refusal == "403 otp_expired")
            for type in ["phone_change", "signup", "recovery"] {
                #expect(try await verify(auth, message.code.reveal(), type: type).refusal == "403 otp_expired")
            }
            let session = try SignedIn(await verify(auth, message.code.reveal()))
            #expect(session.user["phone_confirmed_at"] != nil && session.user["user_metadata"]?["a"] == 1)
            #expect(session.claims["phone"]?.string == Self.phone)
            #expect(session.claims["amr"]?.array?.first?["method"] == "otp")
            #expect(try await verify(auth, message.code.reveal()).refusal == "403 otp_expired")
            let signedIn = try SignedIn(
                await auth.send(
                    .post, "/token?grant_type=password", ["phone": "+491701234567", "password": "secret1"]))
            #expect(signedIn.userID == session.userID)
            #expect(
                try await auth.send(
                    .post, "/token?grant_type=password", ["phone": .string(Self.phone), "password": "wrong"]
                ).refusal == "400 invalid_credentials")
        }
    }

    @Test func `of an unconfirmed number show nothing of the account`() async throws {
        try await run { auth in
            let first = try await auth.send(
                .post, "/signup", ["phone": .string(Self.phone), "password": "secret1", "data": ["first": 1]])
            auth.clock.advance(by: .seconds(61))
            let again = try await auth.send(
                .post, "/signup", ["phone": .string(Self.phone), "password": "secret2", "data": ["second": 1]])
            #expect(again.status == 200 && !again.text.contains("first"))
            #expect(again["id"] != first["id"] && again["user_metadata"]?["second"] == 1)
            #expect(again.keys == first.keys)
            let identities = [first, again].compactMap { $0["identities"]?.array?.first?.object }
            #expect(identities.count == 2)
            #expect(Set(identities.map { $0.members.map(\.key) }).count == 1)
            #expect(auth.messenger.sent.count == 2)
        }
    }

    @Test func `of a known number are answered as new ones`() async throws {
        try await run { auth in
            let body: JSON = ["phone": .string(Self.phone), "password": "secret1", "data": ["a": 1]]
            let first = try await auth.send(.post, "/signup", body)
            #expect(try await auth.send(.post, "/signup", body).refusal == "429 over_sms_send_rate_limit")
            _ = try await verify(auth, try #require(auth.messenger.sent.last).code.reveal())
            auth.clock.advance(by: .seconds(61))
            let second = try await auth.send(.post, "/signup", body)
            #expect(second.status == 200 && second.keys == first.keys && second["identities"] == [])
            #expect(second["id"] != first["id"])
            #expect(
                second["user_metadata"]?.object?.members.map(\.key)
                    == first["user_metadata"]?.object?.members.map(\.key))
            #expect(auth.messenger.sent.count == 1)
            #expect(try await auth.send(.post, "/signup", body).refusal == "429 over_sms_send_rate_limit")
        }
    }

    @Test func `under autoconfirm are usable at once`() async throws {
        try await run {
            $0.phone.isAutoconfirmed = true
        } _: { auth in
            let body: JSON = ["phone": .string(Self.phone), "password": "secret1"]
            let session = try SignedIn(await auth.send(.post, "/signup", body))
            #expect(session.user["phone"]?.string == Self.phone && session.user["phone_confirmed_at"] != nil)
            #expect(session.claims["amr"]?.array?.first?["method"] == "password")
            let again = try await auth.send(.post, "/signup", body)
            #expect(again.refusal == "422 user_already_exists" && again["msg"] == "User already registered")
            #expect(auth.messenger.sent.isEmpty)
            // One kind that counts as confirmed shows which addresses are taken, so the other may as well.
            _ = try await auth.send(.post, "/signup", ["email": "a@b.co", "password": "secret1"])
            _ = try await auth.verify("signup", try auth.lastMail())
            auth.clock.advance(by: .seconds(61))
            let mail = try await auth.send(.post, "/signup", ["email": "a@b.co", "password": "secret1"])
            #expect(mail.refusal == "422 user_already_exists")
            let settings = try await auth.send(.get, "/settings")
            #expect(settings["external"]?["phone"] == true && settings["phone_autoconfirm"] == true)

            // A number that is signed up and a new one are sent a code alike.
            for phone in [Self.phone, "491702222222"] {
                let sent = try await auth.send(.post, "/otp", ["phone": .string(phone)])
                #expect(sent.status == 200 && sent["message_id"] != nil)
                let code = try #require(auth.messenger.sent.last).code.reveal()
                #expect(try SignedIn(await verify(auth, code, phone: phone)).user["phone"]?.string == phone)
            }
        }
    }

    @Test func `sign in by code, new or known`() async throws {
        try await run { auth in
            for round in 0..<2 {
                let answer = try await auth.send(
                    .post, "/otp", ["phone": .string(Self.phone), "data": ["a": 1], "channel": "sms"])
                #expect(answer.json == ["message_id": .string("message-\(round + 1)")])
                #expect(
                    try await auth.send(.post, "/otp", ["phone": .string(Self.phone)]).refusal
                        == "429 over_sms_send_rate_limit")
                let code = try #require(auth.messenger.sent.last).code.reveal()
                auth.clock.advance(by: .seconds(60))
                #expect(try SignedIn(await verify(auth, code)).user["user_metadata"]?["a"] == 1)
                auth.clock.advance(by: .seconds(60))
            }
            _ = try await auth.send(.post, "/otp", ["phone": .string(Self.phone)])
            auth.clock.advance(by: .seconds(61))
            let late = try await verify(auth, try #require(auth.messenger.sent.last).code.reveal())
            #expect(late.refusal == "403 otp_expired")
            #expect(try await auth.value("select count(*) from auth.users") == "1")
        }
    }

    @Test func `refuse what they must`() async throws {
        try await run { auth in
            for (path, body, refusal, text) in [
                ("/signup", #"{"phone":"1","password":"secret1"}"#, "400 validation_failed", nil),
                (
                    "/signup", #"{"phone":"+0491234567","password":"secret1"}"#, "400 validation_failed",
                    "Invalid phone number format (E.164 required)"
                ),
                ("/signup", #"{"phone":"491701234567"}"#, "400 validation_failed", "Signup requires a valid password"),
                ("/signup", #"{"phone":"491701234567","password":"short"}"#, "422 weak_password", nil),
                (
                    "/signup",
                    #"{"phone":"491701234567","password":"secret1","code_challenge":"\#(Challenge.text)","code_challenge_method":"s256"}"#,
                    "400 validation_failed", "PKCE not supported for phone signups"
                ),
                (
                    "/signup", #"{"phone":"491701234567","password":"secret1","channel":"x"}"#, "400 validation_failed",
                    nil
                ),
                (
                    "/otp", #"{"phone":"491701234567","channel":"whatsapp"}"#, "400 validation_failed",
                    "Invalid channel, supported values are 'sms' or 'whatsapp'. 'whatsapp' is only supported if Twilio or Twilio Verify is used as the provider."
                ), ("/otp", #"{"phone":"491701234567","create_user":false}"#, "422 otp_disabled", nil),
                ("/token?grant_type=password", #"{"phone":"x","password":"y"}"#, "400 invalid_credentials", nil),
            ] as [(String, String, String, String?)] {
                let answer = try await auth.send(.post, path, raw: body)
                #expect(answer.refusal == refusal, "\(body): \(answer.text)")
                if let text { #expect(answer["msg"]?.string == text) }
            }
            #expect(auth.messenger.sent.isEmpty)
        }
        try await AuthHarness.run { auth in
            for (path, refusal, text) in [
                ("/signup", "400 phone_provider_disabled", "Phone signups are disabled"),
                ("/otp", "400 phone_provider_disabled", "Unsupported phone provider"),
                ("/token?grant_type=password", "422 phone_provider_disabled", "Phone logins are disabled"),
            ] {
                let answer = try await auth.send(.post, path, ["phone": "491701234567", "password": "secret1"])
                #expect(answer.refusal == refusal && answer["msg"]?.string == text, "\(path)")
            }
        }
        try await run {
            $0.isSignUpDisabled = true
            $0.phone.reachesWhatsApp = true
        } _: { auth in
            let answer = try await auth.send(.post, "/otp", ["phone": .string(Self.phone), "channel": "whatsapp"])
            #expect(answer.refusal == "422 signup_disabled")
        }
    }

    @Test func `are not made when the message cannot be sent, and it can be tried again`() async throws {
        try await run { auth in
            auth.messenger.refuse()
            for path in ["/signup", "/otp"] {
                let body: JSON = ["phone": .string(Self.phone), "password": "secret1"]
                let answer = try await auth.send(.post, path, body)
                #expect(answer.refusal == "422 sms_send_failed", "\(path)")
            }
            #expect(auth.observer.causes.allSatisfy { $0 == "the test's messenger refuses" })
            #expect(try await auth.value("select count(*) from auth.users") == "0")
            auth.messenger.refuse(false)
            #expect(try await auth.send(.post, "/otp", ["phone": .string(Self.phone)]).status == 200)
        }
        try await AuthHarness.run({ $0.phone.isEnabled = true }, withMailer: false) { auth in
            let answer = try await auth.send(.post, "/otp", ["phone": .string(Self.phone)])
            #expect(answer.refusal == "500 unexpected_failure")
            #expect(auth.observer.causes == ["no text message service is configured"])
        }
    }

    @Test func `lets one of fifty at once through`() async throws {
        try await run {
            $0.throttling.delaysAttempts = false
        } _: { auth in
            let asked = try await statuses(20) {
                try await auth.send(.post, "/otp", ["phone": .string(Self.phone)]).status
            }
            #expect(asked == [200: 1, 429: 19])
            let code = try #require(auth.messenger.sent.last).code.reveal()
            #expect(try await statuses(50) { try await verify(auth, code).status } == [200: 1, 403: 49])
        }
    }

    @Test func `of tests have a fixed code and no message`() async throws {
        try await run {
            $0.phone.testCodes = [Self.phone: "123456"]
            $0.phone.testCodesEnd = Timestamp(seconds: 1_790_000_100)
        } _: { auth in
            #expect(
                try await auth.send(.post, "/otp", ["phone": .string(Self.phone)]).json == ["message_id": "test-otp"])
            #expect(auth.messenger.sent.isEmpty)
            #expect(try await verify(auth, "123457").refusal == "403 otp_expired")
            #expect(try await verify(auth, "123456").status == 200)
            // As often as is asked, while it lasts.
            #expect(try await verify(auth, "123456").status == 200)
            #expect(try await verify(auth, "123456", phone: "491702222222").refusal == "403 otp_expired")
            try await auth.owner.run("update auth.users set banned_until = 'infinity'")
            #expect(try await verify(auth, "123456").refusal == "403 user_banned")
            try await auth.owner.run("update auth.users set banned_until = null")
            auth.clock.advance(by: .seconds(100))
            #expect(try await verify(auth, "123456").refusal == "403 otp_expired")
        }
    }

    @Test func `change their number by a code to the new one`() async throws {
        try await run {
            $0.isEmailAutoconfirmed = true
        } _: { auth in
            let user = try await auth.signUp()
            func put(_ body: JSON) async throws -> Answer {
                try await auth.send(.put, "/user", body, bearer: user.accessToken)
            }
            let answer = try await put(["phone": "+491701234567"])
            #expect(answer.status == 200 && answer["new_phone"]?.string == Self.phone && answer["phone"] == "")
            #expect(try await put(["phone": "491702222222"]).refusal == "429 over_sms_send_rate_limit")
            let code = try #require(auth.messenger.sent.last).code.reveal()
            #expect(try await verify(auth, code).refusal == "403 otp_expired")
            let session = try SignedIn(await verify(auth, code, type: "phone_change"))
            #expect(session.userID == user.userID && session.user["phone"]?.string == Self.phone)
            #expect(session.user["app_metadata"]?["providers"] == ["email", "phone"])
            #expect(session.user["user_metadata"]?["phone_verified"] == true && session.user["new_phone"] == nil)
            let other = try await auth.signUp("other@example.org")
            let taken = try await auth.send(.put, "/user", ["phone": .string(Self.phone)], bearer: other.accessToken)
            #expect(taken.refusal == "422 phone_exists")
            #expect(try await put(["phone": "x"]).refusal == "400 validation_failed")
            #expect(try await put(["phone": "491709999999", "channel": "x"]).refusal == "400 validation_failed")
        }
        try await run {
            $0.phone.isAutoconfirmed = true
            $0.areAnonymousUsersEnabled = true
        } _: { auth in
            let anonymous = try SignedIn(await auth.send(.post, "/signup", [:]))
            let answer = try await auth.send(
                .put, "/user", ["phone": .string(Self.phone), "password": "secret1"], bearer: anonymous.accessToken)
            #expect(answer["phone"]?.string == Self.phone && answer["is_anonymous"] == false)
            #expect(answer["phone_confirmed_at"] != nil && auth.messenger.sent.isEmpty)
            #expect(answer["app_metadata"] == ["provider": "phone", "providers": ["phone"]])
        }
    }
}

@Suite struct `Templates of text messages` {
    @Test(arguments: [
        ("Your code is {{ .Code }}", "Your code is 123456"), ("{{.Code}}", "123456"),
        ("{{\t.Code\n}} {{ .Code }}!", "123456 123456!"), ("{ }} {{ .Code }} }", "{ }} 123456 }"),
    ])
    func `put the code where it belongs`(template: String, text: String) throws {
        #expect(try #require(TextMessageTemplate(template)).text(code: "123456") == text)
    }

    @Test(arguments: [
        "", "no code", "{{ .Code", "{{ .Code }", "{{ .Token }}", "{{ .Code }} {{ if .Code }}", "{{ .Code | upper }}",
        "{{}}", "{{ . Code }}",
    ])
    func `with anything else in braces are none`(template: String) { #expect(TextMessageTemplate(template) == nil) }

    @Test func `of random text never lose or add a character outside of braces`() {
        var generator = SeededGenerator(seed: 4)
        let pieces = ["{{ .Code }}", "{", "}", " ", "a", "é", "{{.Code}}", "\n"]
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 0..<8, using: &generator)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &generator)]
            }.joined()
            guard let template = TextMessageTemplate(text) else { continue }
            let expected = text.replacing("{{ .Code }}", with: "1").replacing("{{.Code}}", with: "1")
            #expect(template.text(code: "1") == expected)
        }
        #expect(TextMessageTemplate(String(repeating: "x", count: 2000) + "{{.Code}}") == nil)
        #expect(TextMessageTemplate().text(code: "1") == "Your code is 1")
    }
}
