internal import Synchronization

/// Remembers which statements give large answers, since a statement has to be chosen before its answer is known: a
/// small one comes in one round trip, a large one in pieces. Taking a large one for small runs it twice.
final class AnswerSizes: Sendable {
    private struct State {
        /// By the statement text's hash. Two texts of one hash share an entry, which costs a round trip at worst.
        var isLarge: [Int: Bool] = [:]
        var streams = 0
        /// Bytes of large answers that are held whole.
        var held = 0
    }

    /// Answers above this are withheld by the statement and fetched in pieces, now and the next time.
    static let wholeMax = 4 << 20
    /// Answers of at most this are fetched whole the next time. Between the two all stays as it was.
    static let smallMax = 2 << 20
    /// Shapes of statements remembered; beyond it all are forgotten.
    private static let shapesMax = 4096

    private let state = Mutex(State())
    private let streamsMax: Int

    /// - Parameter connections: of the pool; clients that read slowly may hold half of them.
    init(connections: Int) { streamsMax = connections / 2 }

    /// What a statement is known by here.
    struct Key: Sendable {
        fileprivate let hash: Int
        init(_ text: String) { hash = text.hashValue }
    }

    /// Whether to fetch the answer in pieces. A statement not seen before is taken for a small one.
    func isLarge(_ key: Key) -> Bool { state.withLock { $0.isLarge[key.hash] } ?? false }

    func note(_ key: Key, bytes: Int) {
        guard bytes <= AnswerSizes.smallMax || bytes > AnswerSizes.wholeMax else { return }
        let isLarge = bytes > AnswerSizes.wholeMax
        let hash = key.hash
        state.withLock { state in
            guard state.isLarge[hash] != isLarge else { return }
            if state.isLarge.count >= AnswerSizes.shapesMax { state.isLarge = [:] }
            state.isLarge[hash] = isLarge
        }
    }

    /// The right to hold a connection for as long as a client reads; given back when dropped.
    final class Slot: Sendable {
        private let sizes: AnswerSizes
        fileprivate init(_ sizes: AnswerSizes) { self.sizes = sizes }
        deinit { sizes.state.withLock { $0.streams -= 1 } }
    }

    /// Large answers that are held whole, because too many clients are reading others, have this many bytes together.
    static let heldMax = 256 << 20

    /// The right to hold an answer of some length; given back when dropped.
    final class Share: Sendable {
        private let sizes: AnswerSizes
        private let bytes: Int

        fileprivate init(_ sizes: AnswerSizes, bytes: Int) {
            self.sizes = sizes
            self.bytes = bytes
        }

        deinit { sizes.state.withLock { $0.held -= bytes } }
    }

    /// Nil when what is held would be too much. A single answer may be of any size.
    func takeShare(of bytes: Int) -> Share? {
        let fits = state.withLock { state in
            guard state.held == 0 || state.held + bytes <= AnswerSizes.heldMax else { return false }
            state.held += bytes
            return true
        }
        return fits ? Share(self, bytes: bytes) : nil
    }

    /// Nil when too many clients are reading already.
    func takeSlot() -> Slot? {
        let isFree = state.withLock { state in
            guard state.streams < streamsMax else { return false }
            state.streams += 1
            return true
        }
        return isFree ? Slot(self) : nil
    }
}
