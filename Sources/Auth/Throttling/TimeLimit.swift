internal import HummingbirdCore
internal import Synchronization

/// How long answering a request may take, and for how long the end of what takes longer is waited for.
struct TimeLimit: Sendable {
    private let deadline: SharedDeadline
    private let grace: SharedDeadline

    init(_ length: Duration, grace: Duration) {
        deadline = SharedDeadline(length)
        self.grace = SharedDeadline(grace)
    }

    /// Runs `body` until it is done or its time is over. Then it is cancelled, which ends its queries and rolls back, and
    /// the answer is 504. A database that does not even answer a cancellation keeps nobody waiting: after the grace the
    /// answer goes without it, and the pool gives the connection up in its own time.
    func run(_ body: @escaping @Sendable () async throws -> Response) async throws -> Response {
        let outcome = FirstOutcome()
        // Two tasks of their own, because a group would wait for both whatever happens. Each ends: the first when the pool
        // does at the latest, the second when the first has, or with the grace.
        let work = Task {
            do { outcome.settle(.success(try await body())) } catch { outcome.settle(.failure(error)) }
        }
        let watch = Task {
            guard await deadline.passes() else { return }
            outcome.isOver = true
            work.cancel()
            guard await grace.passes() else { return }
            outcome.settle(.failure(CancellationError()))
        }
        defer { watch.cancel() }
        return try await withTaskCancellationHandler {
            try await outcome.value()
        } onCancel: {
            work.cancel()
        }
    }
}

/// What came first.
private final class FirstOutcome: Sendable {
    private struct State {
        var isOver = false
        var outcome: Result<Response, any Error>?
        var waiting: CheckedContinuation<Result<Response, any Error>, Never>?
    }

    private let state = Mutex(State())

    /// Whether the time was over; a failure is then its doing.
    var isOver: Bool {
        get { state.withLock { $0.isOver } }
        set { state.withLock { $0.isOver = newValue } }
    }

    /// Later calls do nothing.
    func settle(_ outcome: Result<Response, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<Result<Response, any Error>, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: outcome)
    }

    func value() async throws -> Response {
        let outcome = await withCheckedContinuation { continuation in
            let settled = state.withLock { state in
                if state.outcome == nil { state.waiting = continuation }
                return state.outcome
            }
            if let settled { continuation.resume(returning: settled) }
        }
        do {
            return try outcome.get()
        } catch {
            guard isOver else { throw error }
            throw AuthError.refused(.timedOut)
        }
    }
}
