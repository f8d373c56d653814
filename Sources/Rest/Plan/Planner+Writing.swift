internal import Core

extension Planner {
    func write(_ name: String, _ mutation: Mutation) throws(RestError) -> WritePlan {
        let relation = try relation(name)
        let root = try tree(relation.identifier, source: .statement)
        let fields = FieldResolver(cache, relation: relation.identifier)
        let change = try change(mutation, relation)
        let columns = mutation == .delete ? [] : try writtenColumns(relation, fields)
        try checkPreferences()
        let format = try negotiate(relation.identifier, root: root)
        return WritePlan(
            relation: relation, change: change, columns: columns, body: request.payload?.bound ?? BoundBody([]),
            appliesDefaults: request.preferences.missing == .defaults && mutation != .singleUpsert,
            conditions: mutation == .insert ? [] : rootConditions(fields), returning: returning(root, relation),
            root: root, format: format)
    }

    private func change(_ mutation: Mutation, _ relation: Relation) throws(RestError) -> WritePlan.Change {
        switch mutation {
        case .update: return .update
        case .delete: return .delete
        case .insert:
            let target = request.query.onConflict ?? relation.primaryKey
            guard let resolution = request.preferences.resolution, !target.isEmpty else { return .insert(nil) }
            return .insert(WritePlan.Conflict(resolution: resolution, columns: target))
        case .singleUpsert:
            let query = request.query
            let comparesKeyOnly = query.rootFilters.allSatisfy { filter in
                guard case .quantified(.equal, nil, _) = filter.operation else { return false }
                return !filter.isNegated
            }
            guard query.logic.isEmpty, comparesKeyOnly, !relation.primaryKey.isEmpty,
                query.filterNames == Set(relation.primaryKey)
            else { throw .request(.upsertFiltersNotPrimaryKey) }
            return .singleUpsert
        }
    }

    /// The columns of the body, each of which the relation must have (PGRST204).
    private func writtenColumns(_ relation: Relation, _ fields: FieldResolver) throws(RestError) -> [PlannedField] {
        var columns: [PlannedField] = []
        for name in request.columns {
            do throws(SchemaCacheError) {
                columns.append(fields.read(try cache.column(name, of: relation)))
            } catch {
                throw .schemaCache(error)
            }
        }
        return columns
    }

    private func rootConditions(_ fields: FieldResolver) -> [Condition] {
        request.query.rootFilters.map(fields.condition)
            + request.query.logic.filter(\.path.isEmpty).map { fields.condition($0.value) }
    }

    private func returning(_ root: ReadNode, _ relation: Relation) -> [String] {
        switch request.preferences.representation {
        case nil, .minimal: []
        case .full, .headersOnly: root.neededColumns(primaryKey: relation.primaryKey)
        }
    }
}

extension ReadNode {
    /// The columns that a write or a call must give so that this tree can be shown: those selected, those that embeds
    /// are joined by, and the primary key, of which `Location` is made. Sorted; `*` stands for all.
    func neededColumns(primaryKey: [String]) -> [String] {
        if columns.contains(where: { $0.field.name == "*" }) { return ["*"] }
        var names = Set(columns.map(\.field.name) + primaryKey)
        for child in children {
            switch child.link?.relationship.kind {
            case .manyToOne(let link), .oneToMany(let link), .oneToOne(let link, _):
                names.formUnion(link.columns.map(\.near))
            case .manyToMany(let junction): names.formUnion(junction.sourceColumns.map(\.near))
            // What a function looks at cannot be known.
            case .computed: return ["*"]
            case nil: break
            }
        }
        return names.sorted()
    }

    /// Names of the columns that this level, not its embeds, is filtered and ordered by.
    var comparedColumns: [String] {
        conditions.flatMap(\.fieldNames) + order.filter { $0.join == nil }.map(\.field.name)
    }
}

extension Payload {
    var bytes: [UInt8] {
        switch self {
        case .json(let bytes, _), .uncheckedJSON(let bytes), .raw(let bytes): bytes
        case .arguments(let fields):
            JSON.object(JSONObject(fields.map { ($0.name, JSON.string($0.value)) })).bytes
        }
    }

    /// The body for the statement, as it came: PostgreSQL refuses text that is not UTF-8.
    var bound: BoundBody { BoundBody(bytes) }
}
