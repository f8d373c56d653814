import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

/// A mail server may take its time. Meanwhile the service has all its connections to the database.
@Suite struct `A mail server that is slow` {
    private func run(
        _ mailer: HoldingMailer, _ body: (AuthHarness, MessageQueue) async throws -> Void
    ) async throws {
        let queue = MessageQueue(observer: RecordingObserver())
        try await AuthHarness.run(
            { $0.isReauthenticationRequired = true }, connections: 1, mailer: mailer, messages: queue
        ) { auth in
            let made = try await auth.send(
                .post, "/admin/users",
                [
                    "email": .string(AuthHarness.email), "password": .string(AuthHarness.password),
                    "email_confirm": true,
                ],
                bearer: auth.serviceKey)
            #expect(made.status == 200)
            try await body(auth, queue)
        }
        queue.close()
        mailer.letGo()
        await queue.run()
    }

    @Test func `is not waited for by who changes the address or asks for a nonce`() async throws {
        let mailer = HoldingMailer()
        try await run(mailer) { (auth, queue) async throws in
            let user = try await auth.signIn()
            async let running: Void = queue.run()
            let change = try await auth.send(
                .put, "/user", ["email": "new@example.org"], bearer: user.accessToken)
            #expect(change.status == 200 && change["new_email"] == "new@example.org")
            #expect(try await auth.send(.get, "/reauthenticate", bearer: user.accessToken).status == 200)
            await mailer.isReached()
            #expect(mailer.sent.isEmpty)
            mailer.letGo()
            queue.close()
            await running
            #expect(mailer.sent.count == 3)
            let nonce = try #require(mailer.sent.first { $0.kind == .reauthentication }).code.reveal()
            auth.clock.advance(by: .seconds(61))
            // Both mails hold what is stored.
            for kind in [Mail.Kind.emailChangeNew, .emailChangeCurrent] {
                let mail = try #require(mailer.sent.first { $0.kind == kind })
                #expect(try await auth.verify("email_change", mail).status == 200)
            }
            #expect(nonce.count == 6)
        }
    }

    @Test func `has no connection waiting for it while an administrator hears of an invitation`() async throws {
        let mailer = HoldingMailer()
        try await run(mailer) { (auth, _) async throws in
            async let invitation = auth.send(
                .post, "/invite", ["email": "new@example.org"], bearer: auth.serviceKey)
            await mailer.isReached()
            // The only connection there is.
            let listed = try await auth.send(.get, "/admin/users", bearer: auth.serviceKey)
            #expect(listed["users"]?.array?.count == 2)
            mailer.letGo()
            let invited = try await invitation
            #expect(invited.status == 200 && invited["invited_at"] != nil)
            #expect(mailer.sent.map(\.kind) == [.invite])
            let session = try SignedIn(
                await auth.verify("invite", link: try #require(mailer.sent.first).token.reveal()))
            #expect(session.user["email"] == "new@example.org")
        }
    }

    @Test func `may end in refusing a change of address, and it can be asked for again`() async throws {
        let mailer = HoldingMailer()
        mailer.refuse()
        mailer.letGo()
        try await run(mailer) { (auth, queue) async throws in
            let user = try await auth.signIn()
            for _ in 0..<2 {
                let change = try await auth.send(
                    .put, "/user", ["email": "new@example.org"], bearer: user.accessToken)
                #expect(change.status == 200)
                #expect(try await auth.send(.get, "/reauthenticate", bearer: user.accessToken).status == 200)
                auth.clock.advance(by: .seconds(61))
            }
        }
    }
}

@Suite struct `An invitation whose mail is refused` {
    private static let body: JSON = ["email": "new@example.org", "data": ["ward": "B3"]]

    @Test func `is told as upstream tells it, leaves nothing and can be tried again`() async throws {
        let targets = try Hooks.function(.afterUserCreated)
        let mailer = HoldingMailer()
        mailer.refuse()
        mailer.letGo()
        try await AuthHarness.run(
            {
                $0.hooks.targets = targets
                // One mail an hour: the refused one is not it.
                $0.throttling.allowances[.mail] = RateAllowance(1, per: .seconds(3600), burst: 1)
            }, mailer: mailer
        ) { auth in
            try await auth.owner.run("create table public.told (id text)")
            try await Hooks.define(
                "insert into public.told values (event->'user'->>'id'); return '{}'::jsonb;", in: auth)
            for _ in 0..<3 {
                let refused = try await auth.send(.post, "/invite", Self.body, bearer: auth.serviceKey)
                #expect(refused.refusal == "500 unexpected_failure" && refused["msg"] == "Error sending invite email")
            }
            #expect(auth.observer.causes == Array(repeating: "refused by the test", count: 3))
            #expect(auth.observer.warnings.isEmpty)
            #expect(try await auth.counts() == "0 0 0")
            // What is written stays written: who reads the log sees both.
            #expect(
                try await auth.auditActions()
                    == "user_deleted user_deleted user_deleted user_invited user_invited user_invited")
            mailer.refuse(false)
            let invited = try await auth.send(.post, "/invite", Self.body, bearer: auth.serviceKey)
            #expect(invited.status == 200 && invited["user_metadata"] == ["ward": "B3"])
            #expect(try await auth.value("select string_agg(id, ' ') from public.told") == invited["id"]?.string)
            #expect(
                try SignedIn(await auth.verify("invite", try #require(mailer.sent.first))).userID
                    == invited["id"]?.string)
            // That one was the mail of the hour.
            let second = try await auth.send(
                .post, "/invite", ["email": "other@example.org"], bearer: auth.serviceKey)
            #expect(second.refusal == "429 over_email_send_rate_limit")
        }
    }

    @Test func `leaves an account that was there before`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            _ = try await auth.send(
                .post, "/signup", ["email": "new@example.org", "password": "secret1"])
            auth.mailer.refuse()
            let refused = try await auth.send(.post, "/invite", Self.body, bearer: auth.serviceKey)
            #expect(refused.refusal == "500 unexpected_failure")
            #expect(try await auth.value("select count(*) from auth.users") == "1")
        }
    }

    @Test func `is taken back even when the administrator has left`() async throws {
        let mailer = HoldingMailer()
        try await AuthHarness.run({ _ in }, mailer: mailer) { auth in
            let asking = Task {
                try await auth.send(.post, "/invite", Self.body, bearer: auth.serviceKey)
            }
            await mailer.isReached()
            #expect(try await auth.value("select count(*) from auth.users") == "1")
            asking.cancel()
            let answer = try await asking.value
            #expect(answer.status == 500, "\(answer.text)")
            #expect(try await auth.value("select count(*) from auth.users") == "0")
        }
    }

    @Test func `says a hook's own words`() async throws {
        let targets = try Hooks.web(.sendEmail)
        let web = ScriptedWeb { _, _ throws(WebFailure) in
            .json(["error": ["http_code": 409, "message": "not to him"]])
        }
        try await AuthHarness.run({ $0.hooks.targets = targets }, web: web) { auth in
            let refused = try await auth.send(.post, "/invite", Self.body, bearer: auth.serviceKey)
            #expect(refused.status == 409 && refused["msg"] == "not to him", "\(refused.text)")
            #expect(try await auth.value("select count(*) from auth.users") == "0")
        }
    }
}
