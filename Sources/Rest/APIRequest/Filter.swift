/// `field=[not.]operation`
struct Filter: Sendable, Hashable {
    let field: Field
    let isNegated: Bool
    let operation: FilterOperation
}

/// What a filter compares with. Values are as the client wrote them, to be bound untyped.
enum FilterOperation: Sendable, Hashable {
    case simple(SimpleOperator, String)
    case quantified(QuantifiableOperator, Quantifier?, String)
    /// `in.(…)`; a single empty string stands for `in.()`.
    case isIn([String])
    case isValue(IsValue)
    case isDistinctFrom(String)
    /// The language is an identifier: letters, digits, `_`, `$` and spaces only.
    case textSearch(TextSearchOperator, language: String?, String)
}

enum SimpleOperator: String, Sendable, CaseIterable {
    case notEqual = "neq"
    case contains = "cs"
    case contained = "cd"
    case overlaps = "ov"
    case strictlyLeft = "sl"
    case strictlyRight = "sr"
    case notExtendsRight = "nxr"
    case notExtendsLeft = "nxl"
    case adjacent = "adj"
}

/// Operators that `(any)` and `(all)` may follow.
enum QuantifiableOperator: String, Sendable, CaseIterable {
    case equal = "eq"
    case greaterThanOrEqual = "gte"
    case greaterThan = "gt"
    case lessThanOrEqual = "lte"
    case lessThan = "lt"
    case like
    case ilike
    case match
    case imatch
}

enum Quantifier: String, Sendable {
    case any, all
}

enum IsValue: String, Sendable, CaseIterable {
    case null
    case notNull = "not_null"
    case isTrue = "true"
    case isFalse = "false"
    case unknown
}

enum TextSearchOperator: String, Sendable, CaseIterable {
    case raw = "fts"
    case plain = "plfts"
    case phrase = "phfts"
    case websearch = "wfts"
}
