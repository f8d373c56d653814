/// Settings that were looked over once and can begin any number of transactions.
public struct Departure: Sendable {
    let preface: SQL?
    let statementTimeout: Duration?
}

/// Statements under way for somebody who waits without a task.
public struct StartedFlight: Sendable {
    private let database: Database
    private let cancellation: Flight.Cancellation

    init(_ database: Database, _ cancellation: Flight.Cancellation) {
        self.database = database
        self.cancellation = cancellation
    }

    /// Gives up: the query is cancelled, and what waits hears `.cancelled`, unless it was done before.
    public func cancel() { database.cancel(cancellation) }
}

extension Database {
    /// Looks over what transactions are to begin with. Throws `.invalidParameter`.
    public func departure(_ settings: TransactionSettings) throws(DatabaseError) -> Departure {
        let preface = settings.statement
        if let preface { try Database.check(preface) }
        try check(settings)
        return Departure(preface: preface, statementTimeout: settings.statementTimeout)
    }

    /// ``run(_:_:)`` for those who wait without a task.
    ///
    /// - Parameter completion: called once, on whatever thread, which it must not hold up.
    ///
    /// Throws `.invalidParameter`, and then calls nothing.
    public func start(
        _ departure: Departure, _ statements: [SQL],
        completion: @escaping @Sendable (Result<[ResultSet], DatabaseError>) -> Void
    ) throws(DatabaseError) -> StartedFlight {
        for statement in statements { try Database.check(statement) }
        let cancellation = Flight.Cancellation()
        let answerMax =
            (departure.statementTimeout ?? configuration.statementTimeout) + configuration.answerGrace
        submit(
            Flight(
                kind: .shared, statements: (departure.preface.map { [$0] } ?? []) + statements,
                hiddenResults: departure.preface == nil ? 0 : 1, answerMax: answerMax,
                cancellation: cancellation, completion: completion))
        return StartedFlight(self, cancellation)
    }

    func cancel(_ cancellation: Flight.Cancellation) {
        cancellation.cancel()
        push(.cancel(cancellation.flightID))
    }
}
