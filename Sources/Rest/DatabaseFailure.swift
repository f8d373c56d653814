internal import Core
internal import HTTPTypes
internal import Postgres

/// A failure of the database as the wire format tells it.
enum DatabaseFailure: Sendable {
    case server(ServerError)
    /// A `RAISE` of SQLSTATE `PGRST` says everything about the answer itself.
    case raised(RaisedAnswer)
    case raiseUnusable(RequestError)
    /// A value that PostgreSQL cannot hold, refused before it was sent. The code is the one PostgreSQL has for it.
    case unstorable(String)
    /// PGRST000: no connection.
    case connection
    /// PGRST001: the connection broke.
    case client
    /// PGRST003
    case poolTimeout

    init(_ error: DatabaseError) {
        switch error {
        case .server(let server) where server.sqlState.rawValue == "PGRST":
            do throws(RequestError) {
                self = .raised(try RaisedAnswer(message: server.message, detail: server.detail))
            } catch {
                self = .raiseUnusable(error)
            }
        case .server(let server): self = .server(server)
        case .unavailable, .shuttingDown: self = .connection
        case .poolExhausted: self = .poolTimeout
        case .invalidParameter(let reason): self = .unstorable(reason)
        case .connectionLost, .cancelled, .unexpectedResult: self = .client
        }
    }

    var code: String {
        switch self {
        case .server(let error): error.sqlState.rawValue
        case .raised(let answer): answer.code
        case .raiseUnusable(let error): error.code
        case .unstorable: "22021"
        case .connection: "PGRST000"
        case .client: "PGRST001"
        case .poolTimeout: "PGRST003"
        }
    }

    var message: String {
        switch self {
        case .server(let error): error.message
        case .raised(let answer): answer.message
        case .raiseUnusable(let error): error.message
        case .unstorable(let reason): reason
        case .connection: "Database connection error."
        case .client: "Database client error. Retrying the connection."
        case .poolTimeout: "Timed out acquiring connection from connection pool."
        }
    }

    /// Nothing about a broken connection: its cause names hosts and is for the log.
    var details: JSON {
        switch self {
        case .server(let error): .optional(error.detail)
        case .raised(let answer): .optional(answer.details)
        case .raiseUnusable(let error): error.details
        case .unstorable, .connection, .client, .poolTimeout: .null
        }
    }

    var hint: String? {
        switch self {
        case .server(let error): error.hint
        case .raised(let answer): answer.hint
        case .raiseUnusable(let error): error.hint
        case .unstorable, .connection, .client, .poolTimeout: nil
        }
    }
}
