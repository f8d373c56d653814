public import Core
public import Postgres
public import ServiceLifecycle

/// Works through the queue `medmitra.jobs`: claims due jobs, holds a lease while it works, retries with growing
/// pauses, gives up after a bounded number of attempts. Any number of workers in any number of processes may run.
public struct JobWorker: Service {
    private let database: Database
    private let listening: DatabaseConfiguration
    private let handlers: [String: any JobHandler]
    private let configuration: JobsConfiguration
    private let observer: any Observer
    private let makeLease: @Sendable () -> String

    /// The channel that inserts into the queue notify.
    static let channel = "medmitra_jobs"
    private static let keptDays = 30

    /// - Parameters:
    ///   - database: a pool of the login that owns the queue's rights.
    ///   - listening: how to connect for notifications; never a transaction pooler.
    ///   - makeLease: where lease ids (UUIDs) come from; random in production.
    public init(
        database: Database, listening: DatabaseConfiguration, handlers: [any JobHandler],
        configuration: JobsConfiguration, observer: any Observer, makeLease: @escaping @Sendable () -> String
    ) {
        self.database = database
        self.listening = listening
        self.handlers = Dictionary(handlers.map { ($0.kind, $0) }, uniquingKeysWith: { _, last in last })
        self.configuration = configuration
        self.observer = observer
        self.makeLease = makeLease
    }

