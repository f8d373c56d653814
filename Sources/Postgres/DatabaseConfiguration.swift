public import Core

/// How one pool reaches the database and what it may cost.
public struct DatabaseConfiguration: Sendable {
    /// The pool's name in logs and metrics, and its `application_name`.
    public var name: String
    /// A libpq connection URI or keyword/value string.
    public var connection: Secret<String>
    /// Login that replaces the one in ``connection``, so that each service connects as its own role.
    public var user: String?
    public var password: Secret<String>?
    /// Role to assume for the whole connection where no separate login is to be had.
    public var assumeRole: String?
    /// Most connections. Environment: `<SERVICE>_DB_POOL_SIZE`.
    public var connectionsMax: Int = 10
    /// Longest wait for a connection. Environment: `DB_POOL_WAIT_SECONDS`. Throws `.poolExhausted` beyond it.
    public var waitMax: Duration = .seconds(10)
    /// Most requests that may wait for a connection; more are refused at once.
    public var waitersMax: Int = 4096
    /// `statement_timeout` of a connection unless a transaction sets its own.
    public var statementTimeout: Duration = .seconds(8)
    /// False leaves `statement_timeout` to what the server has for the login; ``statementTimeout`` then only bounds how
    /// long an answer is waited for.
    public var setsStatementTimeout = true
    /// Longest a flight may stay unanswered beyond its statement time-out before the connection counts as dead.
    public var answerGrace: Duration = .seconds(10)
    /// Prepared statements kept on each connection, least recently used dropped first; 0 turns them off, which
    /// transaction poolers need.
    public var preparedStatementsMax: Int = 256
    /// Transactions that may share one connection's pipeline when no connection is idle.
    public var pipelineDepthMax: Int = 8
    /// Unused connections are closed after this.
    public var idleMax: Duration = .seconds(60)
    /// Longest wait for a new connection to come up, whole seconds.
    public var connectTimeout: Duration = .seconds(10)

    public init(name: String, connection: Secret<String>) {
        self.name = name
        self.connection = connection
    }
}
