/// Makes the tree of a read from what the request says: finds relationships, places filters, order and limits on
/// their levels, and works out how embeds are shown.
struct ReadPlanner {
    let request: APIRequest
    let cache: SchemaCache
    let configuration: RestConfiguration

    /// The tree for rows of `relation`; `source` says whether they are read or come out of a write or a call.
    func plan(_ relation: QualifiedIdentifier, source: ReadNode.Source) throws(RestError) -> ReadNode {
        var root = ReadNode(relation: relation, source: source, name: relation.name)
        if source == .statement { root.alias = relation.name }
        try checkEmbeds()
        try add(request.query.select, to: &root, depth: 0)
        try place(on: &root)
        expandStars(in: &root, hasAggregateAbove: false)
        nameColumns(in: &root)
        try settle(&root)
        try checkAggregates(in: root)
        root.present()
        _ = root.hoistAggregates(isRoot: true)
        try root.orderToManySpreads()
        if let rowsMax = configuration.rowsMax, !isMutation { root.restrict(to: rowsMax) }
        return root
    }

    private var isMutation: Bool { if case .mutate = request.action { true } else { false } }

    /// Planning joins takes PostgreSQL time that grows with the cube of their number.
    private func checkEmbeds() throws(RestError) {
        guard request.query.select.embedCount > RestLimits.embedsMax else { return }
        throw .request(
            .syntax(message: "Too many embeds", details: "at most \(RestLimits.embedsMax) are allowed in one request"))
    }

    // MARK: Levels

    /// Adds the items of a select list to a level, its embeds with theirs.
    private func add(_ items: [SelectItem], to node: inout ReadNode, depth: Int) throws(RestError) {
        let fields = FieldResolver(cache, relation: node.relation)
        for item in items {
            switch item {
            case .column(let column):
                node.columns.append(
                    PlannedColumn(
                        field: fields.output(column.field), cast: column.cast, aggregate: column.aggregate,
                        alias: column.alias))
            case .embed(let embed): node.children.append(try child(embed, of: node, depth: depth + 1))
            }
        }
    }

    private func child(_ embed: EmbedSelection, of parent: ReadNode, depth: Int) throws(RestError) -> ReadNode {
        guard depth <= configuration.embedDepthMax else {
            throw .request(
                .syntax(
                    message: "Embeds are nested too deep",
                    details: "at most \(configuration.embedDepthMax) levels are allowed below the first"))
        }
        let relationship: Relationship
        do throws(SchemaCacheError) {
            relationship = try cache.relationship(
                RelationshipSearch(
                    schema: request.schema, parent: parent.relation.name, target: embed.target, hint: embed.hint))
        } catch {
            throw .schemaCache(error)
        }
        var node = ReadNode(
            relation: relationship.target, source: .relation(relationship.target), name: embed.target)
        switch relationship.kind {
        case .manyToMany: break
        case .computed(let function, _):
            node.source = .computed(function)
            node.alias = "\(relationship.target.name)_\(depth)"
        case .manyToOne, .oneToMany, .oneToOne: node.alias = "\(relationship.target.name)_\(depth)"
        }
        node.shownAlias = embed.alias
        node.link = ReadNode.Link(relationship: relationship, parentReference: parent.reference)
        node.join = "\(relationship.source.name)_\(embed.alias ?? embed.target)_\(depth)"
        node.isInner = embed.joinType == .inner
        node.isSpread = embed.isSpread
        try add(embed.items, to: &node, depth: depth)
        return node
    }

    // MARK: What belongs to single levels

    /// Places filters, logic, order and ranges. A write's root filters say what is written, not what is shown.
    private func place(on root: inout ReadNode) throws(RestError) {
        if !isMutation {
            let fields = FieldResolver(cache, relation: root.relation)
            root.conditions += request.query.rootFilters.map(fields.condition)
            root.range = request.topRange
        }
        for placed in request.query.embedFilters {
            try at(placed.path, in: &root) { node in
                node.conditions.append(FieldResolver(cache, relation: node.relation).condition(placed.value))
            }
        }
        for placed in request.query.logic where !isMutation || !placed.path.isEmpty {
            try at(placed.path, in: &root) { node in
                node.conditions.append(FieldResolver(cache, relation: node.relation).condition(placed.value))
            }
        }
        for placed in request.query.order {
            try at(placed.path, in: &root) { node in
                node.order = placed.value.map(FieldResolver(cache, relation: node.relation).orderKey)
            }
        }
        for placed in request.query.embedRanges where !isMutation {
            try at(placed.path, in: &root) { node in node.range = placed.value }
        }
    }

