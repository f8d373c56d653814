internal import Synchronization

/// The time that requests may take, with one timer for all of them: a timer of its own for each, which lives on until it
/// would have fired, would keep tens of thousands on a busy server.
final class SharedDeadline: Sendable {
    private struct State {
        var last: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        /// When each wait ends, oldest first; all last equally long, so that is also their order.
        var ends: [(wait: UInt64, at: ContinuousClock.Instant)] = []
        var isWatched = false
    }

    private let length: Duration
    private let state = Mutex(State())

    init(_ length: Duration) { self.length = length }

    /// Waits until the time is over and says true, or until the task is cancelled and says false.
    func passes() async -> Bool {
        let wait = state.withLock { state in
            state.last += 1
            return state.last
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                register(wait, continuation)
                // The handler below may have run before there was anything to end.
                if Task.isCancelled { end(wait, isOver: false) }
            }
        } onCancel: {
            end(wait, isOver: false)
        }
    }

    private func register(_ wait: UInt64, _ continuation: CheckedContinuation<Bool, Never>) {
        let startsWatch = state.withLock { state in
            state.waiting[wait] = continuation
            state.ends.append((wait, .now + length))
            defer { state.isWatched = true }
            return !state.isWatched
        }
        // Belongs to no request, because it serves all; it ends by itself, at the latest `length` after the last one.
        if startsWatch { Task { await watch() } }
    }

    private func end(_ wait: UInt64, isOver: Bool) {
        state.withLock { $0.waiting.removeValue(forKey: wait) }?.resume(returning: isOver)
    }

    private func watch() async {
        while let next = nextEnd() {
            // A twentieth later is early enough, and wakes up twenty times where requests are many.
            let pause = max(next - .now, .zero) + length / 20
            // Nobody cancels this task, so the sleep is never cut short.
            try? await Task.sleep(for: pause)
            for wait in takeEnded() { end(wait, isOver: true) }
        }
    }

    private func nextEnd() -> ContinuousClock.Instant? {
        state.withLock { state in
            if state.ends.isEmpty { state.isWatched = false }
            return state.ends.first?.at
        }
    }

    private func takeEnded() -> [UInt64] {
        state.withLock { state in
            let now = ContinuousClock.now
            let ended = state.ends.prefix { $0.at <= now }.map(\.wait)
            state.ends.removeFirst(ended.count)
            return ended
        }
    }
}
