public import Core

/// One unit of background work as a worker holds it.
public struct Job: Sendable {
    public let id: Int64
    public let kind: String
    public let payload: JSON
    /// The person who asked; the work runs as this user.
    public let subject: String?
    /// 1 for the first try.
    public let attempt: Int
    public let attemptsMax: Int
    /// This hold on the job; a worker that lost it can no longer finish the job.
    let lease: String

    var isLastAttempt: Bool { attempt >= attemptsMax }
}

/// How a queue treats its jobs.
public struct JobsConfiguration: Sendable {
    /// Jobs worked on at a time. Environment: `JOBS_CONCURRENCY`.
    public var concurrency = 2
    /// A worker that has not been heard of for this long is taken for dead. Environment: `JOBS_LEASE_SECONDS`.
    public var lease: Duration = .seconds(30)
    /// Longest wait between two looks at the queue when no notification comes.
    public var pollInterval: Duration = .seconds(5)
    /// Pause before the second try; doubles with each further one, up to ``retryPauseMax``.
    public var retryPause: Duration = .seconds(2)
    public var retryPauseMax: Duration = .seconds(300)

    public init() {}

    /// The pause after a failed attempt.
    func pause(afterAttempt attempt: Int) -> Duration {
        min(retryPauseMax, retryPause * (1 << min(max(attempt - 1, 0), 16)))
    }
}
