public import Core

/// A pool of connections to PostgreSQL under one login.
///
/// Two shapes of use: ``run(_:_:)``, a transaction that travels as one batch in one round trip, and
/// ``transaction(_:_:)``, one that decides between its statements. All waiting is bounded; a cancelled task
/// cancels its query.
public final class Database: Sendable {
    public let configuration: DatabaseConfiguration
    private let reactor: SharedReactor

    /// Starts the pool's threads; connections open when first needed.
    public init(_ configuration: DatabaseConfiguration, observer: any Observer = SilentObserver()) {
        self.configuration = configuration
        reactor = SharedReactor(configuration: configuration, observer: observer)
    }

    /// Finishes what was sent, refuses what waits, closes all connections and ends the threads.
    public func shutdown() async {
        await withCheckedContinuation { continuation in
            push(.stop { continuation.resume() })
        }
    }

    /// Runs all statements as one transaction in one round trip and returns their results in order. On an error
    /// everything is rolled back.
    @discardableResult
    public func run(
        _ settings: TransactionSettings, _ statements: [SQL]
    ) async throws(DatabaseError) -> [ResultSet] {
        try await fly(kind: .shared, settings: settings, statements: statements)
    }

    /// One statement, one transaction, one round trip.
    @discardableResult
    public func run(
        _ settings: TransactionSettings, _ statement: SQL
    ) async throws(DatabaseError) -> ResultSet {
        let results = try await run(settings, [statement])
        guard let result = results.first else { throw .unexpectedResult("no result for a statement") }
        return result
    }

    /// ``run(_:_:)`` under the connection's own role.
    @discardableResult
    public func run(_ statements: [SQL]) async throws(DatabaseError) -> [ResultSet] {
        try await run(.serviceItself, statements)
    }

    /// ``run(_:_:)`` under the connection's own role.
    @discardableResult
    public func run(_ statement: SQL) async throws(DatabaseError) -> ResultSet {
        try await run(.serviceItself, statement)
    }

    /// Runs `body` in a transaction that has a connection to itself; commits when it returns, rolls back when it
    /// throws or the task is cancelled. Throws what the body threw, or a ``DatabaseError`` of begin or commit.
    public func transaction<Answer: Sendable>(
        _ settings: TransactionSettings = .serviceItself, isolation: Isolation = .readCommitted,
        _ body: (Transaction) async throws -> Answer
    ) async throws -> Answer {
        let transaction = Transaction(database: self, lease: try await acquireLease(), settings: settings)
        do {
            try await transaction.begin(isolation)
        } catch {
            release(transaction.lease, discard: true)
            throw error
        }
        let answer: Answer
        do {
            answer = try await body(transaction)
            guard !Task.isCancelled else { throw DatabaseError.cancelled }
        } catch {
            // The first failure is the one to report; a rollback that fails as well closes the connection.
            await transaction.end("rollback")
            throw error
        }
        if let error = await transaction.end("commit") { throw error }
        return answer
    }

    // MARK: Towards the reactor

    func push(_ message: Reactor.Message) { reactor.push(message) }

    func submit(_ flight: Flight) { reactor.submit(flight) }

    func release(_ lease: LeaseID, discard: Bool) { push(.release(lease, discard: discard)) }

    func acquireLease() async throws(DatabaseError) -> LeaseID {
        let cancellation = Flight.Cancellation()
        let refusal = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                push(.lease(LeaseRequest(cancellation: cancellation, continuation: continuation)))
            }
        } onCancel: {
            cancel(cancellation)
        }
        if let refusal { throw refusal }
        return LeaseID(value: cancellation.flightID)
    }

    func fly(
        kind: Flight.Kind, settings: TransactionSettings, statements: [SQL], isCancellable: Bool = true,
        statementTimeout: Duration? = nil
    ) async throws(DatabaseError) -> [ResultSet] {
        for statement in statements { try Database.check(statement) }
        let preface = settings.statement
        if let preface { try Database.check(preface) }
        try check(settings)
        let cancellation = Flight.Cancellation()
        let answerMax =
            (statementTimeout ?? settings.statementTimeout ?? configuration.statementTimeout)
            + configuration.answerGrace
        let all = (preface.map { [$0] } ?? []) + statements
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                submit(
                    Flight(
                        kind: kind, statements: all, hiddenResults: preface == nil ? 0 : 1, answerMax: answerMax,
                        cancellation: cancellation, completion: { continuation.resume(returning: $0) }))
            }
        } onCancel: {
            guard isCancellable else { return }
            cancel(cancellation)
        }
        return try answer.get()
    }

    /// A caller's role comes from a token. `none` and the pool's own login would undo the step down to it, and the
    /// request would run with the service's rights.
    func check(_ settings: TransactionSettings) throws(DatabaseError) {
        for setting in settings.settings where setting.name == "role" {
            // No role can have that name: PostgreSQL's own words for one that there is not.
            if setting.value == "none" {
                throw .server(
                    ServerError(
                        sqlState: .invalidParameterValue, severity: "ERROR", message: "role \"none\" does not exist"))
            }
            guard setting.value != configuration.user, setting.value != configuration.assumeRole else {
                throw .invalidParameter(reason: "the role of the service itself is no caller's")
            }
        }
    }

    /// libpq takes text values as C strings, so a NUL would cut one short unnoticed.
    static func check(_ statement: SQL) throws(DatabaseError) {
        guard statement.parameters.count <= 65_535 else {
            throw .invalidParameter(reason: "more than 65,535 parameters")
        }
        for case .text(let text) in statement.parameters where ConnectionHandle.containsNUL(text) {
            throw .invalidParameter(reason: "invalid byte sequence for encoding \"UTF8\": 0x00")
        }
    }
}
