/// Looks fields up in the schema cache. Names that it does not know stay as they are: the database judges them.
struct FieldResolver: Sendable {
    let cache: SchemaCache
    let relation: Relation?

    init(_ cache: SchemaCache, relation: QualifiedIdentifier) {
        self.cache = cache
        self.relation = cache.relations[relation]
    }

    /// The field as an item of order.
    func field(_ field: Field) -> PlannedField {
        guard let column = relation?.column(field.name) else { return .unknown(field.name, path: field.path) }
        var planned = PlannedField(column)
        planned.path = field.path
        // Arrows work on json and jsonb as they are, and only then an index on such an expression is used.
        planned.isConvertedToJSON = !field.path.isEmpty && column.nominalType != "json" && column.nominalType != "jsonb"
        return planned
    }

    /// The field as an item of select.
    func output(_ selected: Field) -> PlannedField { shown(field(selected)) }

    /// The field as it is compared in a filter.
    func compared(_ filter: Filter) -> PlannedField {
        var planned = field(filter.field)
        if !planned.type.isEmpty { planned.transform = cache.representation(from: "text", to: planned.type)?.function }
        if case .textSearch(_, let language, _) = filter.operation,
            relation?.column(filter.field.name)?.type != "tsvector"
        {
            planned.textSearch = PlannedField.TextSearch(language: language)
        }
        return planned
    }

    /// The column as it is read from a body.
    func read(_ column: Column) -> PlannedField {
        var planned = PlannedField(column)
        if let representation = cache.representation(from: "json", to: planned.type) {
            planned.transform = representation.function
            planned.type = "json"
        }
        return planned
    }

    func condition(_ tree: LogicTree) -> Condition {
        switch tree {
        case .filter(let filter): condition(filter)
        case .group(let logic, let isNegated, let members): .group(logic, isNegated: isNegated, members.map(condition))
        }
    }

    func condition(_ filter: Filter) -> Condition {
        .filter(compared(filter), isNegated: filter.isNegated, filter.operation)
    }

    func orderKey(_ term: OrderTerm) -> OrderKey {
        OrderKey(
            field: term.relation == nil ? field(term.field) : .unknown(term.field.name, path: term.field.path),
            join: term.relation, direction: term.direction, nulls: term.nulls)
    }

    /// Every column in place of `*`.
    var allColumns: [PlannedField] { (relation?.columns ?? []).map { shown(PlannedField($0)) } }

    /// Whether a column needs a function to be shown, so that `*` will not do.
    var hasShownRepresentation: Bool {
        relation?.columns.contains { cache.representation(from: $0.nominalType, to: "json") != nil } ?? false
    }

    private func shown(_ field: PlannedField) -> PlannedField {
        guard !field.type.isEmpty, let representation = cache.representation(from: field.type, to: "json") else {
            return field
        }
        var field = field
        field.transform = representation.function
        return field
    }
}
