/// A column, or a value inside it that a JSON path leads to.
struct Field: Sendable, Hashable {
    /// The column's name as written, or `*`.
    let name: String
    let path: [JSONStep]

    init(_ name: String, path: [JSONStep] = []) {
        self.name = name
        self.path = path
    }
}

/// One step of a JSON path: `->` keeps json, `->>` ends as text.
struct JSONStep: Sendable, Hashable {
    enum Operand: Sendable, Hashable {
        case key(String)
        /// An index as written, digits with a sign (`+0`, `-12`): it may exceed any integer type.
        case index(String)
    }

    let operand: Operand
    /// `->>` instead of `->`.
    let asText: Bool
}
