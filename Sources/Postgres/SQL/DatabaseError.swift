/// Why the database did not do what was asked.
///
/// The description is bland on purpose: server messages quote data. Facts for code are in the payload; what an
/// operator needs is in ``logText``.
public enum DatabaseError: Error, Sendable, CustomStringConvertible {
    /// The server refused; the transaction is rolled back.
    case server(ServerError)
    /// The connection broke while the work was under way. Whether a commit happened is not known.
    case connectionLost(cause: String)
    /// No connection can be made. Nothing was sent.
    case unavailable(cause: String)
    /// All connections stayed busy for the whole waiting time. Nothing was sent.
    case poolExhausted(waited: Duration)
    /// The task was cancelled (the client left); the query was cancelled and rolled back.
    case cancelled
    /// The pool is shutting down. Nothing was sent.
    case shuttingDown
    /// A parameter PostgreSQL cannot hold, such as text with a NUL character. Nothing was sent.
    case invalidParameter(reason: String)
    /// A result whose shape the caller's code did not expect: a mistake of ours, or of a changed schema.
    case unexpectedResult(String)

    public var serverError: ServerError? { if case .server(let error) = self { error } else { nil } }
    public var sqlState: SQLState? { serverError?.sqlState }

    /// True when nothing was committed and the same request may succeed later.
    public var isTransient: Bool {
        switch self {
        case .connectionLost, .unavailable, .poolExhausted, .shuttingDown: true
        case .server(let error):
            ["08", "53", "57"].contains(error.sqlState.conditionClass)
                || error.sqlState == .serializationFailure || error.sqlState == .deadlockDetected
        case .cancelled, .invalidParameter, .unexpectedResult: false
        }
    }

    public var description: String {
        switch self {
        case .server(let error): "database error \(error.sqlState)"
        case .connectionLost: "database connection lost"
        case .unavailable: "database unavailable"
        case .poolExhausted: "no database connection became free in time"
        case .cancelled: "database request cancelled"
        case .shuttingDown: "database pool is shutting down"
        case .invalidParameter(let reason): "invalid database parameter: \(reason)"
        case .unexpectedResult: "unexpected database result"
        }
    }

    /// What the log may say: codes and names of schema objects, never values.
    public var logText: String {
        switch self {
        case .server(let error): error.logText
        case .connectionLost(let cause), .unavailable(let cause): "\(description): \(cause)"
        case .poolExhausted(let waited): "\(description) (waited \(waited))"
        case .unexpectedResult(let what): "\(description): \(what)"
        case .cancelled, .shuttingDown, .invalidParameter: description
        }
    }
}

/// The fields of an ErrorResponse (PostgreSQL protocol, 55.8).
public struct ServerError: Sendable, Hashable {
    public var sqlState: SQLState
    public var severity: String
    public var message: String
    public var detail: String?
    public var hint: String?
    public var schema: String?
    public var table: String?
    public var column: String?
    public var dataType: String?
    public var constraint: String?
    /// One-based character position in the statement, as text.
    public var position: String?

    /// Codes and names only; `message` and `detail` quote row values. Conditions of the server itself (classes
    /// 08, 53, 57, 58, XX) and of our own SQL (42) carry no row data, so theirs may be shown.
    public var logText: String {
        var parts = ["SQLSTATE \(sqlState)"]
        if ["08", "53", "57", "58", "XX", "42", "28", "3D"].contains(sqlState.conditionClass) { parts.append(message) }
        if let table { parts.append("table \(schema.map { $0 + "." } ?? "")\(table)") }
        if let constraint { parts.append("constraint \(constraint)") }
        return parts.joined(separator: ", ")
    }
}
