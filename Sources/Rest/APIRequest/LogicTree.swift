/// A boolean expression over filters: the value of `and=(…)` and `or=(…)`.
indirect enum LogicTree: Sendable, Hashable {
    case filter(Filter)
    case group(LogicOperator, isNegated: Bool, [LogicTree])
}

enum LogicOperator: String, Sendable {
    case and, or
}
