/// One term of `order`.
struct OrderTerm: Sendable, Hashable {
    /// For a related order, `relation(field)`: the to-one embed whose column orders this level.
    var relation: String?
    let field: Field
    var direction: Direction?
    var nulls: Nulls?

    enum Direction: String, Sendable {
        case ascending = "asc"
        case descending = "desc"
    }

    enum Nulls: String, Sendable {
        case first = "nullsfirst"
        case last = "nullslast"
    }
}
