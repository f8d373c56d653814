/// Everything worth noticing while the gateway runs. The log and the metrics are two readers of this one list, so
/// they can never disagree. Associated values are bounded and hold no token, body, file name or patient data.
public enum Observation: Sendable {
    // HTTP
    case requestFinished(RequestSummary)
    case requestFailed(requestID: String, service: String, cause: String)
    // Listening
    case listening(address: String, tls: Bool)
    case certificateReloaded
    case certificateReloadFailed(cause: String)
    case clientStalled(for: Duration)
    // Database
    case databaseConnected(pool: String, connections: Int)
    case databaseConnectionLost(pool: String, cause: String)
    case databaseConnectFailed(pool: String, cause: String, retryIn: Duration)
    case databaseFlight(pool: String, duration: Duration, failed: Bool)
    case databasePoolExhausted(pool: String, waited: Duration)
    case listenInterrupted(cause: String)
    // Migrations
    case migrationApplied(name: String, duration: Duration)
    // Embedded PostgreSQL
    case clusterCreating(directory: String)
    case clusterStarted(version: String)
    case clusterDied(cause: String, restartIn: Duration)
    case clusterStopped
    // Jobs
    case jobStarted(kind: String, id: Int64, attempt: Int)
    case jobFinished(kind: String, id: Int64, duration: Duration)
    case jobRetrying(kind: String, id: Int64, cause: String, retryIn: Duration)
    case jobDied(kind: String, id: Int64, cause: String)
    case jobLeaseLost(kind: String, id: Int64)
    case jobsUnreachable(cause: String)
    // Mails and text messages
    case messageNotSent(kind: String, cause: String)
    // Storage
    case orphansSwept(count: Int)
    // Anything an operator must know, in one sentence
    case notice(String)
    case warning(String)
}

/// What the access log says of one answered request.
public struct RequestSummary: Sendable {
    public var requestID: String
    public var service: String
    public var method: String
    /// The route's template (`/object/:bucket/*key`), never the path itself.
    public var route: String
    public var status: Int
    public var duration: Duration
    public var bytesOut: Int

    public init(
        requestID: String, service: String, method: String, route: String, status: Int, duration: Duration,
        bytesOut: Int
    ) {
        self.requestID = requestID
        self.service = service
        self.method = method
        self.route = route
        self.status = status
        self.duration = duration
        self.bytesOut = bytesOut
    }
}

/// A reader of observations. Called on any thread; must not block.
public protocol Observer: Sendable {
    func observe(_ observation: Observation)
}

/// Forgets everything; for tests and tools.
public struct SilentObserver: Observer {
    public init() {}
    public func observe(_ observation: Observation) {}
}
