internal import CLibPQ
internal import Core
internal import Glibc
internal import Synchronization

/// A pool's ``Reactor`` and the thread that waits for its connections.
///
/// The thread sleeps in `epoll_wait`, reads what PostgreSQL answers and resumes who waits for it. A flight is sent by
/// whoever submits it, if nobody else is at the connections at that moment: a message to the thread would cost two
/// system calls and two changes of thread.
final class SharedReactor: Sendable {
    let mailbox = Mailbox<Reactor.Message>()
    private let epoll: Int32
    private let reactor: Mutex<Reactor>

    init(configuration: DatabaseConfiguration, observer: any Observer) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(epoll >= 0, "epoll_create1 failed with errno \(errno)")
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue
        unsafe event.data.u64 = 0
        _ = unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, mailbox.descriptor, &event)
        let sideThread = SideThread(name: "pg-\(configuration.name)", reply: mailbox, observer: observer)
        reactor = Mutex(
            Reactor(configuration: configuration, observer: observer, sideThread: sideThread, epoll: epoll))
        SystemThread.start(name: "pg-\(configuration.name)") {
            self.run()
            sideThread.perform(.end)
        }
    }

    deinit { _ = Glibc.close(epoll) }

    /// A pool that has ended answers at once.
    func push(_ message: Reactor.Message) {
        if !mailbox.push(message) { Reactor.refuse(message) }
    }

    /// Has a flight sent, now or by the thread.
    func submit(_ flight: Flight) {
        // Behind messages that wait, so that the pool's end stays an end.
        guard mailbox.isEmpty, let (finished, wakes) = reactor.withLockIfAvailable({ $0.takeNow(flight) }) else {
            return push(.submit(flight))
        }
        if wakes { mailbox.wake() }
        for entry in finished { entry.flight.finish(entry.answer) }
    }

    private func run() {
        var events = unsafe [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let timeout = reactor.withLock { $0.fallAsleep() }
            let count = unsafe epoll_wait(epoll, &events, Int32(events.count), timeout)
            var ready: [(connection: Int, flags: UInt32)] = []
            for index in 0..<max(0, Int(count)) {
                let entry = unsafe (connection: Int(events[index].data.u64), flags: events[index].events)
                if entry.connection != 0 { ready.append(entry) } else { mailbox.acknowledge() }
            }
            let messages = mailbox.take()
            let (finished, end) = reactor.withLock { reactor in
                (reactor.work(on: ready, messages), reactor.end)
            }
            // Outside the lock: what is made of an answer is nobody else's business.
            for entry in finished { entry.flight.finish(entry.answer) }
            if let end {
                for message in mailbox.close() { Reactor.refuse(message) }
                end()
                return
            }
        }
    }
}
