internal import Core

/// A connection as the reactor keeps it: what is prepared on it, what was sent, what is still to be answered.
/// Touched by the reactor's thread alone.
final class PooledConnection {
    /// One command of a flight, in the order sent; libpq answers in that order.
    private enum Command {
        case prepare(text: String, name: String)
        case deallocate(name: String)
        case execute(text: String)
    }

    /// A flight on its way, and what has come back.
    private final class Passage {
        let flight: Flight
        var commands: [Command] = []
        var next = 0
        var results: [ResultSet] = []
        var failure: ServerError?
        var retryOnFreshStatement = false
        /// Names of statements whose prepare failed or was skipped.
        var unprepared: Set<String> = []
        let sentAt: ContinuousClock.Instant
        /// Its last statement.
        var last: StatementCache.Entry?

        init(_ flight: Flight, sentAt: ContinuousClock.Instant) {
            self.flight = flight
            self.sentAt = sentAt
        }
    }

    /// What became of the flights that were answered.
    struct Landing {
        let flight: Flight
        let answer: Flight.Answer
        /// The statement cache was stale, or a cancel meant for a neighbour hit this flight: nothing was done and
        /// sending it once more is right.
        let mayRetry: Bool
    }

    let id: Int
    let descriptor: Int32
    let cancelToken: CancelToken?
    private let handle: ConnectionHandle
    private var passages: [Passage] = []
    private var statements: StatementCache
    /// Names of statements still prepared on the server that the cache no longer knows.
    private var evicted: [String] = []
    private var sawResult = false
    /// What of the last flight was not sent yet, and whether its Sync was not either.
    private var unsent: ArraySlice<SQL> = []
    /// Whether a flight has been sent in part: nothing may be sent between its parts.
    private(set) var isFeeding = false
    /// Large statements sent before other connections have their turn.
    private static let portionsMax = 4
    /// Cancels that were sent and have not been seen to strike, oldest first: each may strike another flight than the one
    /// meant, also one that was sent after that one had landed.
    private var loose: [(cancel: UInt64, sentAt: ContinuousClock.Instant)] = []
    /// How long a cancel may be on its way: a connection to the server and a signal.
    private static let cancelTravel: Duration = .seconds(5)
    private var lastLanding: ContinuousClock.Instant?
    var lease: LeaseID?
    var idleSince: ContinuousClock.Instant
    var wantsWritable = false

    init(id: Int, handle: consuming ConnectionHandle, statementsMax: Int, now: ContinuousClock.Instant) {
        self.id = id
        descriptor = handle.descriptor
        cancelToken = handle.cancelToken()
        self.handle = handle
        statements = StatementCache(capacity: statementsMax)
        idleSince = now
    }

    var flightCount: Int { passages.count }
    var oldestSentAt: ContinuousClock.Instant? { passages.first?.sentAt }
    var oldestDeadline: ContinuousClock.Instant? { passages.first.map { $0.sentAt + $0.flight.answerMax } }
    var headFlightID: UInt64? { passages.first?.flight.id }
    func carries(_ flightID: UInt64) -> Bool { passages.contains { $0.flight.id == flightID } }
    /// Whether whoever is put behind what is under way waits for a moment only.
    var isQuick: Bool { passages.allSatisfy { $0.last?.pace.isQuick ?? false } }
    func knowsAsQuick(_ flight: Flight) -> Bool {
        guard let text = flight.statements.last?.text else { return false }
        return statements.entry(text)?.pace.isQuick ?? false
    }
    func noteCancel(for flightID: UInt64) { loose.append((flightID, .now)) }
    var errorText: String { handle.errorText }

    /// Puts a flight on the wire. False when the connection broke.
    func send(_ flight: Flight, now: ContinuousClock.Instant) -> Bool {
        passages.append(Passage(flight, sentAt: now))
        unsent = flight.statements[...]
        isFeeding = true
        guard feed() else {
            passages.removeLast()
            return false
        }
        return true
    }

    /// Buffers what is still to be sent of the last flight, up to and including its next large statement. False when
    /// the connection broke.
    private func feed() -> Bool {
        var commands: [Command] = []
        defer { passages[passages.count - 1].commands += commands }
        while let statement = unsent.popFirst() {
            guard append(statement, to: &commands) else { return false }
            if statement.parameters.contains(where: \.isPortion) { return true }
        }
        // An empty slice would keep the flight's parameters alive.
        unsent = []
        guard handle.sendSync() else { return false }
        isFeeding = false
        return true
    }

