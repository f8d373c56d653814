internal import CLibPQ
internal import Core
internal import Glibc

/// A pool's connections and what is to be done on them. ``SharedReactor`` sees to it that one thread at a time is here.
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

    /// A flight that was answered, to be told so.
    struct Finished: Sendable {
        let flight: Flight
        let answer: Flight.Answer
    }

    private let configuration: DatabaseConfiguration
    private let observer: any Observer
    private let sideThread: SideThread
    private let epoll: Int32
    private let clock = ContinuousClock()

    private var connections: [Int: PooledConnection] = [:]
    /// Those of ``connections``, oldest first.
    private var inOrder: [PooledConnection] = []
    private var finished: [Finished] = []
    /// What the pool's thread sleeps until, unless something comes earlier; nil while it is awake or for as long as
    /// nothing comes.
    private var sleepsUntil: ContinuousClock.Instant?
    private var leases: [LeaseID: PooledConnection] = [:]
    private var waiting = WaitingLine()
    /// How often each flight under way was sent once more.
    private var retried: [UInt64: Int] = [:]
    /// Several cancels of clients that left one after another may strike the same flight.
    private static let retriesMax = 5
    private var dirty = Set<Int>()
    private var opening = 0
    private var nextConnectionID = 1
    private var backoff = Backoff()
    private var lastOpenError: DatabaseError?
    private var stopping: (@Sendable () -> Void)?

    /// - Parameter epoll: where descriptors are watched, each with its connection's id as tag. The caller's.
    init(configuration: DatabaseConfiguration, observer: any Observer, sideThread: SideThread, epoll: Int32) {
        self.configuration = configuration
        self.observer = observer
        self.sideThread = sideThread
        self.epoll = epoll
    }

    // MARK: What the pool's thread does

    /// Sockets that became ready, and what others ask for.
    func work(on ready: [(connection: Int, flags: UInt32)], _ messages: [Message]) -> [Finished] {
        sleepsUntil = nil
        for entry in ready { socketReady(entry.connection, flags: entry.flags) }
        for message in messages { handle(message) }
        checkDeadlines()
        return goOn()
    }

    /// What to call once everything has come to its end after a stop; nil before.
    var end: (@Sendable () -> Void)? { connections.isEmpty && opening == 0 ? stopping : nil }

    /// Milliseconds that the thread may sleep; -1 for any number.
    func fallAsleep() -> Int32 {
        let next = nextDeadline
        sleepsUntil = next ?? clock.now + .seconds(1_000_000)
        guard let next else { return -1 }
        return Int32(clamping: max(0, (next - clock.now).wholeMilliseconds + 1))
    }

    // MARK: What other threads do

    /// Sends a flight without waiting for the thread. Also tells whether the thread has to wake up for it.
    func takeNow(_ flight: Flight) -> (finished: [Finished], wakes: Bool) {
        submit(flight)
        let finished = goOn()
        guard let sleepsUntil else { return (finished, false) }
        // Those that wait are looked after in time by the thread alone.
        return (finished, !waiting.isEmpty || clock.now + flight.answerMax < sleepsUntil)
    }

    private func goOn() -> [Finished] {
        dispatch()
        flushDirty()
        defer { finished.removeAll(keepingCapacity: true) }
        return finished
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
    ///
    /// A flight of statements that have always been quick is put behind others of the kind even before all connections
    /// are in use, once there are ``Reactor/busyEnough`` of them: PostgreSQL then does the same work with fewer changes
    /// of process, and nobody waits for long.
    private func connectionForNext(_ waiter: WaitingLine.Waiter) -> PooledConnection? {
        var best: PooledConnection?
        var idle: PooledConnection?
        var busy = 0
        for connection in inOrder where connection.lease == nil {
            if connection.flightCount == 0 {
                if idle == nil { idle = connection }
                continue
            }
            busy += 1
            guard case .flight = waiter, !connection.isFeeding, connection.flightCount < configuration.pipelineDepthMax,
                let oldest = connection.oldestSentAt, clock.now - oldest < Pace.slow
            else { continue }
            if connection.flightCount < best?.flightCount ?? .max { best = connection }
        }
        if let idle {
            guard busy >= Reactor.busyEnough, case .flight(let flight) = waiter, let best,
                best.flightCount < Reactor.quickDepthMax, best.isQuick, best.knowsAsQuick(flight)
            else { return idle }
            return best
        }
        guard connections.count + opening >= configuration.connectionsMax || best == nil else { return nil }
        return best
    }

    /// Connections that keep the machine busy, if PostgreSQL is on it.
    private static let busyEnough = 2 * max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    /// Flights that follow one another while there are idle connections.
    private static let quickDepthMax = 8

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
        if landing.mayRetry, case .shared = landing.flight.kind {
            let tries = retried[landing.flight.id, default: 0]
            if tries < Reactor.retriesMax {
                retried[landing.flight.id] = tries + 1
                return put(landing.flight, on: connection)
            }
        }
        retried[landing.flight.id] = nil
        finished.append(Finished(flight: landing.flight, answer: landing.answer))
    }

    private func lose(_ connection: PooledConnection, cause: String) {
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, connection.descriptor, nil)
        forget(connection)
        if let lease = connection.lease { leases[lease] = nil }
        for flight in connection.abandon() {
            retried[flight.id] = nil
            flight.finish(.failure(.connectionLost(cause: cause)))
        }
        observer.observe(.databaseConnectionLost(pool: configuration.name, cause: cause))
    }

    // MARK: Cancelling

    private func cancel(_ id: UInt64) {
        if let waiter = waiting.remove(flight: id) { return waiter.fail(.cancelled) }
        guard let connection = inOrder.first(where: { $0.carries(id) }) else { return }
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
        inOrder.append(connection)
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
        forget(connection)
    }

    private func forget(_ connection: PooledConnection) {
        connections[connection.id] = nil
        inOrder.removeAll { $0 === connection }
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
        for connection in inOrder {
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

    /// The next thing that time alone brings about.
    private var nextDeadline: ContinuousClock.Instant? {
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
        for connection in inOrder {
            consider(connection.oldestDeadline)
            if connection.lease == nil, connection.flightCount == 0 {
                consider(connection.idleSince + configuration.idleMax)
            }
        }
        return next
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
