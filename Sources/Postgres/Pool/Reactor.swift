internal import CLibPQ
internal import Core
internal import Glibc

/// The thread that owns a pool's connections: it alone calls libpq on them, sleeps in `epoll_wait`, and resumes
/// waiting tasks. Requests reach it as messages.
final class Reactor {
    enum Message: Sendable {
        case submit(Flight)
        case cancel(UInt64)
        case lease(LeaseRequest)
        case release(LeaseID, discard: Bool)
        case opened(ConnectionParcel)
        case openFailed(DatabaseError)
        case stop(@Sendable () -> Void)
    }

    private let configuration: DatabaseConfiguration
    private let observer: any Observer
    private let mailbox: Mailbox<Message>
    private let sideThread: SideThread
    private let epoll: Int32
    private let clock = ContinuousClock()

    private var connections: [Int: PooledConnection] = [:]
    private var leases: [LeaseID: PooledConnection] = [:]
    private var waiting = WaitingLine()
    private var retried = Set<UInt64>()
    private var dirty = Set<Int>()
    private var opening = 0
    private var nextConnectionID = 1
    private var backoff = Backoff()
    private var lastOpenError: DatabaseError?
    private var stopping: (@Sendable () -> Void)?

    init(
        configuration: DatabaseConfiguration, observer: any Observer, mailbox: Mailbox<Message>,
        sideThread: SideThread
    ) {
        self.configuration = configuration
        self.observer = observer
        self.mailbox = mailbox
        self.sideThread = sideThread
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(epoll >= 0, "epoll_create1 failed with errno \(errno)")
        watch(mailbox.descriptor, tag: 0, operation: EPOLL_CTL_ADD)
    }

    deinit { _ = Glibc.close(epoll) }

    // MARK: The loop

    func run() {
        var events = unsafe [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = unsafe epoll_wait(epoll, &events, Int32(events.count), waitMilliseconds())
            for index in 0..<max(0, Int(count)) {
                let tag = unsafe Int(events[index].data.u64)
                let flags = unsafe events[index].events
                if tag != 0 { socketReady(tag, flags: flags) }
            }
            for message in mailbox.take() { handle(message) }
            checkDeadlines()
            dispatch()
            flushDirty()
            if let stopping, connections.isEmpty, opening == 0 {
                for message in mailbox.close() { Reactor.refuse(message) }
                stopping()
                return
            }
        }
    }

    private func handle(_ message: Message) {
        switch message {
        case .submit(let flight): submit(flight)
        case .cancel(let id): cancel(id)
        case .lease(let request):
            enqueue(.lease(request))
        case .release(let lease, let discard): release(lease, discard: discard)
        case .opened(let parcel): opened(parcel)
        case .openFailed(let error): openFailed(error)
        case .stop(let done): stop(done)
        }
    }

    /// Answers what came after the end.
    static func refuse(_ message: Message) {
        switch message {
        case .submit(let flight): flight.finish(.failure(.shuttingDown))
        case .lease(let request): request.finish(.shuttingDown)
        case .stop(let done): done()
        case .cancel, .release, .opened, .openFailed: break
        }
    }

    private func submit(_ flight: Flight) {
        if flight.cancellation.isCancelled { return flight.finish(.failure(.cancelled)) }
        switch flight.kind {
        case .shared: enqueue(.flight(flight))
        case .leased(let lease):
            guard let connection = leases[lease] else {
                return flight.finish(.failure(.connectionLost(cause: "the transaction's connection is gone")))
            }
            put(flight, on: connection)
        }
    }

    private func enqueue(_ waiter: WaitingLine.Waiter) {
        guard stopping == nil else { return waiter.fail(.shuttingDown) }
        guard waiting.count < configuration.waitersMax else {
            return waiter.fail(.poolExhausted(waited: .zero))
        }
        waiting.append(waiter, at: clock.now)
    }

    // MARK: Giving work to connections

