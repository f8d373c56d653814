internal import CLibPQ
internal import Glibc
internal import Synchronization

/// Messages into a thread that sleeps in `epoll_wait` or `read`: a locked array and an eventfd that wakes it.
final class Mailbox<Message: Sendable>: Sendable {
    /// Readable while messages wait. Owned by the mailbox.
    let descriptor: Int32
    private let messages = Mutex<[Message]>([])

    init() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC))
        precondition(descriptor >= 0, "eventfd failed with errno \(errno)")
    }

    deinit { close(descriptor) }

    func push(_ message: Message) {
        let wasEmpty = messages.withLock { waiting in
            waiting.append(message)
            return waiting.count == 1
        }
        // One wake-up for any number of messages: whoever takes them takes all.
        if wasEmpty { _ = eventfd_write(descriptor, 1) }
    }

    /// All waiting messages, oldest first; resets the wake-up. Blocks while there are none if `blocking`.
    func take(blocking: Bool = false) -> [Message] {
        if blocking || hasMessages {
            var count: eventfd_t = 0
            while unsafe eventfd_read(descriptor, &count) != 0 && errno == EINTR {}
        }
        return messages.withLock { waiting in
            let taken = waiting
            waiting.removeAll(keepingCapacity: true)
            return taken
        }
    }

    private var hasMessages: Bool { messages.withLock { !$0.isEmpty } }
}
