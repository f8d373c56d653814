import Core
import Postgres
import Testing

@testable import Auth

@Suite struct `An uncontested refresh` {
    private static let note = UncontestedRefreshStatements.Note(
        now: Timestamp(seconds: 1_790_000_000), userAgent: "a browser", ip: "192.0.2.7", entries: [])

    /// The statement that replaces a session's first token, as the session is now.
    private func rotation(of signedIn: SignedIn, _ auth: AuthHarness) async throws -> SQL {
        let found = try await auth.pool.run(UncontestedRefreshStatements.find(token: signedIn.refreshToken))
        let state = try UncontestedRefreshStatements.State(try #require(found.first))
        return UncontestedRefreshStatements.rotate(
            token: signedIn.refreshToken, version: state.version, successor: "a successor", Self.note)
    }

    private func tokens(_ auth: AuthHarness) async throws -> String? {
        try await auth.value("select count(*) || ' ' || count(*) filter (where revoked) from auth.refresh_tokens")
    }

    @Test func `is planned once a connection`() async throws {
        try await AuthHarness.run({ $0.isEmailAutoconfirmed = true }, connections: 1) { auth in
            var signedIn = try await auth.signUp()
            for _ in 1...12 { signedIn = try SignedIn(await auth.refresh(signedIn.refreshToken)) }
            for text in [
                UncontestedRefreshStatements.find(token: "").text,
                // As the service runs it, with two rows for the audit log.
                UncontestedRefreshStatements.rotate(
                    token: "", version: "", successor: "",
                    UncontestedRefreshStatements.Note(
                        now: Self.note.now, userAgent: nil, ip: nil,
                        entries: [AuditEntry.Action.tokenRevoked, .tokenRefreshed].map {
                            AuditEntry(action: $0, actor: AuditEntry.Actor(id: "", name: ""))
                        })
                ).text,
            ] {
                let plans = try await auth.pool.run(
                    "select custom_plans, generic_plans from pg_prepared_statements where statement = \(text)")
                let row = try #require(plans.first, "not run: \(text)")
                // PostgreSQL tries five times with the values before it compares.
                #expect(try row.int(0) == 5, "planned anew each time: \(text)")
                #expect(try row.int(1) == 7)
            }
        }
    }

    @Test func `changes nothing of a session that is no longer as it was read`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            let stale = try await rotation(of: signedIn, auth)
            try await auth.owner.run("update auth.sessions set aal = 'aal2'")
            #expect(try await auth.pool.run(stale).isEmpty)
            #expect(try await tokens(auth) == "1 0")
            let current = try await rotation(of: signedIn, auth)
            try await auth.owner.run("update auth.refresh_tokens set revoked = true")
            #expect(try await auth.pool.run(current).isEmpty)
            #expect(try await tokens(auth) == "1 1")
            #expect(try await auth.value("select user_agent from auth.sessions") == nil)
            try await auth.owner.run("update auth.refresh_tokens set revoked = false")
            #expect(try await auth.pool.run(current).rowCount == 1)
            #expect(try await tokens(auth) == "2 1")
            #expect(try await auth.value("select user_agent from auth.sessions") == "a browser")
        }
    }

    @Test(arguments: [
        "select id from auth.sessions for update", "select id from auth.refresh_tokens for update",
        "update auth.sessions set aal = 'aal2'",
    ])
    func `waits for nobody`(meddling: String) async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            let rotation = try await rotation(of: signedIn, auth)
            try await auth.owner.transaction { transaction in
                try await transaction.run(SQL(trustedText: meddling))
                #expect(try await auth.pool.run(rotation).isEmpty)
            }
            #expect(try await tokens(auth) == "1 0")
        }
    }

    @Test func `is done once, however often it is asked for at once`() async throws {
        try await AuthHarness.run({ $0.isEmailAutoconfirmed = true }, connections: 10) { auth in
            let rotation = try await rotation(of: await auth.signUp(), auth)
            let done = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 { group.addTask { try await auth.pool.run(rotation).rowCount } }
                return try await group.reduce(0, +)
            }
            #expect(done == 1)
            #expect(try await tokens(auth) == "2 1")
        }
    }

    @Test func `leaves tokens that were restored as they are to the other road, once`() async throws {
        try await AuthHarness.run { auth in
            let first = try await auth.signUp()
            try await auth.owner.run("update auth.refresh_tokens set token = \(first.refreshToken)")
            #expect(try await auth.pool.run(UncontestedRefreshStatements.find(token: first.refreshToken)).isEmpty)
            let second = try SignedIn(await auth.refresh(first.refreshToken))
            #expect(
                try await auth.pool.run(UncontestedRefreshStatements.find(token: second.refreshToken)).rowCount == 1)
            let third = try SignedIn(await auth.refresh(second.refreshToken))
            #expect(third.sessionID == first.sessionID)
            #expect(try await tokens(auth) == "3 2")
        }
    }

    @Test(arguments: [1, 2], [true, false])
    func `notes what the audit log is to have`(version: Int, isAuditStored: Bool) async throws {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.refreshTokenVersion = version
            configuration.isAuditStored = isAuditStored
        } _: { auth in
            let signedIn = try await auth.signUp()
            let before = try #require(
                await auth.value("select coalesce(max(created_at), 'epoch') from auth.audit_log_entries"))
            auth.clock.advance(by: .seconds(7))
            _ = try SignedIn(await auth.refresh(signedIn.refreshToken))
            let noted = try await auth.value(
                """
                select string_agg(concat_ws(' ', payload ->> 'action', payload ->> 'actor_username', ip_address), ', '
                    order by payload ->> 'action' desc)
                from auth.audit_log_entries where created_at > \(before)::timestamptz
                """)
            let who = "\(AuthHarness.email) 192.0.2.7"
            let expected = version == 1 ? "token_revoked \(who), token_refreshed \(who)" : "token_refreshed \(who)"
            #expect(noted == (isAuditStored ? expected : nil))
            #expect(try await auth.value("select host(ip) from auth.sessions") == "192.0.2.7")
        }
    }
}
