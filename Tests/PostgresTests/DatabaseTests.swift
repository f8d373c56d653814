import Core
import Foundation
import Postgres
import Synchronization
import TestSupport
import Testing

/// Collects observations and lets a test wait for one.
final class RecordingObserver: Observer {
    private let seen = Mutex<[String]>([])
    func observe(_ observation: Observation) { seen.withLock { $0.append("\(observation)") } }
    func count(_ text: String) -> Int { seen.withLock { $0.filter { $0.contains(text) }.count } }
}

@Suite struct `Database pool` {
    private func pool(_ adjust: (inout DatabaseConfiguration) -> Void = { _ in }) async throws -> Database {
        try await TestCluster.shared.emptyDatabase().pool(adjust)
    }

    @Test func `values travel there and back unharmed`() async throws {
        let database = try await pool()
        let bytes: [UInt8] = [0, 1, 39, 92, 255]
        let text = "O'Neill \\ \" é 漢字 \u{1F600}\n\t"
        let row = try #require(
            try await database.run(
                "select \(text)::text, \(bytes)::bytea, \(nil as String?)::text, \(-7)::int, \(true)::bool, \(["a", "b,c"])::text[]"
            ).first)
        #expect(try row.text(0) == text)
        #expect(try row.bytea(1) == bytes)
        #expect(row.optionalText(2) == nil)
        #expect(try row.int(3) == -7)
        #expect(try row.bool(4))
        #expect(try row.text(5) == #"{a,"b,c"}"#)
        await database.shutdown()
    }

    @Test func `a megabyte of parameter and of result passes`() async throws {
        let database = try await pool()
        let big = String(repeating: "0123456789abcdef", count: 1 << 18)
        let row = try #require(try await database.run("select \(big)::text, length(\(big)::text)").first)
        #expect(try row.text(0) == big)
        #expect(try row.int(1) == big.utf8.count)
        await database.shutdown()
    }

    @Test func `text with a NUL is refused before it is sent`() async throws {
        let database = try await pool()
        await #expect(throws: DatabaseError.self) { try await database.run("select \("a\0b")::text") }
        await database.shutdown()
    }

    @Test func `all statements of a flight commit together or not at all`() async throws {
        let database = try await pool()
        try await database.run("create table t (i int)")
        await #expect(throws: DatabaseError.self) {
            try await database.run(["insert into t values (1)", "insert into t values (1 / 0)"])
        }
        #expect(try await database.run("select count(*) from t").first?.int(0) == 0)
        try await database.run(["insert into t values (1)", "insert into t values (2)"])
        #expect(try await database.run("select count(*) from t").first?.int(0) == 2)
        await database.shutdown()
    }

    @Test func `a constraint checked at commit fails the flight`() async throws {
        let database = try await pool()
        try await database.run("create table t (i int unique deferrable initially deferred)")
        let error = await #expect(throws: DatabaseError.self) {
            try await database.run(["insert into t values (1)", "insert into t values (1)"])
        }
        #expect(error?.sqlState == .uniqueViolation)
        #expect(error?.serverError?.constraint == "t_i_key")
        #expect(try await database.run("select count(*) from t").first?.int(0) == 0)
        await database.shutdown()
    }

    @Test func `a failed flight does not touch its neighbours in the pipeline`() async throws {
        let database = try await pool { $0.connectionsMax = 1 }
        try await database.run("select 1")
        let outcomes = await withTaskGroup(of: (Int, Bool).self) { group in
            for index in 0..<60 {
                group.addTask {
                    do throws(DatabaseError) {
                        // Every third divides by zero, on the one connection they all share.
                        let result = try await database.run("select 10 / \(index % 3)::int, \(index)::int")
                        return (index, (try? result.first?.int(1)) == index)
                    } catch {
                        return (index, error.sqlState == SQLState(rawValue: "22012") && index % 3 == 0)
                    }
                }
            }
            return await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
        }
        #expect(outcomes.count == 60)
        #expect(outcomes.values.allSatisfy { $0 })
        await database.shutdown()
    }

    @Test func `settings hold for their flight alone`() async throws {
        let database = try await pool { $0.connectionsMax = 1 }
        let caller = Caller(role: "pg_read_all_data", subject: "s", claimsText: #"{"sub":"s"}"#)
        let inside = try await database.run(
            TransactionSettings(caller: caller), "select current_user, current_setting('request.jwt.claims', true)")
        #expect(try inside.first?.text(0) == "pg_read_all_data")
        #expect(try inside.first?.text(1) == #"{"sub":"s"}"#)
        let after = try await database.run(
            "select current_user, coalesce(current_setting('request.jwt.claims', true), '')")
        #expect(try after.first?.text(0) == "supabase_admin")
        #expect(try after.first?.text(1) == "")
        await database.shutdown()
    }

    @Test func `settings of a failed flight are gone as well`() async throws {
        let database = try await pool { $0.connectionsMax = 1 }
        await #expect(throws: DatabaseError.self) {
            try await database.run(TransactionSettings(caller: .key(role: "pg_read_all_data")), "select 1 / 0")
        }
        #expect(try await database.run("select current_user").first?.text(0) == "supabase_admin")
        await database.shutdown()
    }

    @Test func `a read-only flight cannot write`() async throws {
        let database = try await pool()
        try await database.run("create table t (i int)")
        var settings = TransactionSettings()
        settings.isReadOnly = true
        let error = await #expect(throws: DatabaseError.self) {
            try await database.run(settings, "insert into t values (1)")
        }
        #expect(error?.sqlState == .readOnlyTransaction)
        await database.shutdown()
    }

    @Test func `a statement time-out ends the statement`() async throws {
        let database = try await pool()
        var settings = TransactionSettings()
        settings.statementTimeout = .milliseconds(50)
        let error = await #expect(throws: DatabaseError.self) {
            try await database.run(settings, "select pg_sleep(30)")
        }
        #expect(error?.sqlState == .queryCanceled)
        await database.shutdown()
    }

    @Test func `a changed table does not break a prepared statement`() async throws {
        let database = try await pool { $0.connectionsMax = 1 }
        try await database.run("create table t (a int)")
        #expect(try await database.run("select * from t").columnCount == 1)
        try await database.run("alter table t add b int")
        #expect(try await database.run("select * from t").columnCount == 2)
        await database.shutdown()
    }

    @Test func `prepared statements are dropped least recently used first`() async throws {
        let database = try await pool {
            $0.connectionsMax = 1
            $0.preparedStatementsMax = 4
        }
        for index in 0..<20 { try await database.run(SQL(trustedText: "select \(index)")) }
        let kept = try await database.run("select count(*) from pg_prepared_statements").first?.int(0)
        #expect(kept ?? 99 <= 4)
        await database.shutdown()
    }

    @Test func `nothing is prepared when prepared statements are off`() async throws {
        let database = try await pool {
            $0.connectionsMax = 1
            $0.preparedStatementsMax = 0
        }
        for index in 0..<3 { #expect(try await database.run("select \(index)::int").first?.int(0) == index) }
        #expect(try await database.run("select count(*) from pg_prepared_statements").first?.int(0) == 0)
        await database.shutdown()
    }

    @Test func `a cancelled task cancels its query on the server`() async throws {
        let scratch = try await TestCluster.shared.emptyDatabase()
        let database = scratch.pool()
        let work = Task { () -> Bool in
            do throws(DatabaseError) {
                try await database.run("select pg_sleep(600)")
                return false
            } catch {
                if case .cancelled = error { return true }
                return false
            }
        }
        let running: SQL =
            "select count(*) from pg_stat_activity where query like '%pg_sleep(600)%' and state = 'active' and pid <> pg_backend_pid()"
        #expect(try await eventually { try await database.run(running).first?.int(0) == 1 })
        work.cancel()
        #expect(await work.value)
        #expect(try await eventually { try await database.run(running).first?.int(0) == 0 })
        await database.shutdown()
    }

    /// Many leave at once, so that several cancels are on their way to one connection.
    @Test func `cancels that come late, several at a time, strike nobody else`() async throws {
        let database = try await pool { $0.connectionsMax = 2 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<8 {
                group.addTask {
                    for number in 0..<150 {
                        let leaving = Task { try await database.run("select pg_sleep(0.002)") }
                        try await Task.sleep(for: .microseconds(lane * number * 37 % 5000))
                        leaving.cancel()
                        // Whether it was done or cancelled is a matter of microseconds.
                        _ = await leaving.result
                    }
                }
                group.addTask {
                    for number in 0..<300 {
                        let answer = try await database.run("select \(number)::int").first?.int(0)
                        #expect(answer == number)
                    }
                }
            }
            try await group.waitForAll()
        }
        await database.shutdown()
    }

    @Test func `a cancel that comes late strikes nobody else`() async throws {
        let database = try await pool { $0.connectionsMax = 1 }
        for round in 0..<200 {
            let left = Task { try await database.run("select pg_sleep(\(round % 5)::double precision / 2000)") }
            if round % 3 > 0 { try await Task.sleep(for: .microseconds(round * 10)) }
            left.cancel()
            async let first = database.run("select 1").first?.int(0)
            async let second = database.run("select count(*) from generate_series(1, 2000)").first?.int(0)
            #expect(try await first == 1)
            #expect(try await second == 2000)
            // Whether it was done or cancelled is a matter of microseconds.
            _ = try? await left.value
        }
        await database.shutdown()
    }

    @Test func `a request that waits too long for a connection says so`() async throws {
        let database = try await pool {
            $0.connectionsMax = 1
            $0.waitMax = .milliseconds(200)
        }
        // Again and again: who asks in the first moments shares the pipeline and only waits.
        let holder = Task {
            while !Task.isCancelled { _ = try? await database.run("select pg_sleep(3)") }
        }
        #expect(try await eventually { try await self.isBusy(database) })
        holder.cancel()
        _ = await holder.value
        await database.shutdown()
    }

    private func isBusy(_ database: Database) async throws -> Bool {
        do throws(DatabaseError) {
            try await database.run("select 1")
            return false
        } catch {
            if case .poolExhausted = error { return true }
            throw error
        }
    }

    @Test func `an unreachable server is reported as such`() async throws {
        var configuration = DatabaseConfiguration(
            name: "nowhere", connection: Secret("postgresql://nobody@/none?host=/nonexistent"))
        configuration.waitMax = .milliseconds(500)
        let database = Database(configuration)
        let error = await #expect(throws: DatabaseError.self) { try await database.run("select 1") }
        guard case .unavailable? = error else {
            Issue.record("expected .unavailable, got \(String(describing: error))")
            return
        }
        await database.shutdown()
    }

    @Test func `connections that the server ends are replaced`() async throws {
        let scratch = try await TestCluster.shared.emptyDatabase()
        let observer = RecordingObserver()
        let database = Database(scratch.configuration(), observer: observer)
        let admin = scratch.pool()
        let pid = try #require(try await database.run("select pg_backend_pid()").first?.int(0))
        try await admin.run("select pg_terminate_backend(\(pid)::int)")
        #expect(try await eventually { observer.count("databaseConnectionLost") == 1 })
        let next = try await database.run("select pg_backend_pid()").first?.int(0)
        #expect(next != nil && next != pid)
        await database.shutdown()
        await admin.shutdown()
    }
}

