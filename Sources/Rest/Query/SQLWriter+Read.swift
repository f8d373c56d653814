extension SQLWriter {
    /// The SELECT of one level, with a lateral join for each embed below it.
    mutating func write(_ node: ReadNode) {
        let reference = node.reference
        write("SELECT ")
        writeSelectList(of: node, reference)
        write(from: node)
        for child in node.children { write(joined: child) }
        write(restrictionsOf: node, reference)
        write(groupingOf: node, reference)
        write(order: node.order, of: reference)
        write(node.range)
    }

    private mutating func writeSelectList(of node: ReadNode, _ reference: QualifiedIdentifier) {
        var isFirst = true
        func separate(_ writer: inout SQLWriter) {
            if !isFirst { writer.write(", ") }
            isFirst = false
        }
        if node.columns.isEmpty, node.children.isEmpty {
            separate(&self)
            write(column: "*", of: reference)
        }
        for column in node.columns {
            separate(&self)
            write(column, of: reference)
        }
        for extra in node.spreadOrderColumns {
            separate(&self)
            write(extra.column, of: extra.join.map { QualifiedIdentifier("", $0) } ?? reference)
        }
        for child in node.children {
            switch child.presentation {
            case .hidden: break
            case .object:
                separate(&self)
                write("row_to_json(")
                write(name: child.join)
                write(".*)::jsonb AS ")
                write(name: child.shownName)
            case .array:
                separate(&self)
                write("COALESCE(")
                write(name: child.join)
                write(".")
                write(name: child.join)
                write(", '[]') AS ")
                write(name: child.shownName)
            case .spread(let columns, _):
                for column in columns {
                    separate(&self)
                    writeAggregate(column.aggregate) { writer in
                        writer.write(column: column.name, of: QualifiedIdentifier("", child.join))
                    }
                    write(alias: column.alias)
                }
            }
        }
    }

    /// ` FROM …`, with the junction of a many-to-many embed.
    mutating func write(from node: ReadNode) {
        write(" FROM ")
        switch node.source {
        case .relation(let identifier): write(identifier)
        case .statement: write("pgrst_source")
        case .computed(let function):
            write(function)
            write("(")
            if let link = node.link {
                // The parent may be rows of a write or a call, whose type PostgreSQL does not take for the
                // relation's; where functions are overloaded it has to know.
                write(name: link.parentReference.name)
                write("::")
                write(link.relationship.source)
            }
            write(")")
        }
        write(alias: node.alias)
        if case .manyToMany(let junction) = node.link?.relationship.kind {
            write(", ")
            write(junction.relation)
        }
    }

    private mutating func write(joined child: ReadNode) {
        if child.isInner { write(" INNER JOIN LATERAL (") } else { write(" LEFT JOIN LATERAL (") }
        let isAggregated: Bool
        switch child.presentation {
        case .object: isAggregated = false
        // A hidden embed is joined as it would be if it were shown.
        case .hidden: isAggregated = !child.isToOne
        case .array: isAggregated = true
        case .spread(_, let isToMany): isAggregated = isToMany
        }
        if isAggregated {
            write("SELECT json_agg(")
            write(name: child.join)
            write(")::jsonb AS ")
            write(name: child.join)
            if case .spread(let columns, _) = child.presentation { write(spread: columns, of: child) }
            write(" FROM (")
            write(child)
            write(") AS ")
            write(name: child.join)
        } else {
            write(child)
        }
        write(") AS ")
        write(name: child.join)
        if isAggregated, child.isInner {
            write(" ON ")
            write(name: child.join)
            write(" IS NOT NULL")
        } else {
            write(" ON TRUE")
        }
    }

    /// Each column of a to-many spread as an array of its own, all in the same order.
    private mutating func write(spread columns: [ReadNode.SpreadColumn], of child: ReadNode) {
        let reference = QualifiedIdentifier("", child.join)
        for column in columns {
            write(", COALESCE(json_agg(")
            write(column: column.name, of: reference)
            write(order: child.spreadOrder, of: reference)
            write("), '[]')::jsonb AS ")
            write(name: column.alias ?? column.name)
        }
    }

    private mutating func write(restrictionsOf node: ReadNode, _ reference: QualifiedIdentifier) {
        guard !node.conditions.isEmpty || node.hasJoinConditions else { return }
        write(" WHERE ")
        var isFirst = true
        for condition in node.conditions {
            if !isFirst { write(" AND ") }
            isFirst = false
            write(condition, of: reference)
        }
        writeJoinConditions(of: node, isFirst: &isFirst)
    }

    /// What ties the rows of an embed to their parent's row.
    mutating func writeJoinConditions(of node: ReadNode, isFirst: inout Bool) {
        guard let link = node.link else { return }
        func equal(
            _ writer: inout SQLWriter, _ left: String, of first: QualifiedIdentifier, _ right: String,
            of second: QualifiedIdentifier
        ) {
            if !isFirst { writer.write(" AND ") }
            isFirst = false
            writer.write(column: left, of: first)
            writer.write(" = ")
            writer.write(column: right, of: second)
        }
        switch link.relationship.kind {
        case .manyToOne(let key), .oneToMany(let key), .oneToOne(let key, _):
            for pair in key.columns { equal(&self, pair.far, of: node.reference, pair.near, of: link.parentReference) }
        case .manyToMany(let junction):
            for pair in junction.targetColumns {
                equal(&self, pair.far, of: junction.relation, pair.near, of: node.reference)
            }
            for pair in junction.sourceColumns {
                equal(&self, pair.far, of: junction.relation, pair.near, of: link.parentReference)
            }
        case .computed: break
        }
    }

    /// ` GROUP BY …`: everything that is not aggregated, once something is.
    private mutating func write(groupingOf node: ReadNode, _ reference: QualifiedIdentifier) {
        guard node.hasAggregate || node.aggregatesSpread else { return }
        var isFirst = true
        func separate(_ writer: inout SQLWriter) {
            if isFirst { writer.write(" GROUP BY ") } else { writer.write(", ") }
            isFirst = false
        }
        for column in node.columns where column.aggregate == nil {
            separate(&self)
            if let alias = column.alias { write(name: alias) } else { write(column.field, of: reference) }
        }
        for child in node.children {
            guard case .spread(let columns, _) = child.presentation else {
                separate(&self)
                write(name: child.shownName)
                continue
            }
            for column in columns where column.aggregate == nil {
                separate(&self)
                write(column: column.alias ?? column.name, of: QualifiedIdentifier("", child.join))
            }
        }
    }
}

extension ReadNode {
    var hasJoinConditions: Bool {
        switch link?.relationship.kind {
        case .manyToOne, .oneToMany, .oneToOne, .manyToMany: true
        case .computed, nil: false
        }
    }
}
