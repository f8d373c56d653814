import Core
import Cryptography
import Foundation
@testable import Jobs
import Postgres
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

/// A handler whose behaviour a test scripts.
private final class ScriptedHandler: JobHandler {
    let kind = "scripted"
    private let attempts = Mutex<[Int]>([])
    private let body: @Sendable (Job) async throws -> JobCompletion

    init(_ body: @escaping @Sendable (Job) async throws -> JobCompletion) { self.body = body }

    var seenAttempts: [Int] { attempts.withLock { $0 } }

    func run(_ job: Job) async throws -> JobCompletion {
        attempts.withLock { $0.append(job.attempt) }
        return try await body(job)
    }

    func gaveUp(_ job: Job, reason: String, in transaction: Transaction) async throws {
        try await transaction.run("insert into public.outcome (what) values (\("gave up: " + reason))")
    }
}

@Suite struct `Job queue` {
    private struct Bench {
        let scratch: ScratchDatabase
        let database: Database
        var configuration = JobsConfiguration()

        init() async throws {
            scratch = try await TestCluster.shared.migratedDatabase()
            database = scratch.pool()
            try await database.run("create table public.outcome (what text)")
            try await database.run("grant all on public.outcome to medmitra_service, authenticated")
            configuration.retryPause = .milliseconds(10)
            configuration.pollInterval = .milliseconds(100)
        }

        func enqueue(attemptsMax: Int = 5) async throws {
            try await database.run(
                "insert into medmitra.jobs (kind, payload, attempts_max) values ('scripted', '{}', \(attemptsMax)::int)"
            )
        }

        func worker(_ handler: any JobHandler, lease: @escaping @Sendable () -> String = { SecureRandom.uuid() })
            -> JobWorker
        {
            JobWorker(
                database: scratch.pool(user: "medmitra_service"),
                listening: scratch.configuration(user: "medmitra_service"), handlers: [handler],
                configuration: configuration, observer: SilentObserver(), makeLease: lease)
        }