@Suite struct `A pool that has ended` {
    @Test func `refuses at once, however it is asked`() async throws {
        let database = try await TestCluster.shared.emptyDatabase().pool()
        try await database.run("select 1")
        await database.shutdown()
        await database.shutdown()
        let error = await #expect(throws: DatabaseError.self) { try await database.run("select 1") }
        guard case .shuttingDown? = error else {
            Issue.record("expected .shuttingDown, got \(String(describing: error))")
            return
        }
        await #expect(throws: DatabaseError.self) { try await database.transaction { _ in } }
    }
}

@Suite struct `Transactions` {
    @Test func `a transaction commits what its body did`() async throws {
        let database = try await TestCluster.shared.emptyDatabase().pool()
        try await database.run("create table t (i int)")
        let sum = try await database.transaction { transaction in
            try await transaction.run("insert into t values (1)")
            try await transaction.run("insert into t values (2)")
            return try await transaction.run("select sum(i) from t").first?.int(0)
        }
        #expect(sum == 3)
        #expect(try await database.run("select count(*) from t").first?.int(0) == 2)
        await database.shutdown()
    }

    private struct Mine: Error {}

    @Test func `a body that throws rolls back and its error comes out`() async throws {
        let database = try await TestCluster.shared.emptyDatabase().pool { $0.connectionsMax = 1 }
        try await database.run("create table t (i int)")
        await #expect(throws: Mine.self) {
            try await database.transaction { transaction in
                try await transaction.run("insert into t values (1)")
                throw Mine()
            }
        }
        #expect(try await database.run("select count(*) from t").first?.int(0) == 0)
        await database.shutdown()
    }

    @Test func `a swallowed failure does not pass for a commit`() async throws {
        let database = try await TestCluster.shared.emptyDatabase().pool()
        try await database.run("create table t (i int)")
        await #expect(throws: DatabaseError.self) {
            try await database.transaction { transaction in
                try await transaction.run("insert into t values (1)")
                _ = try? await transaction.run("select 1 / 0")
            }
        }
        #expect(try await database.run("select count(*) from t").first?.int(0) == 0)
        await database.shutdown()
    }

    @Test func `role and claims can change within a transaction and are gone after it`() async throws {
        let database = try await TestCluster.shared.emptyDatabase().pool { $0.connectionsMax = 1 }
        let users = try await database.transaction { transaction in
            var users = [try await transaction.run("select current_user").first?.text(0) ?? ""]
            try await transaction.apply(TransactionSettings(caller: .key(role: "pg_monitor")))
            users.append(try await transaction.run("select current_user").first?.text(0) ?? "")
            return users
        }
        #expect(users == ["supabase_admin", "pg_monitor"])
        #expect(try await database.run("select current_user").first?.text(0) == "supabase_admin")
        await database.shutdown()
    }

    @Test func `a cancelled transaction rolls back and gives its connection back`() async throws {
        let database = try await TestCluster.shared.emptyDatabase().pool { $0.connectionsMax = 1 }
        try await database.run("create table t (i int)")
        let work = Task {
            try await database.transaction { transaction in
                try await transaction.run("insert into t values (1)")
                try await transaction.run("select pg_sleep(600)")
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        work.cancel()
        await #expect(throws: (any Error).self) { try await work.value }
        #expect(try await database.run("select count(*) from t").first?.int(0) == 0)
        await database.shutdown()
    }

    @Test func `twenty transactions share four connections and lose no update`() async throws {
        let database = try await TestCluster.shared.emptyDatabase().pool()
        try await database.run("create table t (i int)")
        try await database.run("insert into t values (0)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await database.transaction { transaction in
                        let value = try await transaction.run("select i from t for update").first?.int(0) ?? 0
                        try await transaction.run("update t set i = \(value + 1)::int")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.run("select i from t").first?.int(0) == 20)
        await database.shutdown()
    }
}

@Suite struct `Listening` {
    @Test func `notifications arrive, also after the connection was cut`() async throws {
        let scratch = try await TestCluster.shared.emptyDatabase()
        let database = scratch.pool()
        let listener = Postgres.Listener(scratch.configuration(), channels: ["ear"])
        var events = listener.events.makeAsyncIterator()
        #expect(await events.next() == .connected)
        try await database.run("select pg_notify('ear', 'one')")
        #expect(await events.next() == .notification(channel: "ear", payload: "one"))
        try await database.run(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen%'"
        )
        #expect(await events.next() == .connected)
        try await database.run("select pg_notify('ear', 'two')")
        #expect(await events.next() == .notification(channel: "ear", payload: "two"))
        listener.stop()
        #expect(await events.next() == nil)
        await database.shutdown()
    }
}

@Suite struct `Caller roles` {
    @Test(arguments: ["none", "medmitra_service"])
    func `a role that would undo the step down is refused everywhere`(role: String) async throws {
        let database = try await TestCluster.shared.migratedDatabase().pool(user: "medmitra_service")
        let settings = TransactionSettings(caller: .key(role: role))
        await #expect(throws: DatabaseError.self) { try await database.run(settings, "select 1") }
        await #expect(throws: DatabaseError.self) { try await database.transaction(settings) { _ in } }
        await #expect(throws: DatabaseError.self) {
            try await database.transaction { transaction in try await transaction.apply(settings) }
        }
        await database.shutdown()
    }

    /// Setting it would not fail: it gives the login's own rights back.
    @Test func `none is a role that there is not`() async throws {
        let database = try await TestCluster.shared.migratedDatabase().pool(user: "medmitra_service")
        let error = await #expect(throws: DatabaseError.self) {
            try await database.run(TransactionSettings(caller: .key(role: "none")), "select 1")
        }
        #expect(error?.sqlState?.rawValue == "22023")
        #expect(error?.serverError?.message == #"role "none" does not exist"#)
        let other = await #expect(throws: DatabaseError.self) {
            try await database.run(TransactionSettings(caller: .key(role: "nobody")), "select 1")
        }
        #expect(other?.serverError?.message == #"role "nobody" does not exist"#)
        #expect(other?.sqlState == error?.sqlState)
        await database.shutdown()
    }

    /// Where only the owner's login is to be had, as with an existing database.
    @Test func `a superuser's connection that assumes a role can become what that role can, and nobody else`()
        async throws
    {
        let scratch = try await TestCluster.shared.migratedDatabase()
        let database = scratch.pool { $0.assumeRole = "authenticator" }
        let people: SQL = "select current_user || ' ' || session_user"
        #expect(try await database.run(people).first?.text(0) == "authenticator authenticator")
        let anon = TransactionSettings(caller: .key(role: "anon"))
        #expect(try await database.run(anon, people).first?.text(0) == "anon authenticator")
        for role in ["supabase_admin", "supabase_auth_admin", "pg_read_all_data"] {
            let error = await #expect(throws: DatabaseError.self) {
                try await database.run(TransactionSettings(caller: .key(role: role)), people)
            }
            guard case .server(let error) = error else {
                Issue.record("\(role): \(String(describing: error))")
                continue
            }
            #expect(error.sqlState.rawValue == "42501")
        }
        #expect(try await database.run(people).first?.text(0) == "authenticator authenticator")
        await database.shutdown()
    }

    @Test func `another login sets the role`() async throws {
        let scratch = try await TestCluster.shared.migratedDatabase()
        let owner = scratch.pool()
        let suffix = try await owner.run("select md5(random()::text)").first?.text(0) ?? ""
        try await owner.run([
            "create role \(identifier: "plain '\(suffix)") login",
            "create role \(identifier: "part '\(suffix)") in role anon",
            "grant \(identifier: "part '\(suffix)") to \(identifier: "plain '\(suffix)")",
        ])
        let database = scratch.pool(user: "plain '\(suffix)") { $0.assumeRole = "part '\(suffix)" }
        let people: SQL = "select current_user || ' ' || session_user"
        #expect(try await database.run(people).first?.text(0) == "part '\(suffix) plain '\(suffix)")
        await database.shutdown()
        try await owner.run([
            "drop role \(identifier: "part '\(suffix)")", "drop role \(identifier: "plain '\(suffix)")",
        ])
        await owner.shutdown()
    }
}
