/// Lets a few through at a time and a few more wait; whoever comes on top of these is turned away.
actor Places {
    private var free: Int
    private let waitingMax: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int, waitingMax: Int) {
        free = count
        self.waitingMax = waitingMax
    }

    /// Whether there was a place; who got one gives it back with ``leave()``. Everybody inside leaves in bounded time,
    /// so the wait is bounded too.
    func enter() async -> Bool {
        if free > 0 {
            free -= 1
            return true
        }
        guard waiting.count < waitingMax else { return false }
        await withCheckedContinuation { waiting.append($0) }
        return true
    }

    /// Whether nobody waits.
    var isQueueEmpty: Bool { waiting.isEmpty }

    func leave() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