    private func dispatch() {
        while let waiter = waiting.first {
            if waiter.isCancelled {
                waiting.removeFirst().fail(.cancelled)
                continue
            }
            guard let connection = connectionForNext(waiter) else { break }
            switch waiting.removeFirst() {
            case .flight(let flight): put(flight, on: connection)
            case .lease(let request):
                connection.lease = request.id
                leases[request.id] = connection
                request.finish(nil)
            }
        }
        openIfNeeded()
    }

    /// An idle connection, else, for a flight, a busy one whose pipeline is short and moving. A pipeline whose
    /// head has been running for a while is not joined: whoever waits behind a slow query waits for it.
    private func connectionForNext(_ waiter: WaitingLine.Waiter) -> PooledConnection? {
        var best: PooledConnection?
        for connection in connections.values where connection.lease == nil {
            if connection.flightCount == 0 { return connection }
            guard case .flight = waiter, !connection.isFeeding, connection.flightCount < configuration.pipelineDepthMax,
                let oldest = connection.oldestSentAt, clock.now - oldest < .milliseconds(20)
            else { continue }
            if connection.flightCount < best?.flightCount ?? .max { best = connection }
        }
        guard connections.count + opening >= configuration.connectionsMax || best == nil else { return nil }
        return best
    }

    private func put(_ flight: Flight, on connection: PooledConnection) {
        guard connection.send(flight, now: clock.now) else {
            flight.finish(.failure(.connectionLost(cause: connection.errorText)))
            return lose(connection, cause: connection.errorText)
        }
        dirty.insert(connection.id)
    }

    private func flushDirty() {
        for id in dirty {
            guard let connection = connections[id] else { continue }
            let finished = connection.flush()
            if finished == connection.wantsWritable {
                connection.wantsWritable = !finished
                watch(
                    connection.descriptor, tag: id, operation: EPOLL_CTL_MOD, writable: connection.wantsWritable)
            }
        }
        dirty.removeAll(keepingCapacity: true)
    }

    // MARK: Answers

    private func socketReady(_ id: Int, flags: UInt32) {
        guard let connection = connections[id] else { return }
        if flags & EPOLLOUT.rawValue != 0 { dirty.insert(id) }
        guard let landings = connection.receive() else { return lose(connection, cause: connection.errorText) }
        for landing in landings { finish(landing, on: connection) }
        if connection.flightCount == 0 { connection.idleSince = clock.now }
    }

    private func finish(_ landing: PooledConnection.Landing, on connection: PooledConnection) {
        if landing.mayRetry, case .shared = landing.flight.kind, retried.insert(landing.flight.id).inserted {
            return put(landing.flight, on: connection)
        }
        retried.remove(landing.flight.id)
        landing.flight.finish(landing.answer)
    }

