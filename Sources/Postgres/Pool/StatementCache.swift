/// Names of the statements prepared on one connection; least recently used first out.
struct StatementCache {
    let capacity: Int
    final class Entry {
        let text: String
        let name: String
        fileprivate var usedAt: UInt64
        /// How long flights took that ended with the statement.
        var pace = Pace()

        fileprivate init(text: String, name: String, usedAt: UInt64) {
            self.text = text
            self.name = name
            self.usedAt = usedAt
        }
    }

    private var entries: [String: Entry] = [:]
    /// Those used last: to compare a text with itself costs nothing, to hash it does.
    private var recent: [Entry] = []
    private static let recentMax = 4
    private var uses: UInt64 = 0
    private var serial = 0

    init(capacity: Int) { self.capacity = capacity }

    struct Slot {
        let entry: Entry
        let isNew: Bool
        /// A statement to deallocate first.
        let evicted: String?
    }

    mutating func slot(for text: String) -> Slot {
        uses += 1
        if let entry = entry(text) {
            entry.usedAt = uses
            remember(entry)
            return Slot(entry: entry, isNew: false, evicted: nil)
        }
        var evicted: String?
        if entries.count >= capacity, let oldest = entries.min(by: { $0.value.usedAt < $1.value.usedAt }) {
            evicted = oldest.value.name
            forget(oldest.key)
        }
        serial += 1
        let name = "s\(serial)"
        let entry = Entry(text: text, name: name, usedAt: uses)
        entries[text] = entry
        remember(entry)
        return Slot(entry: entry, isNew: true, evicted: evicted)
    }

    /// What is known of a statement; nil if it is not prepared.
    func entry(_ text: String) -> Entry? { recent.first { $0.text == text } ?? entries[text] }

    private mutating func remember(_ entry: Entry) {
        guard !recent.contains(where: { $0 === entry }) else { return }
        if recent.count == StatementCache.recentMax { recent.removeFirst() }
        recent.append(entry)
    }

    mutating func forget(_ text: String) {
        entries[text] = nil
        recent.removeAll { $0.text == text }
    }
    var count: Int { entries.count }
}

/// How long something takes, as far as seen.
struct Pace {
    /// Whoever waits behind something that takes this long waits for it.
    static let slow: Duration = .milliseconds(20)
    private static let samplesMin = 8

    private var samples = 0
    private var slowest: Duration = .zero

    /// Whether nothing lately was slow.
    var isQuick: Bool { samples >= Pace.samplesMin && slowest < Pace.slow }

    mutating func note(_ duration: Duration) {
        samples = min(samples + 1, Pace.samplesMin)
        // A slow one counts for as long as it takes others to outweigh it.
        slowest = max(duration, slowest * 7 / 8)
    }
}
