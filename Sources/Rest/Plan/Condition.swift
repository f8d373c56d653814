/// What rows have to satisfy.
indirect enum Condition: Sendable, Hashable {
    case filter(PlannedField, isNegated: Bool, FilterOperation)
    case group(LogicOperator, isNegated: Bool, [Condition])
    /// Whether an embed found anything, by the alias of its join.
    case embedIsNull(join: String, isNegated: Bool)

    /// Names of the columns compared.
    var fieldNames: [String] {
        switch self {
        case .filter(let field, _, _): [field.name]
        case .group(_, _, let members): members.flatMap(\.fieldNames)
        case .embedIsNull: []
        }
    }
}

/// A term of ORDER BY.
struct OrderKey: Sendable, Hashable {
    var field: PlannedField
    /// The join of a to-one embed that the field is in, for a related order.
    var join: String?
    var direction: OrderTerm.Direction?
    var nulls: OrderTerm.Nulls?
}
