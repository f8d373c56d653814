internal import Synchronization

/// Tells those who wait when the schema cache was first loaded, or when that was tried and failed.
final class FirstLoad: Sendable {
    private struct State {
        var wasTried = false
        var waiting: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    func tried() {
        let waiting = state.withLock { state in
            state.wasTried = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.finish() }
    }

    /// Ends at once after the first attempt, and when the task is cancelled.
    func wait() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let wasTried = state.withLock { state in
            if !state.wasTried { state.waiting.append(continuation) }
            return state.wasTried
        }
        guard !wasTried else { return }
        for await _ in stream {}
    }
}
