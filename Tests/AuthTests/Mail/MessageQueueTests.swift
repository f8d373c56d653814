import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

/// Mails go to a server that may be slow, away or full, and none of that tells who has an account.
@Suite struct `Messages that leave after the answer` {
    private static let known = AuthHarness.email
    private static let unknown = "nobody@example.org"

    /// The requests whose answers must not tell, and whether they mail to a confirmed account.
    private static let requests: [(String, JSONObject, Bool)] = [
        ("/recover", [:], true), ("/otp", [:], true), ("/magiclink", [:], true),
        ("/resend", ["type": "signup"], false), ("/resend", ["type": "email_change"], false),
        ("/signup", ["password": "another1"], false),
    ]

    /// Runs `body` with a confirmed account, then sends what is queued, and answers with what the mailer was given.
    private func run(
        _ mailer: HoldingMailer = HoldingMailer(), limits: MessageQueue.Limits = MessageQueue.Limits(),
        observer: RecordingObserver = RecordingObserver(),
        isSignUpDisabled: Bool = false,
        _ body: (AuthHarness, MessageQueue) async throws -> Void
    ) async throws {
        let queue = MessageQueue(observer: observer, limits: limits)
        try await AuthHarness.run(
            {
                $0.phone.isEnabled = true
                $0.throttling.allowances = [:]
                $0.isSignUpDisabled = isSignUpDisabled
            }, mailer: mailer, messages: queue
        ) { auth in
            let made = try await auth.send(
                .post, "/admin/users",
                [
                    "email": .string(Self.known), "password": "secret1", "email_confirm": true, "phone": "15550001111",
                    "phone_confirm": true,
                ],
                bearer: auth.serviceKey)
            #expect(made.status == 200)
            try await body(auth, queue)
        }
        queue.close()
        await queue.run()
    }

    @Test func `are not waited for`() async throws {
        let mailer = HoldingMailer()
        let observer = RecordingObserver()
        try await run(mailer, observer: observer) { (auth, queue) async throws in
            async let running: Void = queue.run()
            for (path, fields, _) in Self.requests {
                for address in [Self.known, Self.unknown] {
                    var body = fields
                    body["email"] = .string(address)
                    let answer = try await auth.send(.post, path, .object(body))
                    #expect(answer.status == 200, "\(path) \(address) \(answer.text)")
                }
                auth.clock.advance(by: .seconds(61))
            }
            // All are answered, and the mailer has not come back from the first.
            #expect(mailer.sent.isEmpty)
            mailer.letGo()
            queue.close()
            await running
            let mails = mailer.sent.filter { $0.recipient == Self.known }
            #expect(mails.map(\.kind).sorted { "\($0)" < "\($1)" } == [.magicLink, .magicLink, .recovery])
            #expect(mailer.sent.contains { $0.recipient == Self.unknown && $0.kind == .confirmation })
            // The code of a mail works.
            #expect(observer.causes.isEmpty)
        }
    }