    private func append(_ statement: SQL, to commands: inout [Command]) -> Bool {
        guard statements.capacity > 0 else {
            guard handle.sendExecute(text: statement.text, statement.parameters, isBinary: statement.givesBinary) else {
                return false
            }
            commands.append(.execute(text: statement.text))
            return true
        }
        let slot = statements.slot(for: statement.text)
        if let name = slot.evicted { evicted.append(name) }
        // A BEGIN behind another command can no longer choose its isolation level.
        if !statement.text.hasPrefix("begin") {
            for name in evicted {
                guard handle.sendExecute(text: "deallocate \(name)", [], isBinary: false) else { return false }
                commands.append(.deallocate(name: name))
            }
            evicted = []
        }
        if slot.isNew {
            guard handle.sendPrepare(name: slot.entry.name, text: statement.text) else { return false }
            commands.append(.prepare(text: statement.text, name: slot.entry.name))
        }
        passages[passages.count - 1].last = slot.entry
        guard handle.sendExecute(name: slot.entry.name, statement.parameters, isBinary: statement.givesBinary) else {
            return false
        }
        commands.append(.execute(text: statement.text))
        return true
    }

    /// True when everything went out. A connection that broke shows when it is read.
    func flush() -> Bool {
        for _ in 0..<PooledConnection.portionsMax {
            guard handle.flush() else { return false }
            guard isFeeding, feed() else { return true }
        }
        return false
    }

    /// Reads what arrived and returns the flights it answered; nil when the connection broke.
    func receive() -> [Landing]? {
        guard handle.consumeInput() else { return nil }
        var landings: [Landing] = []
        while !passages.isEmpty, !handle.isBusy {
            switch handle.nextOutcome() {
            case .sync: landings.append(land())
            case .end:
                guard sawResult else { return handle.isBroken ? nil : landings }
                sawResult = false
                passages[0].next += 1
            case .rows(let result):
                sawResult = true
                if case .execute = currentCommand { passages[0].results.append(result) }
            case .skipped:
                sawResult = true
                noteSkipped()
            case .failure(let error):
                sawResult = true
                note(error)
            }
        }
        if passages.isEmpty, handle.isBroken { return nil }
        return landings
    }

    /// Everything still out, after the connection broke.
    func abandon() -> [Flight] {
        let flights = passages.map(\.flight)
        passages = []
        return flights
    }

    private var currentCommand: Command? {
        guard let passage = passages.first, passage.next < passage.commands.count else { return nil }
        return passage.commands[passage.next]
    }

    private func land() -> Landing {
        let passage = passages.removeFirst()
        let now = ContinuousClock.now
        passage.last?.pace.note(now - max(passage.sentAt, lastLanding ?? passage.sentAt))
        lastLanding = now
        guard let failure = passage.failure else {
            return Landing(
                flight: passage.flight,
                answer: .success(Array(passage.results.dropFirst(passage.flight.hiddenResults))),
                mayRetry: false)
        }
        loose.removeAll { now - $0.sentAt >= PooledConnection.cancelTravel }
        if failure.sqlState == .queryCanceled, passage.flight.cancellation.isCancelled {
            // Its own cancel, if that was sent; else one meant for somebody else served as well.
            if let own = loose.firstIndex(where: { $0.cancel == passage.flight.id }) { loose.remove(at: own) }
            return Landing(flight: passage.flight, answer: .failure(.cancelled), mayRetry: false)
        }
        let struckForAnother = failure.sqlState == .queryCanceled && !loose.isEmpty
        if struckForAnother { loose.removeFirst() }
        return Landing(
            flight: passage.flight, answer: .failure(.server(failure)),
            mayRetry: passage.retryOnFreshStatement || struckForAnother)
    }

    /// A prepare that was skipped did not happen; a deallocate that was has to be sent again.
    private func noteSkipped() {
        switch currentCommand {
        case .prepare(let text, let name): noteUnprepared(text, name)
        case .deallocate(let name): if !passages[0].unprepared.contains(name) { evicted.append(name) }
        case .execute, nil: break
        }
    }

    private func noteUnprepared(_ text: String, _ name: String) {
        statements.forget(text)
        passages[0].unprepared.insert(name)
    }

    private func note(_ error: ServerError) {
        switch currentCommand {
        case .prepare(let text, let name): noteUnprepared(text, name)
        case .execute(let text):
            // A changed table makes the kept plan unusable, and a transaction pooler may have handed us another
            // backend; both mean: prepare anew.
            let stalePlan = error.sqlState == .featureNotSupported && error.message.contains("cached plan")
            if stalePlan || error.sqlState == .invalidStatementName {
                statements.forget(text)
                passages[0].retryOnFreshStatement = true
            }
        case .deallocate:
            // It was evicted while the flight that was to prepare it failed.
            if error.sqlState == .invalidStatementName { passages[0].retryOnFreshStatement = true }
        case nil: break
        }
        if passages[0].failure == nil { passages[0].failure = error }
    }
}
