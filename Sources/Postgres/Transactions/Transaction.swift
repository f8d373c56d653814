internal import Core

/// Transaction isolation levels of PostgreSQL.
public enum Isolation: String, Sendable {
    case readCommitted = "read committed"
    case repeatableRead = "repeatable read"
    case serializable
}

/// A transaction with a connection to itself. Valid only inside the closure it was handed to.
public struct Transaction: Sendable {
    let database: Database
    let lease: LeaseID
    let settings: TransactionSettings

    /// Runs one statement.
    @discardableResult
    public func run(_ statement: SQL) async throws(DatabaseError) -> ResultSet {
        let results = try await run([statement])
        guard let result = results.first else { throw .unexpectedResult("no result for a statement") }
        return result
    }

    /// Runs several statements in one round trip.
    @discardableResult
    public func run(_ statements: [SQL]) async throws(DatabaseError) -> [ResultSet] {
        try await database.fly(kind: .leased(lease), settings: bare, statements: statements)
    }

    /// Changes role, claims or other settings for what follows.
    public func apply(_ settings: TransactionSettings) async throws(DatabaseError) {
        try database.check(settings)
        guard let statement = settings.statement else { return }
        try await run(statement)
    }

    func begin(_ isolation: Isolation) async throws(DatabaseError) {
        try database.check(settings)
        // The level cannot be a parameter; it comes from an enum of ours.
        var statements = [SQL(trustedText: "begin isolation level \(isolation.rawValue)")]
        if let preface = settings.statement { statements.append(preface) }
        _ = try await database.fly(
            kind: .leased(lease), settings: bare, statements: statements, isCancellable: false)
    }

    /// Begins, and runs statements in the same round trip. Their results.
    func begin(_ isolation: Isolation, with statements: [SQL]) async throws(DatabaseError) -> [ResultSet] {
        try database.check(settings)
        let opening =
            [SQL(trustedText: "begin isolation level \(isolation.rawValue)")]
            + (settings.statement.map { [$0] } ?? [])
        let results = try await database.fly(
            kind: .leased(lease), settings: bare, statements: opening + statements,
            statementTimeout: settings.statementTimeout)
        return Array(results.dropFirst(opening.count))
    }

    /// Ends the transaction and gives the connection back; one that cannot even roll back is closed.
    @discardableResult
    func end(_ verb: String) async -> DatabaseError? {
        do throws(DatabaseError) {
            let results = try await database.fly(
                kind: .leased(lease), settings: bare, statements: [SQL(trustedText: verb)], isCancellable: false)
            database.release(lease, discard: false)
            // A commit of a failed transaction succeeds as a ROLLBACK; the command tag tells.
            if verb == "commit", results.first?.commandTag == "ROLLBACK" {
                return .unexpectedResult("the transaction had failed and was rolled back")
            }
            return nil
        } catch {
            database.release(lease, discard: true)
            return error
        }
    }

    /// Only the time-out goes along: it decides how long an answer is waited for.
    private var bare: TransactionSettings { TransactionSettings() }
}
