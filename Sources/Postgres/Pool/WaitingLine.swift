internal import DequeModule
internal import Synchronization

/// First come, first served: flights and lease requests that no connection has taken yet.
struct WaitingLine {
    enum Waiter {
        case flight(Flight)
        case lease(LeaseRequest)

        var isCancelled: Bool {
            switch self {
            case .flight(let flight): flight.cancellation.isCancelled
            case .lease(let request): request.cancellation.isCancelled
            }
        }

        func fail(_ error: DatabaseError) {
            switch self {
            case .flight(let flight): flight.finish(.failure(error))
            case .lease(let request): request.finish(error)
            }
        }
    }

    private var line = Deque<(waiter: Waiter, since: ContinuousClock.Instant)>()

    var isEmpty: Bool { line.isEmpty }
    var count: Int { line.count }
    var first: Waiter? { line.first?.waiter }
    var oldestSince: ContinuousClock.Instant? { line.first?.since }

    mutating func append(_ waiter: Waiter, at now: ContinuousClock.Instant) { line.append((waiter, now)) }

    mutating func removeFirst() -> Waiter { line.removeFirst().waiter }

    mutating func remove(flight id: UInt64) -> Waiter? {
        let index = line.firstIndex { entry in
            switch entry.waiter {
            case .flight(let flight): flight.id == id
            case .lease(let request): request.cancellation.flightID == id
            }
        }
        return index.map { line.remove(at: $0).waiter }
    }

    mutating func remove(lease id: LeaseID) {
        line.removeAll { entry in
            if case .lease(let request) = entry.waiter { request.id == id } else { false }
        }
    }
}

/// Asks for a connection of one's own.
final class LeaseRequest: Sendable {
    let id: LeaseID
    let cancellation: Flight.Cancellation
    private let promise: Mutex<CheckedContinuation<DatabaseError?, Never>?>

    init(cancellation: Flight.Cancellation, continuation: CheckedContinuation<DatabaseError?, Never>) {
        id = LeaseID(value: cancellation.flightID)
        self.cancellation = cancellation
        promise = Mutex(continuation)
    }

    /// Nil grants the lease.
    func finish(_ error: DatabaseError?) {
        let continuation = promise.withLock { promise in
            let continuation = promise
            promise = nil
            return continuation
        }
        continuation?.resume(returning: error)
    }
}
