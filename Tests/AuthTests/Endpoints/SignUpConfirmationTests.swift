import Auth
import Core
import Cryptography
import HTTPTypes
import Postgres
import Testing

@Suite struct `Sign-up with confirmation by mail` {
    static let body: JSON = ["email": "new@example.org", "password": "secret1", "data": ["name": "N"]]

    @Test func `answers with a user and sends what the database keeps`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            let answer = try await auth.send(.post, "/signup", Self.body)
            #expect(answer.status == 200)
            #expect(
                answer.keys == [
                    "id", "aud", "role", "email", "phone", "confirmation_sent_at", "app_metadata", "user_metadata",
                    "identities", "created_at", "updated_at", "is_anonymous",
                ])
            #expect(answer["user_metadata"]?["email_verified"] == false)
            #expect(answer["identities"]?.array?.count == 1)

            let mail = try #require(auth.mailer.sent.first)
            #expect(mail.kind == .confirmation && mail.recipient == "new@example.org")
            #expect(mail.code.reveal().count == 6)
            let hash = Hex.encode(Digest.hash(.sha224, of: "new@example.org" + mail.code.reveal()))
            // Whoever guesses codes cannot guess links.
            #expect(mail.token.reveal() != hash && mail.token.reveal().count == hash.count)
            #expect(try await auth.value("select confirmation_token from auth.users") == hash)
            #expect(
                try await auth.value(
                    "select token_type || '|' || token_hash || '|' || relates_to from auth.one_time_tokens")
                    == "confirmation_token|\(mail.token.reveal())|new@example.org")
            #expect(try await auth.value("select count(*) from auth.sessions") == "0")
            let login = try await auth.send(
                .post, "/token?grant_type=password", ["email": "new@example.org", "password": "secret1"])
            #expect(login.refusal == "400 email_not_confirmed")
            #expect(login["msg"] == "Email not confirmed")
        }
    }

    @Test func `of a confirmed address is answered as if it were new, without a trace of the account`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            let first = try await auth.send(.post, "/signup", Self.body)
            try await auth.owner.run(
                "update auth.users set email_confirmed_at = now(), raw_user_meta_data = '{\"secret\": 1}'")
            auth.clock.advance(by: .seconds(120))
            let second = try await auth.send(.post, "/signup", Self.body)
            #expect(second.status == 200)
            #expect(second.keys == first.keys)
            #expect(second["identities"] == [])
            #expect(second["id"] != first["id"])
            #expect(second["role"] == first["role"])
            #expect(second["app_metadata"] == first["app_metadata"])
            #expect(
                second["user_metadata"]?.object?.members.map(\.key)
                    == first["user_metadata"]?.object?.members.map(\.key))
            #expect(second["created_at"]?.string == auth.clock.now().rfc3339())
            #expect(!second.text.contains("secret"))
            #expect(auth.mailer.sent.count == 1)
        }
    }

    @Test func `of an unconfirmed address sends again, but neither too soon nor with a new password`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            _ = try await auth.send(.post, "/signup", Self.body)
            let before = try await auth.value("select encrypted_password || raw_user_meta_data from auth.users")
            let again: JSON = ["email": "new@example.org", "password": "another1", "data": ["name": "Thief"]]
            auth.clock.advance(by: .seconds(18))
            let soon = try await auth.send(.post, "/signup", again)
            #expect(soon.refusal == "429 over_email_send_rate_limit")
            #expect(soon["msg"] == "For security purposes, you can only request this after 42 seconds.")
            auth.clock.advance(by: .seconds(42))
            let answer = try await auth.send(.post, "/signup", again)
            #expect(answer.status == 200 && answer["user_metadata"]?["name"] == "Thief")
            #expect(auth.mailer.sent.count == 2)
            #expect(try await auth.value("select encrypted_password || raw_user_meta_data from auth.users") == before)
            #expect(try await auth.value("select count(*) from auth.one_time_tokens") == "1")
        }
    }

    @Test(arguments: [false, true])
    func `of an unconfirmed or invited address shows nothing of the account`(isInvited: Bool) async throws {
        try await AuthHarness.run({ _ in }) { auth in
            let first = try await auth.send(.post, "/signup", Self.body)
            try await auth.owner.run("update auth.users set raw_user_meta_data = '{\"secret\": 1}'")
            if isInvited { try await auth.owner.run("update auth.users set invited_at = now()") }
            auth.clock.advance(by: .seconds(61))
            let again = try await auth.send(.post, "/signup", Self.body)
            auth.clock.advance(by: .seconds(61))
            let new = try await auth.send(
                .post, "/signup", ["email": "other@example.org", "password": "secret1", "data": ["name": "N"]])
            #expect(again.status == 200 && !again.text.contains("secret"))
            #expect(again["id"] != first["id"] && !again.text.contains(first["id"]?.string ?? "?"))
            // As a new account looks, to the last member.
            #expect(again.keys == new.keys)
            for path in ["user_metadata", "app_metadata"] {
                #expect(again[path]?.object?.members.map(\.key) == new[path]?.object?.members.map(\.key))
            }
            let identities = [again, new].compactMap { $0["identities"]?.array?.first?.object }
            #expect(identities.count == 2)
            #expect(Set(identities.map { $0.members.map(\.key) }).count == 1)
            let data = identities.map { $0["identity_data"]?.object?.members.map(\.key) }
            #expect(data.count == 2 && data[0] == data[1])
        }
    }

    @Test func `with a code challenge marks the token and stores the flow`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            let challenge = String(repeating: "c", count: 43)
            let answer = try await auth.send(
                .post, "/signup",
                [
                    "email": "a@b.co", "password": "secret1", "code_challenge": .string(challenge),
                    "code_challenge_method": "s256",
                ])
            #expect(answer.status == 200)
            #expect(auth.mailer.sent.first?.token.reveal().hasPrefix("pkce_") == true)
            #expect(
                try await auth.value(
                    "select code_challenge || '|' || code_challenge_method || '|' || authentication_method from auth.flow_state"
                )
                    == "\(challenge)|s256|email/signup")
        }
    }

    @Test func `without a mailer fails clearly and stores nothing`() async throws {
        try await AuthHarness.run({ _ in }, withMailer: false) { auth in
            let answer = try await auth.send(.post, "/signup", Self.body)
            #expect(answer.refusal == "500 unexpected_failure")
            #expect(answer["msg"] == "Error sending confirmation email")
            #expect(answer["error_id"] == "request-of-the-test")
            #expect(auth.observer.causes == ["no mailer is configured"])
            #expect(try await auth.value("select count(*) from auth.users") == "0")
        }
    }

    @Test func `is rolled back when the mail is refused`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            auth.mailer.refuse()
            let answer = try await auth.send(.post, "/signup", Self.body)
            #expect(answer.refusal == "500 unexpected_failure")
            #expect(try await auth.value("select count(*) from auth.users") == "0")
        }
    }
}