    /// Lets `change` at the level that `path` names.
    private func at(
        _ path: some Collection<String>, in node: inout ReadNode, _ change: (inout ReadNode) -> Void
    ) throws(RestError) {
        guard let name = path.first else { return change(&node) }
        let index = node.children.firstIndex { child in
            child.shownName == name || (configuration.acceptsTargetNames && child.name == name)
        }
        guard let index else {
            let aliased = node.children.first { $0.name == name }
            throw .request(.notEmbedded(name, alias: aliased?.shownAlias))
        }
        if node.children[index].shownName != name { node.children[index].isNamedByTarget = true }
        try at(path.dropFirst(), in: &node.children[index], change)
    }

    // MARK: Select lists

    /// Writes `*` out where single columns matter: beside aggregates, in to-many spreads, and where a column needs a
    /// function to be shown.
    private func expandStars(in node: inout ReadNode, hasAggregateAbove: Bool) {
        let mustExpand = hasAggregateAbove || node.hasAggregate || node.isToManySpread
        let fields = FieldResolver(cache, relation: node.relation)
        if mustExpand || fields.hasShownRepresentation {
            let isSpread = node.isSpread
            node.columns = node.columns.flatMap { column -> [PlannedColumn] in
                guard column.field.name == "*", column.field.path.isEmpty else { return [column] }
                var column = column
                if let aggregate = column.aggregate {
                    column.field.isWholeRow = isSpread && aggregate.function == .count
                    return [column]
                }
                return fields.allColumns.map { field in
                    column.field = field
                    return column
                }
            }
        }
        for index in node.children.indices {
            expandStars(in: &node.children[index], hasAggregateAbove: mustExpand)
        }
    }

    /// Gives names to what PostgreSQL would name otherwise than clients expect.
    private func nameColumns(in node: inout ReadNode) {
        for index in node.columns.indices where node.columns[index].alias == nil {
            let column = node.columns[index]
            if let aggregate = column.aggregate {
                // A level above has to know the name.
                if node.isSpread { node.columns[index].alias = aggregate.function.rawValue }
            } else if let last = column.field.path.last {
                node.columns[index].alias = ReadPlanner.name(of: last, in: column.field)
            } else if column.field.transform != nil {
                node.columns[index].alias = column.field.name
            }
        }
        for index in node.children.indices { nameColumns(in: &node.children[index]) }
    }

    /// The last key of a path; for a trailing index the last key before it, else the column.
    private static func name(of last: JSONStep, in field: PlannedField) -> String {
        for step in field.path.reversed() {
            if case .key(let key) = step.operand { return key }
        }
        return field.name
    }

    /// Connects what a level says about its embeds: related orders and null tests.
    private func settle(_ node: inout ReadNode) throws(RestError) {
        for index in node.order.indices {
            guard let name = node.order[index].join else { continue }
            guard let embed = node.children.first(where: { $0.shownName == name }) else {
                throw .request(.notEmbedded(name, alias: nil))
            }
            guard embed.isToOne else {
                throw .request(.relatedOrderNotToOne(origin: node.originName, target: name))
            }
            node.order[index].join = embed.join
        }
        let children = node.children
        node.conditions = node.conditions.map { $0.testingEmbeds(children) }
        for index in node.children.indices { try settle(&node.children[index]) }
    }

    private func checkAggregates(in node: ReadNode) throws(RestError) {
        guard !configuration.allowsAggregates else { return }
        if node.hasAggregate { throw .request(.aggregatesDisabled) }
        for child in node.children { try checkAggregates(in: child) }
    }
}

extension Condition {
    /// `embed=is.null` is a test of the embed where one of that name is selected.
    fileprivate func testingEmbeds(_ embeds: [ReadNode]) -> Condition {
        switch self {
        case .group(let logic, let isNegated, let members):
            return .group(logic, isNegated: isNegated, members.map { $0.testingEmbeds(embeds) })
        case .filter(let field, let isNegated, .isValue(.null)) where field.path.isEmpty:
            guard let embed = embeds.first(where: { $0.shownName == field.name }) else { return self }
            return .embedIsNull(join: embed.join, isNegated: isNegated)
        case .filter, .embedIsNull: return self
        }
    }
}

extension ReadNode {
    /// What messages call this level's rows.
    fileprivate var originName: String { source == .statement ? "pgrst_source" : relation.name }
}
