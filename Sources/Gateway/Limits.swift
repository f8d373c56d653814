public import Core

/// What one request and one connection may cost before any service is asked.
public enum GatewayLimits {
    /// Longest request target in bytes. Queries with long filters are real; more than this is not.
    public static let requestTargetMax = ByteCount.kibibytes(64)
    /// All header fields together. Big enough for a token of 16 KiB and cookies.
    public static let headersMax = ByteCount.kibibytes(80)
    /// One header field.
    public static let headerFieldMax = ByteCount.kibibytes(40)
    public static let headerFieldCountMax = 200
    /// A connection that neither sends nor receives for this long is closed; also the end of slow senders.
    public static let idleTimeout: Duration = .seconds(75)
    /// The longest body of a request that is answered directly; longer ones are read as they come.
    public static let directBodyMax = ByteCount.kibibytes(64)
    /// Sets of header fields that a connection is known by, for a second: a client reads, writes and calls by turns.
    static let directVisitorsMax = 4
    /// How long a stop waits for requests under way and for clients that do not let go of their connection.
    public static let stopMax: Duration = .seconds(25)
    /// What is read and dropped of a body whose request is answered already, so that a client that sends before it
    /// reads comes to its answer. More, or slower than ``drainingMax``, ends the connection.
    public static let drainedMax = ByteCount.mebibytes(256)
    /// How long that may take.
    public static let drainingMax: Duration = .seconds(10)
    /// A client-chosen request id that is longer or holds other characters is replaced.
    public static let requestIDCharactersMax = 64
    /// Waiting connections the kernel may hold.
    public static let listenBacklog = 1024
}
