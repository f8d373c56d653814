internal import Synchronization

/// Remembers that the schema cache is to be loaded again. However many requests come before one is served, they are
/// one.
final class ReloadRequests: Sendable {
    private let isWanted = Mutex(true)
    private let (wakeUps, continuation) = AsyncStream.makeStream(
        of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// Begins with one request: the cache has to be loaded once in any case.
    init() { continuation.yield() }

    func request() {
        isWanted.withLock { $0 = true }
        continuation.yield()
    }

    /// Whether there was a request since the last call.
    func take() -> Bool {
        isWanted.withLock { isWanted in
            defer { isWanted = false }
            return isWanted
        }
    }

    /// Waits until there may be a request; false when the task is cancelled.
    func wait() async -> Bool {
        for await _ in wakeUps { return true }
        return false
    }
}
