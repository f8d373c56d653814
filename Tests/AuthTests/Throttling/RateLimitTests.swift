import Core
import Gateway
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `Rate limits` {
    private static func tight(_ configuration: inout AuthConfiguration) {
        configuration.isEmailAutoconfirmed = true
        for family in RateFamily.allCases {
            configuration.throttling.allowances[family] = RateAllowance(2, per: .seconds(100), burst: 3)
        }
    }

    /// How many of so many requests were let through, and the last refusal.
    private func count(_ times: Int, _ send: () async throws -> Answer) async throws -> (passed: Int, last: Answer) {
        var passed = 0
        var last = try await send()
        if last.status != 429 { passed += 1 }
        for _ in 1..<times {
            last = try await send()
            if last.status != 429 { passed += 1 }
        }
        return (passed, last)
    }

    @Test(arguments: [
        (HTTPRequest.Method.post, "/token?grant_type=refresh_token", true), (.post, "/token?grant_type=password", true),
        (.post, "/signup", true), (.put, "/user", true), (.get, "/user", false), (.get, "/health", false),
        (.post, "/logout", false),
    ])
    func `hold for the routes of section 7 and no others`(
        method: HTTPRequest.Method, path: String, isLimited: Bool
    ) async throws {
        try await AuthHarness.run(Self.tight) { auth async throws in
            let (passed, last) = try await count(6) { try await auth.send(method, path, raw: "{}") }
            #expect(passed == (isLimited ? 3 : 6))
            if isLimited {
                #expect(last.refusal == "429 over_request_rate_limit")
                #expect(last["msg"] == "Request rate limit reached")
            }
        }
    }

    @Test func `refill with time, count each address alone and let admins pass`() async throws {
        try await AuthHarness.run(Self.tight) { auth async throws in
            func attempt(from address: String = "192.0.2.7", bearer: String? = nil) async throws -> Int {
                try await auth.send(
                    .post, "/token?grant_type=refresh_token", raw: "{}", bearer: bearer, from: address
                ).status
            }
            for _ in 0..<3 { #expect(try await attempt() == 400) }
            #expect(try await attempt() == 429)
            #expect(try await attempt(from: "192.0.2.8") == 400)
            #expect(try await attempt(bearer: auth.serviceKey) == 400)
            #expect(try await attempt(bearer: auth.secretKey) == 400)
            // One token comes back every fifty seconds.
            auth.clock.advance(by: .seconds(49))
            #expect(try await attempt() == 429)
            auth.clock.advance(by: .seconds(1))
            #expect(try await attempt() == 400)
            #expect(try await attempt() == 429)
            // A long rest fills the bucket and no more.
            auth.clock.advance(by: .seconds(100_000))
            for _ in 0..<3 { #expect(try await attempt() == 400) }
            #expect(try await attempt() == 429)
            // An IPv6 connection is one client whatever its last 64 bits; this machine itself may be anybody.
            for host in 1...3 { #expect(try await attempt(from: "2001:db8:1:2::\(host)") == 400) }
            #expect(try await attempt(from: "2001:db8:1:2:ffff::9") == 429)
            #expect(try await attempt(from: "2001:db8:1:3::1") == 400)
            for _ in 0..<5 { #expect(try await attempt(from: "127.0.0.1") == 400) }
            for _ in 0..<5 { #expect(try await attempt(from: "::1") == 400) }
        }
    }

    @Test func `let exactly as many of many parallel requests through as there are tokens`() async throws {
        try await AuthHarness.run(
            { configuration in
                Self.tight(&configuration)
                configuration.throttling.allowances[.token] = RateAllowance(10, per: .seconds(100), burst: 20)
            }, connections: 8
        ) { auth async throws in
            let passed = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await auth.send(.post, "/token?grant_type=refresh_token", raw: "{}").status == 400 ? 1 : 0
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(passed == 20)
        }
    }

    @Test func `believe the named header from a trusted proxy alone`() async throws {
        try await AuthHarness.run(
            { configuration in
                Self.tight(&configuration)
                configuration.throttling.header = "X-Client"
            }, trustedProxies: ["192.0.2.0/24"]
        ) { auth async throws in
            func attempt(_ client: String?, from address: String) async throws -> Int {
                try await auth.send(
                    .post, "/token?grant_type=refresh_token", raw: "{}",
                    headers: client.map { ["X-Client": $0] } ?? [:], from: address
                ).status
            }
            for _ in 0..<3 { #expect(try await attempt("10.0.0.1, 10.0.0.2", from: "192.0.2.7") == 400) }
            #expect(try await attempt("10.0.0.1", from: "192.0.2.9") == 429)
            #expect(try await attempt("10.0.0.3", from: "192.0.2.7") == 400)
            // Without the header it is the proxy's own address that counts.
            for _ in 0..<3 { #expect(try await attempt(nil, from: "192.0.2.8") == 400) }
            #expect(try await attempt(nil, from: "192.0.2.8") == 429)
            #expect(try await attempt("", from: "192.0.2.8") == 429)
            #expect(try await attempt(" ,", from: "192.0.2.8") == 429)
            // A stranger's header is his own invention.
            for number in 0..<3 { #expect(try await attempt("10.1.0.\(number)", from: "198.51.100.1") == 400) }
            #expect(try await attempt("10.1.0.9", from: "198.51.100.1") == 429)
        }
    }

    @Test func `are shared by processes and keep no address`() async throws {
        try await AuthHarness.run(Self.tight) { auth async throws in
            let other = try auth.secondProcess()
            for _ in 0..<2 { _ = try await auth.send(.post, "/token?grant_type=refresh_token", raw: "{}") }
            #expect(try await other.send(.post, "/token?grant_type=refresh_token", raw: "{}").status == 400)
            #expect(try await other.send(.post, "/token?grant_type=refresh_token", raw: "{}").status == 429)
            #expect(try await auth.send(.post, "/token?grant_type=refresh_token", raw: "{}").status == 429)
            let rows = try await auth.owner.run("select key::text from medmitra.rate_buckets").rows
            #expect(rows.count == 1)
            // 16 bytes of a keyed hash.
            #expect(try rows[0].text(0).count == 34)
            #expect(
                try await auth.value(
                    "select string_agg(relpersistence::text, '') from pg_class where relname in ('rate_buckets', 'attempts')"
                )
                    == "uu")
        }
    }

    @Test func `count anonymous sign-ups once more`() async throws {
        try await AuthHarness.run { configuration in
            configuration.areAnonymousUsersEnabled = true
            configuration.throttling.allowances[.anonymousSignUp] = RateAllowance(1, per: .seconds(3600), burst: 1)
        } _: { auth async throws in
            #expect(try await auth.send(.post, "/signup", [:]).status == 200)
            #expect(try await auth.send(.post, "/signup", [:]).refusal == "429 over_request_rate_limit")
        }
    }

    @Test func `can be switched off`() async throws {
        try await AuthHarness.run { configuration in
            Self.tight(&configuration)
            configuration.throttling.limitsAddresses = false
        } _: { auth async throws in
            let (passed, _) = try await count(6) {
                try await auth.send(.post, "/token?grant_type=refresh_token", raw: "{}")
            }
            #expect(passed == 6)
        }
    }

    @Test func `count all mails together, and none where addresses count as confirmed`() async throws {
        func mails(_ allowance: RateAllowance, autoconfirmed: Bool = false) async throws -> [String] {
            let outcomes = Outcomes()
            try await AuthHarness.run { configuration in
                configuration.isEmailAutoconfirmed = autoconfirmed
                configuration.throttling.allowances[.mail] = allowance
                configuration.throttling.allowances[.textMessage] = allowance
            } _: { auth async throws in
                for _ in 0..<3 {
                    await outcomes.note { try await auth.endpoints.countMail() }
                    await outcomes.note { try await auth.endpoints.countTextMessage() }
                }
            }
            return await outcomes.texts
        }
        let mail = "429 over_email_send_rate_limit email rate limit exceeded"
        let text = "429 over_sms_send_rate_limit SMS rate limit exceeded"
        let two = try #require(RateAllowance("2"))
        #expect(try await mails(two) == ["", "", "", "", mail, text])
        #expect(try await mails(two, autoconfirmed: true) == ["", "", "", "", "", text])
        let none = try #require(RateAllowance("0"))
        #expect(try await mails(none) == [mail, text, mail, text, mail, text])
    }

    @Test(arguments: [
        ("30", 30, Duration.seconds(3600)), ("30.0", 30, .seconds(3600)), ("10/1m", 10, .seconds(60)),
        ("5/1h30m", 5, .seconds(5400)), ("0", 0, .seconds(3600)), ("0/1s", 0, .seconds(1)),
    ])
    func `are read as GoTrue writes them`(text: String, count: Int, per: Duration) throws {
        #expect(RateAllowance(text) == RateAllowance(count, per: per, burst: count))
    }

    @Test(arguments: ["", "-1", "x", "1/", "1/0", "1/x", "/1m", "1.5", "1000001", "1/1m/1m"])
    func `that are none are refused`(text: String) { #expect(RateAllowance(text) == nil) }

    @Test func `rows that say nothing any more are swept`() async throws {
        try await AuthHarness.run(Self.tight) { auth async throws in
            _ = try await auth.send(.post, "/token?grant_type=refresh_token", raw: "{}")
            _ = try await auth.signUp()
            let attempt = Attempt(kind: .password, account: "a@b.co", address: "x")
            try await auth.endpoints.noteFailure(attempt)
            try await auth.endpoints.noteSuccess(Attempt(kind: .password, account: "c@d.co", address: "x"))
            func rows() async throws -> String? {
                try await auth.value(
                    "select (select count(*) from medmitra.rate_buckets) || ' ' || (select count(*) from medmitra.attempts)"
                )
            }
            #expect(try await rows() == "2 2")
            for (days, left) in [(0, "2 2"), (2, "0 1"), (31, "0 0")] {
                auth.clock.advance(by: .seconds(days * 86_400))
                try await auth.pool.run(.serviceItself, ThrottleStatements.sweep(now: auth.clock.now()))
                #expect(try await rows() == left)
            }
            let upkeep = ThrottleUpkeep()
            #expect((0..<3000).filter { _ in upkeep.isDue() }.count == 3)
        }
    }
}

/// What calls came to: the empty text, or the refusal.
private actor Outcomes {
    var texts: [String] = []

    func note(_ body: () async throws -> Void) async {
        do {
            try await body()
            texts.append("")
        } catch AuthError.refused(let refusal) {
            texts.append("\(refusal.status.code) \(refusal.code.rawValue) \(refusal.text)")
        } catch {
            texts.append("\(error)")
        }
    }
}
