internal import Core
internal import Synchronization

/// A batch of statements that travels as one: sent together, answered together, committed together.
final class Flight: Sendable {
    enum Kind: Sendable {
        /// One implicit transaction on any connection: settings and statements up to one Sync. PostgreSQL runs
        /// everything between two Syncs as one transaction and rolls all of it back on an error, so neither BEGIN
        /// nor COMMIT has to travel and a failed flight cannot poison the next one in the pipeline.
        case shared
        /// Part of a transaction that has the connection to itself.
        case leased(LeaseID)
    }

    typealias Answer = Result<[ResultSet], DatabaseError>

    let id: UInt64
    let kind: Kind
    /// Settings first, if there are any.
    let statements: [SQL]
    /// How many of the leading results are the pool's own and not shown to the caller.
    let hiddenResults: Int
    /// Longest time from sending to answer.
    let answerMax: Duration
    private let completion: Mutex<(@Sendable (Answer) -> Void)?>

    /// Set when the waiting task is cancelled, possibly before the flight reached the reactor.
    let cancellation: Cancellation

    private static let counter = Atomic<UInt64>(0)

    init(
        kind: Kind, statements: [SQL], hiddenResults: Int, answerMax: Duration,
        cancellation: Cancellation, completion: @escaping @Sendable (Answer) -> Void
    ) {
        id = cancellation.flightID
        self.cancellation = cancellation
        self.kind = kind
        self.statements = statements
        self.hiddenResults = hiddenResults
        self.answerMax = answerMax
        self.completion = Mutex(completion)
    }

    static func nextID() -> UInt64 { counter.wrappingAdd(1, ordering: .relaxed).newValue }

    /// Whether the task behind a flight still wants the answer.
    final class Cancellation: Sendable {
        let flightID = Flight.nextID()
        private let flag = Atomic<Bool>(false)
        var isCancelled: Bool { flag.load(ordering: .acquiring) }
        func cancel() { flag.store(true, ordering: .releasing) }
    }

    /// Answers once; later calls do nothing.
    func finish(_ answer: Answer) {
        let completion = completion.withLock { held in
            let completion = held
            held = nil
            return completion
        }
        completion?(answer)
    }
}

/// Names one exclusive use of a connection.
struct LeaseID: Hashable, Sendable {
    let value: UInt64
}