    @Test func `tell nothing by failing, but to the operator`() async throws {
        let mailer = HoldingMailer()
        let observer = RecordingObserver()
        mailer.refuse()
        mailer.letGo()
        try await run(mailer, observer: observer) { (auth, queue) async throws in
            for (path, fields, _) in Self.requests {
                for address in [Self.known, Self.unknown] {
                    var body = fields
                    body["email"] = .string(address)
                    #expect(try await auth.send(.post, path, .object(body)).status == 200, "\(path) \(address)")
                }
                auth.clock.advance(by: .seconds(61))
            }
            queue.close()
            await queue.run()
            #expect(
                Set(observer.causes) == [
                    "recovery: refused by the test", "magic_link: refused by the test",
                    "confirmation: refused by the test",
                ])
            #expect(!observer.causes.contains { $0.contains("@") })
        }
    }

    @Test func `are refused for everybody alike while too many wait`() async throws {
        var limits = MessageQueue.Limits()
        limits.messagesMax = 1
        try await run(limits: limits) { (auth, queue) async throws in
            #expect(try await auth.send(.post, "/recover", ["email": .string(Self.known)]).status == 200)
            let before = try await auth.value("select count(*) from medmitra.code_requests")
            auth.clock.advance(by: .seconds(61))
            for (path, fields, _) in Self.requests {
                for address in [Self.known, Self.unknown] {
                    var body = fields
                    body["email"] = .string(address)
                    let answer = try await auth.send(.post, path, .object(body))
                    #expect(answer.refusal == "429 over_email_send_rate_limit", "\(path) \(address)")
                }
            }
            for phone in ["15550001111", "15550002222"] {
                let body: JSON = ["phone": .string(phone), "password": "secret1", "type": "sms"]
                for path in ["/signup", "/resend"] {
                    #expect(try await auth.send(.post, path, body).refusal == "429 over_sms_send_rate_limit")
                }
            }
            #expect(try await auth.value("select count(*) from medmitra.code_requests") == before)
            #expect(try await auth.value("select count(*) from auth.users") == "1")
        }
    }

    @Test func `leave a place again when nothing is sent`() async throws {
        var limits = MessageQueue.Limits()
        limits.messagesMax = 1
        try await run(limits: limits, isSignUpDisabled: true) { (auth, _) async throws in
            // Nothing to send, a refusal, a rollback: all give the place back.
            for (path, body, refusal) in [
                ("/recover", ["email": .string(Self.unknown)], "200 -"),
                ("/otp", ["email": "nobody-else@example.org"], "422 signup_disabled"),
                ("/resend", ["type": "signup", "email": .string(Self.known)], "200 -"),
            ] as [(String, JSON, String)] {
                #expect(try await auth.send(.post, path, body).refusal == refusal, "\(path)")
            }
            #expect(try await auth.send(.post, "/recover", ["email": .string(Self.known)]).status == 200)
        }
    }

    @Test func `are dropped when they have waited for too long, or the server stops`() async throws {
        for isStop in [false, true] {
            let mailer = HoldingMailer()
            let observer = RecordingObserver()
            var limits = MessageQueue.Limits()
            if isStop { limits.drainMax = .milliseconds(1) } else { limits.ageMax = .seconds(-1) }
            try await run(mailer, limits: limits, observer: observer) { (auth, queue) async throws in
                #expect(try await auth.send(.post, "/recover", ["email": .string(Self.known)]).status == 200)
                queue.close()
                await queue.run()
                #expect(mailer.sent.isEmpty)
                #expect(observer.causes.count == 1 && observer.causes[0].hasPrefix("recovery: "))
                // Who asks now is told to come back.
                #expect(
                    try await auth.send(.post, "/recover", ["email": .string(Self.unknown)]).refusal
                        == "429 over_email_send_rate_limit")
            }
        }
    }

    @Test func `are text messages as well`() async throws {
        let queue = MessageQueue(observer: RecordingObserver())
        try await AuthHarness.run({ $0.phone.isEnabled = true }, messages: queue) { auth in
            auth.messenger.refuse()
            let body: JSON = ["phone": "15550001111", "password": "secret1"]
            #expect(try await auth.send(.post, "/signup", body).status == 200)
            auth.messenger.refuse(false)
            #expect(try await auth.send(.post, "/resend", ["type": "sms", "phone": "15550001111"]).status == 429)
            auth.clock.advance(by: .seconds(61))
            #expect(try await auth.send(.post, "/resend", ["type": "sms", "phone": "15550001111"]).text == "{}")
            #expect(auth.messenger.sent.isEmpty)
            queue.close()
            await queue.run()
            let message = try #require(auth.messenger.sent.last)
            let verified = try await auth.send(
                .post, "/verify", ["type": "sms", "phone": "15550001111", "token": .string(message.code.reveal())])
            #expect(verified.status == 200)
        }
    }
}
