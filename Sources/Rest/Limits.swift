internal import Core

/// What one REST request may cost beyond what the gateway and the parsers bound already.
enum RestLimits {
    /// Seconds by which clocks of token issuers may differ from ours, as PostgREST allows.
    static let clockSkew: Duration = .seconds(30)
    /// Verified tokens remembered.
    static let tokensCached = 1000
    /// Queries up to this are planned once for all values; longer ones are rare, and memory is not.
    static let shapeMax = ByteCount.kibibytes(2)
    /// Reads remembered so, and calls and inserts. One holds some ten kilobytes.
    static let plansMax = 500
    /// Shapes of reads, and of calls and inserts, that a connection keeps with its caller's settings, for a second.
    static let directShapesMax = 16
    /// Bytes of `response.headers` set by SQL that are looked at.
    static let responseHeaders = ByteCount.kibibytes(64)
    /// JSON of a `RAISE` with SQLSTATE `PGRST`.
    static let raisedJSON = ByteCount.kibibytes(64)
    /// Longest time a transaction may ask for by `statement_timeout` of a role or function: a connection whose
    /// statement outlives this counts as dead.
    static let statementTimeoutMax: Duration = .seconds(3600)
    /// Seconds named in `Retry-After` when the database cannot be reached.
    static let retryAfterSeconds = 1
    /// Embeds of all levels of one request: a hundred make PostgreSQL plan for a third of a second, a thousand for minutes.
    static let embedsMax = 100
    /// Time for reading the settings in the database, the pre-config function included.
    static let databaseSettingsTimeout: Duration = .seconds(30)
}
