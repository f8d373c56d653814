/// One item of a select list.
enum SelectItem: Sendable, Hashable {
    case column(ColumnSelection)
    case embed(EmbedSelection)

    /// `*`
    static let all = SelectItem.column(ColumnSelection(field: Field("*")))
}

/// `alias:column->path::cast.aggregate()::cast`
struct ColumnSelection: Sendable, Hashable {
    /// The name is `*` for all columns and for `count()`.
    let field: Field
    /// A type's name: letters, digits, `_`, `$` and spaces only.
    var cast: String?
    var aggregate: AggregateCall?
    var alias: String?
}

struct AggregateCall: Sendable, Hashable {
    let function: AggregateFunction
    /// A type's name, like ``ColumnSelection/cast``.
    var cast: String?
}

enum AggregateFunction: String, Sendable, CaseIterable {
    case sum, avg, count, max, min
}

/// `alias:target!hint!inner(items)`, or `...target(items)`.
struct EmbedSelection: Sendable, Hashable {
    /// A relation, a foreign key, a column or a computed relationship.
    let target: String
    var alias: String?
    var hint: String?
    var joinType: JoinType?
    /// `...`: the columns go into the parent's object. A spread has no alias.
    var isSpread = false
    /// Empty for `embed()`, which joins but shows nothing.
    var items: [SelectItem] = []
}

enum JoinType: String, Sendable {
    case inner, left
}

extension [SelectItem] {
    /// Embeds among the items and in them.
    var embedCount: Int {
        reduce(0) { count, item in
            if case .embed(let embed) = item { count + 1 + embed.items.embedCount } else { count }
        }
    }
}
