internal import Core

/// A query into a JSON value (RFC 9535). Of the functions `search` alone is known, as upstream has it.
struct JSONPath: Sendable, Hashable {
    /// Whether it begins at the node under test (`@`) rather than at the whole value (`$`).
    var isRelative = false
    var segments: [Segment] = []

    struct Segment: Sendable, Hashable {
        var selectors: [Selector]
        /// `..`: the node itself and everything below it.
        var isDescendant = false
    }

    enum Selector: Sendable, Hashable {
        case name(String)
        case wildcard
        case index(Int)
        case slice(start: Int?, end: Int?, step: Int)
        case filter(Condition)
    }

    indirect enum Condition: Sendable, Hashable {
        case any([Condition])
        case all([Condition])
        case not(Condition)
        case exists(JSONPath)
        case comparison(Operand, Comparison, Operand)
        /// Whether the pattern matches somewhere in the text.
        case search(Operand, pattern: String)
    }

    enum Operand: Sendable, Hashable {
        case literal(JSON)
        case path(JSONPath)
    }

    enum Comparison: String, Sendable, CaseIterable {
        // Longer ones first: they begin like shorter ones.
        case equal = "=="
        case unequal = "!="
        case atMost = "<="
        case atLeast = ">="
        case less = "<"
        case greater = ">"
    }

    /// Whether it can give one node at most; only such paths can be compared.
    var isSingular: Bool {
        segments.allSatisfy { segment in
            guard !segment.isDescendant, segment.selectors.count == 1 else { return false }
            switch segment.selectors[0] {
            case .name, .index: return true
            case .wildcard, .slice, .filter: return false
            }
        }
    }
}