    private func lose(_ connection: PooledConnection, cause: String) {
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, connection.descriptor, nil)
        connections[connection.id] = nil
        if let lease = connection.lease { leases[lease] = nil }
        for flight in connection.abandon() {
            retried.remove(flight.id)
            flight.finish(.failure(.connectionLost(cause: cause)))
        }
        observer.observe(.databaseConnectionLost(pool: configuration.name, cause: cause))
    }

    // MARK: Cancelling

    private func cancel(_ id: UInt64) {
        if let waiter = waiting.remove(flight: id) { return waiter.fail(.cancelled) }
        guard let connection = connections.values.first(where: { $0.carries(id) }) else { return }
        // Only the flight at the head is running; one further back is skipped when its turn comes only if the
        // server is told then, so for it the answer is simply dropped.
        guard connection.headFlightID == id, let token = connection.cancelToken else { return }
        connection.noteCancel(for: id)
        sideThread.perform(.cancel(token))
    }

    // MARK: Leases

    private func release(_ lease: LeaseID, discard: Bool) {
        guard let connection = leases.removeValue(forKey: lease) else {
            waiting.remove(lease: lease)
            return
        }
        connection.lease = nil
        connection.idleSince = clock.now
        if discard { close(connection) }
    }

    // MARK: Opening and closing

    private func openIfNeeded() {
        guard stopping == nil, !waiting.isEmpty, backoff.mayTry(at: clock.now) else { return }
        let wanted = min(configuration.connectionsMax - connections.count - opening, waiting.count - opening)
        for _ in 0..<max(0, wanted) {
            opening += 1
            sideThread.perform(.open(configuration))
        }
    }

    private func opened(_ parcel: ConnectionParcel) {
        opening -= 1
        backoff.succeeded()
        lastOpenError = nil
        guard let handle = parcel.take() else { return }
        let connection = PooledConnection(
            id: nextConnectionID, handle: handle, statementsMax: configuration.preparedStatementsMax, now: clock.now)
        nextConnectionID += 1
        connections[connection.id] = connection
        watch(connection.descriptor, tag: connection.id, operation: EPOLL_CTL_ADD)
        observer.observe(.databaseConnected(pool: configuration.name, connections: connections.count))
    }

    private func openFailed(_ error: DatabaseError) {
        opening -= 1
        lastOpenError = error
        let delay = backoff.failed(at: clock.now)
        observer.observe(
            .databaseConnectFailed(pool: configuration.name, cause: error.logText, retryIn: delay))
    }

    private func close(_ connection: PooledConnection) {
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, connection.descriptor, nil)
        connections[connection.id] = nil
    }

    private func stop(_ done: @escaping @Sendable () -> Void) {
        stopping = done
        while !waiting.isEmpty { waiting.removeFirst().fail(.shuttingDown) }
    }

    // MARK: Time

    private func checkDeadlines() {
        let now = clock.now
        while let since = waiting.oldestSince, now - since >= configuration.waitMax {
            let waited = now - since
            if connections.isEmpty, let lastOpenError {
                waiting.removeFirst().fail(lastOpenError)
            } else {
                observer.observe(.databasePoolExhausted(pool: configuration.name, waited: waited))
                waiting.removeFirst().fail(.poolExhausted(waited: waited))
            }
        }
        for connection in connections.values {
            if let deadline = connection.oldestDeadline, now >= deadline {
                lose(
                    connection, cause: "no answer within \(configuration.statementTimeout + configuration.answerGrace)")
            } else if connection.lease == nil, connection.flightCount == 0,
                stopping != nil || now - connection.idleSince >= configuration.idleMax
            {
                close(connection)
            }
        }
    }

    /// Milliseconds to the next thing that time alone brings about; -1 when nothing does.
    private func waitMilliseconds() -> Int32 {
        var next: ContinuousClock.Instant?
        func consider(_ instant: ContinuousClock.Instant?) {
            guard let instant else { return }
            next = next.map { min($0, instant) } ?? instant
        }
        consider(waiting.oldestSince.map { $0 + configuration.waitMax })
        if !waiting.isEmpty {
            consider(backoff.notBefore)
            // A slow pipeline may have become one to join, or not: look again soon.
            if connections.count + opening >= configuration.connectionsMax { consider(clock.now + .milliseconds(100)) }
        }
        for connection in connections.values {
            consider(connection.oldestDeadline)
            if connection.lease == nil, connection.flightCount == 0 {
                consider(connection.idleSince + configuration.idleMax)
            }
        }
        guard let next else { return -1 }
        return Int32(clamping: max(0, (next - clock.now).wholeMilliseconds + 1))
    }

    private func watch(_ descriptor: Int32, tag: Int, operation: Int32, writable: Bool = false) {
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue | (writable ? EPOLLOUT.rawValue : 0)
        unsafe event.data.u64 = UInt64(tag)
        _ = unsafe epoll_ctl(epoll, operation, descriptor, &event)
    }
}

/// Growing pauses between attempts to connect.
struct Backoff {
    private(set) var notBefore: ContinuousClock.Instant?
    private var failures = 0

    func mayTry(at now: ContinuousClock.Instant) -> Bool { notBefore.map { now >= $0 } ?? true }

    mutating func succeeded() { self = Backoff() }

    /// 100 ms doubling to 5 s.
    mutating func failed(at now: ContinuousClock.Instant) -> Duration {
        failures += 1
        let delay = min(Duration.seconds(5), .milliseconds(100) * (1 << min(failures - 1, 6)))
        notBefore = now + delay
        return delay
    }
}
