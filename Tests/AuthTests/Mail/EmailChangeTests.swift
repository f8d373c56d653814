import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `Changing the mail address` {
    private func ask(_ auth: AuthHarness, _ user: SignedIn, _ extra: JSONObject = [:]) async throws -> [Mail] {
        var body: JSONObject = ["email": "New@example.org"]
        for (key, value) in extra.members { body[key] = value }
        let before = auth.mailer.sent.count
        let answer = try await auth.send(.put, "/user", .object(body), bearer: user.accessToken)
        #expect(answer.status == 200 && answer["new_email"] == "new@example.org", "\(answer.text)")
        return Array(auth.mailer.sent.dropFirst(before))
    }

    @Test func `takes both addresses, in any order, by code or token`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            for (round, isLink) in [false, true].enumerated() {
                let email = "user\(round)@example.org"
                let user = try await auth.confirmedUser(email)
                try await auth.owner.run(
                    "update auth.users set email = 'gone' || id || '@b.co' where email = 'new@example.org'")
                let mails = try await ask(auth, user)
                #expect(mails.map(\.kind) == [.emailChangeNew, .emailChangeCurrent])
                func redeem(_ mail: Mail) async throws -> Answer {
                    isLink
                        ? try await auth.verify("email_change", link: mail.token.reveal())
                        : try await auth.verify("email_change", mail)
                }
                let order = isLink ? mails : mails.reversed()
                let half = try await redeem(order[0])
                #expect(half.status == 200)
                #expect(
                    half.json == [
                        "msg":
                            "Confirmation link accepted. Please proceed to confirm link sent to the other email",
                        "code": "200",
                    ])
                #expect(try await redeem(order[0]).refusal == "403 otp_expired")
                let session = try SignedIn(await redeem(order[1]))
                #expect(session.userID == user.userID && session.user["email"] == "new@example.org")
                #expect(session.user["new_email"] == nil)
                let identity = session.user["identities"]?.array?.first
                #expect(identity?["identity_data"]?["email"] == "new@example.org")
                #expect(session.user["user_metadata"]?["email"] == "new@example.org")
                #expect(try await redeem(order[1]).refusal == "403 otp_expired")
                #expect(try await auth.value("select count(*) from auth.one_time_tokens") == "0")
                #expect(try await auth.signIn("new@example.org").userID == user.userID)
            }
        }
    }

    @Test func `by link leads on with a message first`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            let user = try await auth.confirmedUser()
            let mails = try await ask(auth, user)
            let half = try await auth.follow("email_change", mails[0].token.reveal())
            #expect(
                half.location
                    == "http://localhost:3000#message=Confirmation%20link%20accepted.%20Please%20proceed%20to%20confirm%20"
                    + "link%20sent%20to%20the%20other%20email&sb=")
            let done = try await auth.follow("email_change", mails[1].token.reveal())
            #expect(done.fragment["type"] == "email_change" && done.fragment["access_token"] != nil)
            auth.clock.advance(by: .seconds(61))

            try await auth.owner.run("update auth.users set email = 'back@example.org'")
            let flow = try await ask(auth, user, Challenge.members)
            #expect(flow.allSatisfy { $0.token.reveal().hasPrefix("pkce_") })
            #expect(try await auth.follow("email_change", flow[0].token.reveal()).query["message"] != nil)
            #expect(try await auth.follow("email_change", flow[1].token.reveal()).query["code"] != nil)
            #expect(
                try await auth.value("select authentication_method from auth.flow_state") == "email_change")
        }
    }

    @Test func `takes one address where that is enough`() async throws {
        for (isSecure, isAutoconfirmed, mails) in [(false, false, 1), (true, true, 2)] {
            try await AuthHarness.run { configuration in
                configuration.isEmailChangeSecure = isSecure
                configuration.isEmailAutoconfirmed = isAutoconfirmed
            } _: { auth in
                let user = isAutoconfirmed ? try await auth.signUp() : try await auth.confirmedUser()
                let sent = try await ask(auth, user)
                #expect(sent.count == mails)
                #expect(try SignedIn(await auth.verify("email_change", sent[0])).user["email"] == "new@example.org")
                if sent.count > 1 {
                    #expect(try await auth.verify("email_change", sent[1]).refusal == "403 otp_expired")
                }
            }
        }
    }

    @Test func `with both redeemed fifty times at once happens once`() async throws {
        try await AuthHarness.run { configuration in
            configuration.throttling.delaysAttempts = false
        } _: { auth in
            let user = try await auth.confirmedUser()
            let mails = try await ask(auth, user)
            let found = try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        let answer = try await auth.verify("email_change", mails[index % 2])
                        return answer["access_token"] != nil ? "done" : answer["msg"]?.string ?? "?"
                    }
                }
                return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(found["done"] == 1)
            #expect(found.values.sorted() == [1, 1, 48])
        }
    }

    @Test func `to an address that somebody takes meanwhile is refused`() async throws {
        try await AuthHarness.run { auth in
            let user = try await auth.signUp()
            let mails = try await ask(auth, user)
            _ = try await auth.signUp("new@example.org")
            #expect(try await auth.verify("email_change", mails[0]).refusal == "422 email_exists")
            #expect(
                try await auth.follow("email_change", mails[0].token.reveal()).fragment["error_code"] == "email_exists")
        }
    }

    @Test func `asked again for another address makes the first mails worthless`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            let user = try await auth.confirmedUser()
            let first = try await ask(auth, user)
            #expect(try await auth.verify("email_change", first[1]).status == 200)
            auth.clock.advance(by: .seconds(61))
            let answer = try await auth.send(.put, "/user", ["email": "third@example.org"], bearer: user.accessToken)
            #expect(answer["new_email"] == "third@example.org")
            #expect(try await auth.verify("email_change", first[0]).refusal == "403 otp_expired")
            // The first agreement was to another address.
            let new = try #require(auth.mailer.sent.dropLast().last)
            #expect(try await auth.verify("email_change", new)["code"] == "200")
            #expect(try await auth.value("select email from auth.users") == AuthHarness.email)
        }
    }

    @Test func `makes an anonymous user permanent once it is confirmed`() async throws {
        try await AuthHarness.run {
            $0.areAnonymousUsersEnabled = true
        } _: { auth in
            let anonymous = try SignedIn(await auth.send(.post, "/signup", [:]))
            let mails = try await ask(auth, anonymous, ["password": "secret1"])
            #expect(mails.map(\.kind) == [.emailChangeNew])
            #expect(try await auth.value("select is_anonymous from auth.users") == "t")
            let session = try SignedIn(await auth.verify("email_change", mails[0]))
            #expect(session.user["is_anonymous"] == false && session.user["email"] == "new@example.org")
            #expect(session.user["app_metadata"] == ["provider": "email", "providers": ["email"]])
            #expect(session.claims["is_anonymous"] == false)
            #expect(try await auth.signIn("new@example.org", password: "secret1").userID == anonymous.userID)
        }
    }
}
