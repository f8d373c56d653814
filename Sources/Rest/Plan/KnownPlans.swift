internal import Synchronization

typealias PlannedReads = KnownPlans<ReadShape, PlannedRead>
typealias PlannedChanges = KnownPlans<ChangeShape.Key, PlannedChange>

/// What was planned under one configuration, by shape. Bounded; the plans of an older schema cache are forgotten with the
/// first request under a newer one.
final class KnownPlans<Shape: Hashable & Sendable, Planned: Sendable>: Sendable {
    enum Lookup {
        case unknown
        /// It was tried, and values are not all that differs between requests of this shape.
        case unsuitable
        case planned(Planned)
    }

    private struct State {
        /// ``SchemaCache/generation`` of all entries.
        var generation: UInt64 = 0
        var entries: [Shape: Planned?] = [:]
    }

    private let state = Mutex(State())

    func find(_ shape: Shape, generation: UInt64) -> Lookup {
        state.withLock { state in
            guard state.generation == generation, let known = state.entries[shape] else { return .unknown }
            return known.map { .planned($0) } ?? .unsuitable
        }
    }

    /// - Parameter planned: nil where the shape turned out to be unsuitable.
    func keep(_ planned: Planned?, for shape: Shape, generation: UInt64) {
        state.withLock { state in
            guard generation >= state.generation else { return }
            // Whoever sends ever new shapes makes all begin anew; what is in use is soon back.
            if generation > state.generation || state.entries.count >= RestLimits.plansMax {
                state.entries = [:]
                state.generation = generation
            }
            state.entries.updateValue(planned, forKey: shape)
        }
    }
}
