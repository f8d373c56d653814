public import Postgres

/// Does the jobs of one kind.
public protocol JobHandler: Sendable {
    /// The `kind` column of its jobs.
    var kind: String { get }

    /// Does the work and returns what is still to be written. Long results are saved on the way; what makes the job
    /// finished is written by the completion, in the transaction that marks the job done, so that it happens exactly
    /// once. Throws ``JobFailure`` or any other error; the latter are retried.
    func run(_ job: Job) async throws -> JobCompletion

    /// Called in the transaction that gives a job up for good.
    func gaveUp(_ job: Job, reason: String, in transaction: Transaction) async throws
}

/// The last writes of a job. They may change role and claims in the transaction; the queue sets its own afterwards.
public struct JobCompletion: Sendable {
    let write: @Sendable (Transaction) async throws -> Void

    public init(_ write: @escaping @Sendable (Transaction) async throws -> Void) { self.write = write }

    public static let nothing = JobCompletion { _ in }
}

/// Why a job did not succeed. `reason` is kept with the job and shown to operators: no patient data.
public enum JobFailure: Error, Sendable {
    /// Another try may succeed.
    case retry(reason: String)
    /// No further try is of use.
    case giveUp(reason: String)
}