    public func run() async throws {
        let listener = Listener(listening, channels: [JobWorker.channel], observer: observer)
        // One wake-up waiting is as good as many: whoever wakes looks at the table.
        let wakeUps = (0..<configuration.concurrency).map { _ in
            AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        }
        let wakeAll: @Sendable () -> Void = { for wakeUp in wakeUps { wakeUp.continuation.yield() } }
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { for await _ in listener.events { wakeAll() } }
                group.addTask { await tick(wakeAll) }
                for wakeUp in wakeUps { group.addTask { await work(wakeUp.stream) } }
            }
        }
        listener.stop()
    }

    private func tick(_ wakeAll: @Sendable () -> Void) async {
        var ticks = 0
        while !Task.isCancelled {
            wakeAll()
            if ticks % 720 == 0 {
                do throws(DatabaseError) {
                    try await database.run(JobStatements.purge(olderThanDays: JobWorker.keptDays))
                } catch {
                    observer.observe(.jobsUnreachable(cause: error.logText))
                }
            }
            ticks += 1
            // Ends early only by cancellation, which the loop looks at.
            try? await Task.sleep(for: configuration.pollInterval)
        }
    }

    /// One worker: everything that is due, then sleep until woken.
    private func work(_ wakeUps: AsyncStream<Void>) async {
        for await _ in wakeUps {
            do throws(DatabaseError) {
                while !Task.isCancelled, let job = try await claim() { await perform(job) }
            } catch {
                if case .cancelled = error { return }
                observer.observe(.jobsUnreachable(cause: error.logText))
            }
        }
    }

    private func claim() async throws(DatabaseError) -> Job? {
        let lease = makeLease()
        let result = try await database.run(
            JobStatements.claim(
                kinds: handlers.keys.sorted(), lease: lease, leaseMilliseconds: configuration.lease.milliseconds))
        guard let row = result.first else { return nil }
        return Job(
            id: Int64(try row.int(0)), kind: try row.text(1), payload: try row.json(2), subject: row.optionalText(3),
            attempt: try row.int(4), attemptsMax: try row.int(5), lease: lease)
    }

    // MARK: One job

    private func perform(_ job: Job) async {
        guard let handler = handlers[job.kind] else { return }
        let start = ContinuousClock.now
        observer.observe(.jobStarted(kind: job.kind, id: job.id, attempt: job.attempt))
        do {
            // Claimed after all attempts were used up: its last worker fell silent.
            guard job.attempt <= job.attemptsMax else {
                throw JobFailure.giveUp(reason: "the worker of the last attempt did not come back")
            }
            let completion = try await withHeartbeat(job) { try await handler.run(job) }
            try await finish(job, completion)
            observer.observe(.jobFinished(kind: job.kind, id: job.id, duration: .now - start))
        } catch is LeaseLost {
            observer.observe(.jobLeaseLost(kind: job.kind, id: job.id))
        } catch {
            await settle(job, handler: handler, after: error)
        }
    }

    private struct LeaseLost: Error {}

    /// Extends the lease at a third of its length; a lease that cannot be extended cancels the work.
    private func withHeartbeat(
        _ job: Job, _ body: @escaping @Sendable () async throws -> JobCompletion
    ) async throws -> JobCompletion {
        try await withThrowingTaskGroup(of: JobCompletion?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                var heldUntil = ContinuousClock.now + configuration.lease
                while true {
                    try await Task.sleep(for: configuration.lease / 3)
                    do {
                        let extended = try await database.run(
                            JobStatements.extendLease(job, milliseconds: configuration.lease.milliseconds))
                        guard extended.affectedRows == 1 else { throw LeaseLost() }
                        heldUntil = .now + configuration.lease
                    } catch let error as DatabaseError {
                        if case .cancelled = error { throw CancellationError() }
                        if .now >= heldUntil { throw LeaseLost() }
                        observer.observe(.jobsUnreachable(cause: error.logText))
                    }
                }
            }
            defer { group.cancelAll() }
            while let completion = try await group.next() {
                if let completion { return completion }
            }
            throw CancellationError()
        }
    }

    private func finish(_ job: Job, _ completion: JobCompletion) async throws {
        try await database.transaction { transaction in
            try await completion.write(transaction)
            try await transaction.run(JobStatements.ownRole(database.configuration.assumeRole))
            let marked = try await transaction.run(JobStatements.markDone(job))
            // Rolls the completion back: whoever holds the lease now writes its own.
            guard marked.affectedRows == 1 else { throw LeaseLost() }
        }
    }

    /// Retries, gives back or gives up.
    private func settle(_ job: Job, handler: any JobHandler, after error: any Error) async {
        if Task.isCancelled || error is CancellationError { return await giveBack(job) }
        let reason = JobWorker.reason(error)
        var isFinal = job.isLastAttempt
        if case JobFailure.giveUp? = error as? JobFailure { isFinal = true }
        do {
            if isFinal {
                try await database.transaction { transaction in
                    try await handler.gaveUp(job, reason: reason, in: transaction)
                    try await transaction.run(JobStatements.ownRole(database.configuration.assumeRole))
                    let marked = try await transaction.run(JobStatements.markDead(job, reason: reason))
                    guard marked.affectedRows == 1 else { throw LeaseLost() }
                }
                observer.observe(.jobDied(kind: job.kind, id: job.id, cause: reason))
            } else {
                let pause = configuration.pause(afterAttempt: job.attempt)
                try await database.run(
                    JobStatements.retry(job, reason: reason, afterMilliseconds: pause.milliseconds))
                observer.observe(.jobRetrying(kind: job.kind, id: job.id, cause: reason, retryIn: pause))
            }
        } catch is LeaseLost {
            observer.observe(.jobLeaseLost(kind: job.kind, id: job.id))
        } catch {
            // The lease runs out by itself and the job is tried again.
            observer.observe(.jobsUnreachable(cause: JobWorker.reason(error)))
        }
    }

    /// The stop has already cancelled this task, and a cancelled task can send nothing: the note goes out from a
    /// task of its own, which ends with the statement.
    private func giveBack(_ job: Job) async {
        let (database, observer) = (database, observer)
        await Task {
            do throws(DatabaseError) {
                try await database.run(JobStatements.giveBack(job))
            } catch {
                observer.observe(.jobsUnreachable(cause: error.logText))
            }
        }.value
    }

    /// What is kept with the job: our own words, or codes; never a message that could quote a document.
    static func reason(_ error: any Error) -> String {
        switch error {
        case JobFailure.retry(let reason), JobFailure.giveUp(let reason): reason
        case let error as DatabaseError: error.logText
        default: "unexpected \(type(of: error))"
        }
    }
}

extension Duration {
    var milliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
