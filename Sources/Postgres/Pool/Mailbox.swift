internal import CLibPQ
internal import Glibc
internal import Synchronization

/// Messages into a thread that sleeps in `epoll_wait` or `read`: a locked array and an eventfd that wakes it.
final class Mailbox<Message: Sendable>: Sendable {
    /// Readable while messages wait. Owned by the mailbox.
    let descriptor: Int32
    private let messages = Mutex<State>(State())

    private struct State {
        var waiting: [Message] = []
        var isClosed = false
    }

    init() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC))
        precondition(descriptor >= 0, "eventfd failed with errno \(errno)")
    }

    deinit { _ = Glibc.close(descriptor) }

    /// False when nobody reads any more; the message is then dropped.
    @discardableResult
    func push(_ message: Message) -> Bool {
        let count = messages.withLock { state in
            guard !state.isClosed else { return 0 }
            state.waiting.append(message)
            return state.waiting.count
        }
        // One wake-up for any number of messages: whoever takes them takes all.
        if count == 1 { _ = eventfd_write(descriptor, 1) }
        return count > 0
    }

    /// Makes the descriptor readable although there is no message.
    func wake() { _ = eventfd_write(descriptor, 1) }

    /// Whether messages wait, or would be refused.
    var isEmpty: Bool { messages.withLock { $0.waiting.isEmpty && !$0.isClosed } }

    /// Takes what is left; later messages are refused.
    func close() -> [Message] {
        messages.withLock { state in
            state.isClosed = true
            let rest = state.waiting
            state.waiting = []
            return rest
        }
    }

    /// Makes the descriptor unreadable until the next message; blocks until there was one, or a wake-up.
    func acknowledge() {
        var count: eventfd_t = 0
        while unsafe eventfd_read(descriptor, &count) != 0 && errno == EINTR {}
    }

    /// All waiting messages, oldest first.
    func take() -> [Message] {
        messages.withLock { state in
            let taken = state.waiting
            state.waiting.removeAll(keepingCapacity: true)
            return taken
        }
    }
}
