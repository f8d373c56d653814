/// A dictionary with a bound: setting a value beyond it drops the one that was neither read nor set for longest. Reading
/// and setting take constant time.
struct LeastRecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Node: Sendable {
        var key: Key
        var value: Value
        var older: Int
        var newer: Int
    }

    private let capacity: Int
    private var places: [Key: Int] = [:]
    /// The values, linked in order of use by their places; -1 ends the chain at both sides.
    private var nodes: [Node] = []
    private var oldest = -1
    private var newest = -1

    init(capacity: Int) {
        precondition(capacity > 0, "a cache holds at least one value")
        self.capacity = capacity
    }

    var count: Int { nodes.count }

    subscript(key: Key) -> Value? {
        mutating get {
            guard let place = places[key] else { return nil }
            unlink(place)
            append(place)
            return nodes[place].value
        }
    }

    mutating func set(_ value: Value, for key: Key) {
        if let place = places[key] {
            nodes[place].value = value
            unlink(place)
            append(place)
        } else if nodes.count < capacity {
            nodes.append(Node(key: key, value: value, older: -1, newer: -1))
            places[key] = nodes.count - 1
            append(nodes.count - 1)
        } else {
            let place = oldest
            unlink(place)
            places[nodes[place].key] = nil
            places[key] = place
            nodes[place].key = key
            nodes[place].value = value
            append(place)
        }
    }

    private mutating func unlink(_ place: Int) {
        let (older, newer) = (nodes[place].older, nodes[place].newer)
        if older >= 0 { nodes[older].newer = newer } else { oldest = newer }
        if newer >= 0 { nodes[newer].older = older } else { newest = older }
    }

    private mutating func append(_ place: Int) {
        nodes[place].older = newest
        nodes[place].newer = -1
        if newest >= 0 { nodes[newest].newer = place } else { oldest = place }
        newest = place
    }
}