        /// Runs workers until the condition holds.
        func run(_ workers: [JobWorker], until condition: () async throws -> Bool) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in workers { group.addTask { try await worker.run() } }
                let cameAbout = try await eventually(condition)
                #expect(cameAbout)
                group.cancelAll()
            }
        }

        func states() async throws -> [String] {
            try await database.run("select state from medmitra.jobs order by id").rows.map { try $0.text(0) }
        }

        func outcomes() async throws -> [String] {
            try await database.run("select what from public.outcome").rows.map { try $0.text(0) }
        }
    }

    private static let writes = JobCompletion { transaction in
        try await transaction.run("insert into public.outcome (what) values ('done')")
    }

    @Test func `a job is done once, and its completion with it`() async throws {
        let bench = try await Bench()
        try await bench.enqueue()
        let handler = ScriptedHandler { _ in `Job queue`.writes }
        try await bench.run([bench.worker(handler)]) { try await bench.states() == ["done"] }
        #expect(try await bench.outcomes() == ["done"])
        #expect(handler.seenAttempts == [1])
    }

    @Test func `a job that arrives while the worker sleeps wakes it`() async throws {
        var bench = try await Bench()
        bench.configuration.pollInterval = .seconds(600)
        let handler = ScriptedHandler { _ in `Job queue`.writes }
        let fixed = bench
        try await fixed.run([fixed.worker(handler)]) {
            if try await fixed.states().isEmpty { try await fixed.enqueue() }
            return try await fixed.states() == ["done"]
        }
    }

    @Test func `many jobs and many workers do each job once`() async throws {
        let bench = try await Bench()
        for _ in 0..<40 { try await bench.enqueue() }
        let handler = ScriptedHandler { _ in `Job queue`.writes }
        try await bench.run([bench.worker(handler), bench.worker(handler), bench.worker(handler)]) {
            try await bench.states().allSatisfy { $0 == "done" }
        }
        #expect(try await bench.outcomes().count == 40)
        #expect(handler.seenAttempts.count == 40)
    }

    @Test func `a failing job is tried again and then succeeds`() async throws {
        let bench = try await Bench()
        try await bench.enqueue()
        let handler = ScriptedHandler { job in
            if job.attempt < 3 { throw JobFailure.retry(reason: "not yet") }
            return `Job queue`.writes
        }
        try await bench.run([bench.worker(handler)]) { try await bench.states() == ["done"] }
        #expect(handler.seenAttempts == [1, 2, 3])
    }

    @Test func `a job that keeps failing dies with its reason`() async throws {
        let bench = try await Bench()
        try await bench.enqueue(attemptsMax: 3)
        let handler = ScriptedHandler { _ in throw JobFailure.retry(reason: "always") }
        try await bench.run([bench.worker(handler)]) { try await bench.states() == ["dead"] }
        #expect(handler.seenAttempts == [1, 2, 3])
        #expect(try await bench.outcomes() == ["gave up: always"])
        #expect(try await bench.database.run("select last_error from medmitra.jobs").first?.text(0) == "always")
    }

    @Test func `a hopeless job dies at once`() async throws {
        let bench = try await Bench()
        try await bench.enqueue()
        let handler = ScriptedHandler { _ in throw JobFailure.giveUp(reason: "hopeless") }
        try await bench.run([bench.worker(handler)]) { try await bench.states() == ["dead"] }
        #expect(handler.seenAttempts == [1])
    }

    @Test func `a job whose worker fell silent is taken up again`() async throws {
        let bench = try await Bench()
        try await bench.enqueue()
        try await bench.database.run(
            "update medmitra.jobs set state = 'running', attempts = 1, lease_owner = gen_random_uuid(), lease_until = now() - interval '1 second'"
        )
        let handler = ScriptedHandler { _ in `Job queue`.writes }
        try await bench.run([bench.worker(handler)]) { try await bench.states() == ["done"] }
        #expect(handler.seenAttempts == [2])
    }

    @Test func `a worker that lost its lease writes nothing`() async throws {
        let bench = try await Bench()
        try await bench.enqueue()
        let database = bench.database
        let handler = ScriptedHandler { job in
            if job.attempt == 1 {
                // Another worker takes the job while this one works.
                try await database.run("update medmitra.jobs set lease_owner = gen_random_uuid(), lease_until = now()")
            }
            return `Job queue`.writes
        }
        try await bench.run([bench.worker(handler)]) { try await bench.states() == ["done"] }
        #expect(try await bench.outcomes() == ["done"])
        #expect(handler.seenAttempts == [1, 2])
    }

    @Test func `a failing completion leaves nothing of itself`() async throws {
        let bench = try await Bench()
        try await bench.enqueue(attemptsMax: 2)
        let handler = ScriptedHandler { _ in
            JobCompletion { transaction in
                try await transaction.run("insert into public.outcome (what) values ('half')")
                try await transaction.run("select 1 / 0")
            }
        }
        try await bench.run([bench.worker(handler)]) { try await bench.states() == ["dead"] }
        #expect(try await bench.outcomes() == ["gave up: SQLSTATE 22012"])
    }

    @Test func `a stopped worker gives its job back untried`() async throws {
        let bench = try await Bench()
        try await bench.enqueue()
        let handler = ScriptedHandler { _ in
            try await Task.sleep(for: .seconds(3600))
            return .nothing
        }
        try await bench.run([bench.worker(handler)]) { handler.seenAttempts.count == 1 }
        let row = try #require(try await bench.database.run("select state, attempts from medmitra.jobs").first)
        #expect(try row.text(0) == "queued")
        #expect(try row.int(1) == 0)
    }

    @Test func `a completion acts as the person who asked, the queue as itself`() async throws {
        let bench = try await Bench()
        try await bench.enqueue()
        let handler = ScriptedHandler { _ in
            JobCompletion { transaction in
                try await transaction.apply(
                    TransactionSettings(caller: .user(id: "11111111-1111-4111-8111-111111111111")))
                try await transaction.run(
                    "insert into public.outcome (what) select current_user::text || ' ' || auth.uid()")
            }
        }
        try await bench.run([bench.worker(handler)]) { try await bench.states() == ["done"] }
        #expect(try await bench.outcomes() == ["authenticated 11111111-1111-4111-8111-111111111111"])
    }

    @Test(arguments: zip([1, 2, 3, 10, 60], [2, 4, 8, 300, 300])) func `pauses double up to their limit`(
        attempt: Int, seconds: Int
    ) {
        #expect(JobsConfiguration().pause(afterAttempt: attempt) == .seconds(seconds))
    }
}
