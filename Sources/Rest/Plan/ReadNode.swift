/// One level of a read: the root, or an embed below it.
struct ReadNode: Sendable {
    /// Where the rows come from.
    enum Source: Sendable, Hashable {
        case relation(QualifiedIdentifier)
        /// The rows that the write or the function call of the same statement gave.
        case statement
        /// The function of a computed relationship.
        case computed(QualifiedIdentifier)
    }

    /// How an embed hangs on its parent.
    struct Link: Sendable, Hashable {
        let relationship: Relationship
        /// How the parent's row is called in SQL.
        let parentReference: QualifiedIdentifier
    }

    /// How an embed is shown in its parent's rows.
    enum Presentation: Sendable, Hashable {
        case object
        case array
        /// `embed()`: it only joins.
        case hidden
        /// The columns stand in the parent's row. Those of a to-many spread are arrays in this order.
        case spread([SpreadColumn], isToMany: Bool)
    }

    /// A column of a spread embed as its parent selects it.
    struct SpreadColumn: Sendable, Hashable {
        let name: String
        var aggregate: AggregateCall?
        var alias: String?
    }

    /// Selected by a to-many spread for nothing but its order.
    struct OrderColumn: Sendable, Hashable {
        /// The join that the field is in; nil for the node's own rows.
        let join: String?
        let column: PlannedColumn
    }

    /// The relation whose columns the fields are; of a function's result, its type.
    var relation: QualifiedIdentifier
    var source: Source
    var alias: String?
    var columns: [PlannedColumn] = []
    var conditions: [Condition] = []
    var order: [OrderKey] = []
    var range = RowRange.all

    /// The name in the select list.
    var name: String
    /// The alias in the select list.
    var shownAlias: String?
    var link: Link?
    var isInner = false
    /// The alias of this embed's join in the parent's FROM.
    var join = ""
    var presentation = Presentation.object
    var isSpread = false
    var spreadOrderColumns: [OrderColumn] = []
    var spreadOrder: [OrderKey] = []
    var children: [ReadNode] = []
    /// Something in the request named this aliased embed by its relation, which is deprecated.
    var isNamedByTarget = false

    init(relation: QualifiedIdentifier, source: Source, name: String) {
        self.relation = relation
        self.source = source
        self.name = name
    }

    /// How rows of this level are called in SQL.
    var reference: QualifiedIdentifier {
        if let alias { return QualifiedIdentifier("", alias) }
        switch source {
        case .relation(let identifier), .computed(let identifier): return identifier
        case .statement: return QualifiedIdentifier("", relation.name)
        }
    }

    /// The key under which an embed is shown, and by which the request names it.
    var shownName: String { shownAlias ?? name }

    var isToOne: Bool { link?.relationship.isToOne ?? false }
    var isToManySpread: Bool { isSpread && !isToOne }
    var hasAggregate: Bool { columns.contains { $0.aggregate != nil } }

    /// Whether columns of a spread embed are aggregated at this level.
    var aggregatesSpread: Bool {
        children.contains { child in
            guard case .spread(let columns, _) = child.presentation else { return false }
            return columns.contains { $0.aggregate != nil }
        }
    }

    /// `select=*` and nothing else: what media type handlers for one relation ask for.
    var hasDefaultSelect: Bool {
        children.isEmpty && columns.count == 1 && columns[0].field.name == "*" && columns[0].aggregate == nil
    }
}
