import Core
import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(10))) struct `Flights without a task` {
    private func withDatabase(_ body: (Database) async throws -> Void) async throws {
        let database = try await TestCluster.shared.emptyDatabase().pool()
        do { try await body(database) } catch {
            await database.shutdown()
            throw error
        }
        await database.shutdown()
    }

    private typealias Answer = Result<[ResultSet], DatabaseError>

    private static func wait(
        _ database: Database, _ statements: [SQL], _ settings: TransactionSettings = .serviceItself,
        started: (StartedFlight) -> Void = { _ in }
    ) async throws -> Answer {
        let departure = try database.departure(settings)
        let (answers, continuation) = AsyncStream<Answer>.makeStream()
        started(try database.start(departure, statements) { continuation.yield($0) })
        for await answer in answers { return answer }
        throw CancellationError()
    }

    @Test func `the statements' own results come back, in order`() async throws {
        try await withDatabase { database in
            var settings = TransactionSettings()
            settings.set("medmitra.test", "kept")
            let answer = try await Self.wait(
                database, ["select current_setting('medmitra.test')", "select \(2)::int + 1"], settings)
            let results = try answer.get()
            #expect(try results.map { try $0.rows[0].text(0) } == ["kept", "3"])
        }
    }

    @Test func `an error rolls everything back and is told`() async throws {
        try await withDatabase { database in
            try await database.run("create table started (id int primary key)")
            let answer = try await Self.wait(
                database, ["insert into started values (1)", "insert into started values (1)"])
            guard case .failure(let error) = answer else { Issue.record("it succeeded"); return }
            #expect(error.serverError?.sqlState == .uniqueViolation)
            #expect(try await database.run("select count(*) from started").rows[0].int(0) == 0)
        }
    }

    @Test func `one that is given up is cancelled`() async throws {
        try await withDatabase { database in
            let answer = try await Self.wait(database, ["select pg_sleep(600)"], started: { $0.cancel() })
            guard case .failure(.cancelled) = answer else { Issue.record("\(answer)"); return }
        }
    }

    @Test func `values that cannot be bound are refused before anything is sent`() async throws {
        try await withDatabase { database in
            let departure = try database.departure(.serviceItself)
            #expect(throws: DatabaseError.self) {
                _ = try database.start(departure, ["select \("a\u{0}b")"]) { _ in Issue.record("it was sent") }
            }
        }
    }

    /// Submitters are at the connections at the same time as the pool's thread.
    @Test func `answers find whoever waits for them, however many ask at once`() async throws {
        try await withDatabase { database in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<16 {
                    group.addTask {
                        for number in 0..<200 {
                            let wanted = lane * 1000 + number
                            let answer = try await Self.wait(database, ["select \(wanted)::int"])
                            #expect(try answer.get()[0].rows[0].int(0) == wanted)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `after the end of the pool they are refused`() async throws {
        try await withDatabase { database in
            await database.shutdown()
            guard case .failure(.shuttingDown) = try await Self.wait(database, ["select 1"]) else {
                Issue.record("it was sent")
                return
            }
        }
    }
}
