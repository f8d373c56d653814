internal import Core
internal import Logging

/// Writes observations to the log. Levels: error means someone must act.
struct LogObserver: Observer {
    let logger: Logger
    let access: AccessLog

    func observe(_ observation: Observation) {
        if case .requestFinished(let summary) = observation {
            if logger.logLevel <= .info { access.write(summary) }
            return
        }
        guard let line = LogLine(observation) else { return }
        logger.log(level: line.level, "\(line.message)", metadata: line.metadata)
    }
}

/// Keys of log lines; bounded, and the same everywhere.
enum LogKey: String {
    case requestID = "request_id"
    case service, cause, pool, kind, address, tls, name, version, directory, count, attempt
    case durationSeconds = "duration_seconds"
    case retryInSeconds = "retry_in_seconds"
    case jobID = "job_id"
    case connections
}

/// An observation as a line of the log; nil for what only metrics want.
struct LogLine {
    let level: Logger.Level
    let message: String
    var metadata: Logger.Metadata = [:]

    private init(_ level: Logger.Level, _ message: String, _ facts: KeyValuePairs<LogKey, String> = [:]) {
        self.level = level
        self.message = message
        for (key, value) in facts { metadata[key.rawValue] = .string(value) }
    }

    init?(_ observation: Observation) {
        switch observation {
        case .requestFailed(let id, let service, let cause):
            self.init(.error, "request failed", [.requestID: id, .service: service, .cause: cause])
        case .listening(let address, let tls):
            self.init(.info, "listening", [.address: address, .tls: String(tls)])
        case .certificateReloaded: self.init(.notice, "certificate reloaded")
        case .certificateReloadFailed(let cause):
            self.init(.error, "the changed certificate cannot be used, the old one stays", [.cause: cause])
        case .clientStalled(let duration):
            self.init(
                .info, "a client took nothing of its answer and was disconnected, see CLIENT_STALL_SECONDS",
                [.durationSeconds: LogLine.seconds(duration)])
        case .notice(let text): self.init(.notice, text)
        case .warning(let text): self.init(.warning, text)
        case .orphansSwept(let count): self.init(.info, "unreferenced objects removed", [.count: String(count)])
        default:
            guard let line = LogLine(database: observation) ?? LogLine(background: observation) else { return nil }
            self = line
        }
    }

    private init?(database observation: Observation) {
        switch observation {
        case .databaseConnected(let pool, let connections):
            self.init(.debug, "database connected", [.pool: pool, .connections: String(connections)])
        case .databaseConnectionLost(let pool, let cause):
            self.init(.warning, "database connection lost", [.pool: pool, .cause: cause])
        case .databaseConnectFailed(let pool, let cause, let retryIn):
            self.init(
                .warning, "database cannot be reached",
                [.pool: pool, .cause: cause, .retryInSeconds: LogLine.seconds(retryIn)])
        case .databasePoolExhausted(let pool, let waited):
            self.init(
                .warning, "no database connection became free, see DB_POOL_SIZE",
                [.pool: pool, .durationSeconds: LogLine.seconds(waited)])
        case .listenInterrupted(let cause): self.init(.warning, "notifications interrupted", [.cause: cause])
        case .migrationApplied(let name, let duration):
            self.init(.info, "migration applied", [.name: name, .durationSeconds: LogLine.seconds(duration)])
        case .clusterCreating(let directory):
            self.init(.notice, "creating the embedded database", [.directory: directory])
        case .clusterStarted(let version): self.init(.info, "embedded database runs", [.version: version])
        case .clusterDied(let cause, let restartIn):
            self.init(
                .error, "the embedded database ended and is started again",
                [.cause: cause, .retryInSeconds: LogLine.seconds(restartIn)])
        case .clusterStopped: self.init(.info, "embedded database stopped")
        default: return nil
        }
    }

    private init?(background observation: Observation) {
        switch observation {
        case .jobStarted(let kind, let id, let attempt):
            self.init(.info, "job started", [.kind: kind, .jobID: String(id), .attempt: String(attempt)])
        case .jobFinished(let kind, let id, let duration):
            self.init(
                .info, "job finished",
                [.kind: kind, .jobID: String(id), .durationSeconds: LogLine.seconds(duration)])
        case .jobRetrying(let kind, let id, let cause, let retryIn):
            self.init(
                .warning, "job failed and is tried again",
                [.kind: kind, .jobID: String(id), .cause: cause, .retryInSeconds: LogLine.seconds(retryIn)])
        case .jobDied(let kind, let id, let cause):
            self.init(.error, "job given up", [.kind: kind, .jobID: String(id), .cause: cause])
        case .jobLeaseLost(let kind, let id):
            self.init(.warning, "job was taken over by another worker", [.kind: kind, .jobID: String(id)])
        case .messageNotSent(let kind, let cause):
            self.init(.error, "a message was not sent", [.kind: kind, .cause: cause])
        case .jobsUnreachable(let cause): self.init(.warning, "job queue cannot be reached", [.cause: cause])
        default: return nil
        }
    }

    private static func seconds(_ duration: Duration) -> String {
        String(Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18)
    }
}
