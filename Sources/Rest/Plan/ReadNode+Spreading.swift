extension ReadNode {
    /// Works out how each embed is shown in its parent, from the leaves up.
    mutating func present() {
        for index in children.indices {
            children[index].present()
            children[index].presentation = children[index].presentationInParent
        }
    }

    private var presentationInParent: Presentation {
        if isSpread { return .spread(spreadColumns, isToMany: !isToOne) }
        if showsNothing { return .hidden }
        return isToOne ? .object : .array
    }

    private var showsNothing: Bool { columns.isEmpty && children.allSatisfy(\.showsNothing) }

    private var spreadColumns: [SpreadColumn] {
        columns.map { SpreadColumn(name: $0.alias ?? $0.field.name) }
            + children.flatMap { child -> [SpreadColumn] in
                switch child.presentation {
                case .spread(let columns, _): return columns
                case .object, .array: return [SpreadColumn(name: child.shownName)]
                case .hidden: return []
                }
            }
    }

    /// An aggregate to be applied further up.
    struct HoistedAggregate {
        var join: String
        let name: String
        let aggregate: AggregateCall
        let alias: String?
    }

    /// Moves aggregates out of to-one spreads to the nearest level that is shown as an object of its own, since
    /// inside the spread there is but one row to aggregate. Returns what the parent has to apply.
    mutating func hoistAggregates(isRoot: Bool) -> [HoistedAggregate] {
        var fromChildren: [HoistedAggregate] = []
        for index in children.indices { fromChildren += children[index].hoistAggregates(isRoot: false) }
        guard !isRoot, isSpread, isToOne else {
            for index in children.indices { children[index].apply(fromChildren) }
            return []
        }
        var hoisted: [HoistedAggregate] = []
        for index in columns.indices {
            guard let aggregate = columns[index].aggregate else { continue }
            columns[index].aggregate = nil
            hoisted.append(
                HoistedAggregate(
                    join: join, name: columns[index].alias ?? columns[index].field.name, aggregate: aggregate,
                    alias: columns[index].alias))
        }
        for var aggregate in fromChildren {
            aggregate.join = join
            hoisted.append(aggregate)
        }
        return hoisted
    }

    private mutating func apply(_ hoisted: [HoistedAggregate]) {
        guard case .spread(var columns, let isToMany) = presentation else { return }
        for index in columns.indices {
            guard let match = hoisted.first(where: { $0.join == join && $0.name == columns[index].name }) else {
                continue
            }
            columns[index].aggregate = match.aggregate
            columns[index].alias = match.alias
        }
        presentation = .spread(columns, isToMany: isToMany)
    }

    /// Arrays of a to-many spread are ordered where they are aggregated, by columns that the rows carry along under
    /// names of their own.
    mutating func orderToManySpreads() throws(RestError) {
        if isToManySpread {
            guard !hasAggregate, !aggregatesSpread else {
                throw .request(
                    .notImplemented("Aggregates are not implemented for one-to-many or many-to-many spreads."))
            }
            for (index, key) in order.enumerated() {
                let name = "\(join)_\(key.field.name)_\(index + 1)"
                spreadOrderColumns.append(
                    OrderColumn(join: key.join, column: PlannedColumn(field: key.field, alias: name)))
                spreadOrder.append(
                    OrderKey(field: PlannedField(name: name), direction: key.direction, nulls: key.nulls))
            }
            order = []
        }
        for index in children.indices { try children[index].orderToManySpreads() }
    }

    /// Caps the rows of every level.
    mutating func restrict(to rowsMax: Int) {
        range.limit = min(range.limit ?? rowsMax, rowsMax)
        for index in children.indices { children[index].restrict(to: rowsMax) }
    }

    /// Embeds named by their relation though they have an alias: (relation, alias).
    var targetNamesUsed: [(target: String, alias: String)] {
        var used: [(target: String, alias: String)] = []
        if isNamedByTarget, let shownAlias { used.append((name, shownAlias)) }
        return used + children.flatMap(\.targetNamesUsed)
    }
}
