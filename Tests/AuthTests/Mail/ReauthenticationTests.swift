import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `Reauthentication` {
    private func run(_ body: (AuthHarness) async throws -> Void) async throws {
        try await AuthHarness.run(
            { configuration in
                configuration.isEmailAutoconfirmed = true
                configuration.isReauthenticationRequired = true
                configuration.phone.isEnabled = true
                configuration.phone.isAutoconfirmed = true
                configuration.accessTokenLifetime = .seconds(864_000)
            }, body)
    }

    @Test func `is asked for when the sign-in is a day old, and serves once`() async throws {
        try await run { auth in
            let user = try await auth.signUp()
            func change(_ password: String, _ nonce: String?) async throws -> Answer {
                var body: JSONObject = ["password": .string(password)]
                if let nonce { body["nonce"] = .string(nonce) }
                return try await auth.send(.put, "/user", .object(body), bearer: user.accessToken)
            }
            #expect(try await change("another 1", nil).status == 200)
            auth.clock.advance(by: .seconds(86_401))
            let needed = try await change("another 2", nil)
            #expect(needed.refusal == "400 reauthentication_needed")
            #expect(needed["msg"] == "Password update requires reauthentication")
            #expect(try await change("another 2", "123456").refusal == "422 reauthentication_not_valid")

            let asked = try await auth.send(.get, "/reauthenticate", bearer: user.accessToken)
            #expect(asked.status == 200 && asked.text == "{}")
            let mail = try auth.lastMail()
            #expect(mail.kind == .reauthentication && mail.link.reveal().isEmpty)
            #expect(
                try await auth.send(.get, "/reauthenticate", bearer: user.accessToken).refusal
                    == "429 over_email_send_rate_limit")
            // It signs nobody in.
            for type in ["recovery", "magiclink", "email", "signup"] {
                #expect(try await auth.verify(type, mail).status == 403)
            }
            auth.clock.advance(by: .seconds(600))
            #expect(try await change("short", mail.code.reveal()).refusal == "422 weak_password")
            #expect(try await change("another 2", mail.code.reveal()).status == 200)
            let again = try await change("another 3", mail.code.reveal())
            #expect(again.refusal == "422 reauthentication_not_valid")
            #expect(again["msg"] == "Nonce has expired or is invalid")
            // Other changes ask for nothing.
            let data = try await auth.send(.put, "/user", ["data": ["a": 1]], bearer: user.accessToken)
            #expect(data.status == 200)
        }
    }

    @Test func `expires, and guessing slows down`() async throws {
        try await run { auth in
            let user = try await auth.signUp()
            auth.clock.advance(by: .seconds(86_401))
            _ = try await auth.send(.get, "/reauthenticate", bearer: user.accessToken)
            let code = try auth.lastMail().code.reveal()
            auth.clock.advance(by: .seconds(3601))
            var refusals: [String] = []
            for _ in 0..<8 {
                refusals.append(
                    try await auth.send(
                        .put, "/user", ["password": "another 1", "nonce": .string(code)], bearer: user.accessToken
                    ).refusal)
            }
            #expect(refusals.first == "422 reauthentication_not_valid")
            #expect(refusals.last == "429 over_request_rate_limit")
        }
    }

    @Test func `goes by phone for who has no mail address`() async throws {
        try await run { auth in
            let user = try SignedIn(
                await auth.send(.post, "/signup", ["phone": "491701234567", "password": "secret1"]))
            auth.clock.advance(by: .seconds(86_401))
            let asked = try await auth.send(.get, "/reauthenticate", bearer: user.accessToken)
            #expect(asked.json == ["message_id": "message-1"])
            let code = try #require(auth.messenger.sent.last).code.reveal()
            let body: JSON = ["password": "another 1", "nonce": .string(code)]
            #expect(try await auth.send(.put, "/user", body, bearer: user.accessToken).status == 200)
        }
    }

    @Test func `is refused to who has no confirmed address`() async throws {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.areAnonymousUsersEnabled = true
            configuration.phone.isEnabled = true
            configuration.phone.isAutoconfirmed = true
        } _: { auth in
            let user = try await auth.signUp()
            try await auth.owner.run("update auth.users set email_confirmed_at = null")
            #expect(
                try await auth.send(.get, "/reauthenticate", bearer: user.accessToken).refusal
                    == "422 email_not_confirmed")
            let caller = try SignedIn(
                await auth.send(.post, "/signup", ["phone": "491701234567", "password": "secret1"]))
            try await auth.owner.run("update auth.users set phone_confirmed_at = null")
            #expect(
                try await auth.send(.get, "/reauthenticate", bearer: caller.accessToken).refusal
                    == "422 phone_not_confirmed")
            let anonymous = try SignedIn(await auth.send(.post, "/signup", [:]))
            #expect(
                try await auth.send(.get, "/reauthenticate", bearer: anonymous.accessToken).refusal
                    == "400 validation_failed")
            #expect(try await auth.send(.get, "/reauthenticate").refusal == "401 no_authorization")
        }
    }
}
