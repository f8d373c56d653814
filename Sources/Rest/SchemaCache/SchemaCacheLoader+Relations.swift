internal import Core
internal import Postgres

/// Rows of ``CatalogStatements`` to values. A shape that is not as expected throws
/// ``DatabaseError/unexpectedResult(_:)``.
extension SchemaCacheLoader {
    func relations(
        _ relations: ResultSet, columns: ResultSet
    ) throws(DatabaseError) -> [QualifiedIdentifier: Relation] {
        var columnsOf: [Int: [Column]] = [:]
        for row in columns.rows { columnsOf[try row.int(0), default: []].append(try column(row)) }
        var found: [QualifiedIdentifier: Relation] = [:]
        found.reserveCapacity(relations.rowCount)
        for row in relations.rows {
            let identifier = try row.identifier(1)
            guard let kind = Relation.Kind(rawValue: try row.text(3)) else {
                throw .unexpectedResult("relation of an unknown kind")
            }
            let events = try row.int(5)
            found[identifier] = Relation(
                identifier: identifier, kind: kind, description: row.optionalText(4),
                isInsertable: events & Event.insert != 0, isUpdatable: events & Event.update != 0,
                isDeletable: events & Event.delete != 0, primaryKey: try row.texts(6),
                columns: columnsOf[try row.int(0)] ?? [])
        }
        return found
    }

    /// Bits of `pg_relation_is_updatable`: 1 shifted by PostgreSQL's `CmdType`.
    private enum Event {
        static let update = 1 << 2
        static let insert = 1 << 3
        static let delete = 1 << 4
    }

    private func column(_ row: Row) throws(DatabaseError) -> Column {
        Column(
            name: try row.text(2), description: row.optionalText(3), isNullable: try row.bool(4), type: try row.text(5),
            nominalType: try row.text(6), maxLength: try row.optionalInt(7), defaultExpression: row.optionalText(8),
            enumLabels: try row.texts(9))
    }

    func primaryKeys(_ rows: ResultSet) throws(DatabaseError) -> [(table: Int, columns: [Int])] {
        var keys: [(Int, [Int])] = []
        for row in rows.rows { keys.append((try row.int(0), try row.array(1).compactMap(\.int))) }
        return keys
    }

    func foreignKeys(_ rows: ResultSet) throws(DatabaseError) -> [ForeignKey] {
        var keys: [ForeignKey] = []
        keys.reserveCapacity(rows.rowCount)
        for row in rows.rows {
            let columns = try row.array(7).compactMap { pair -> (ForeignKey.Column, ForeignKey.Column)? in
                guard let pair = pair.array, pair.count == 4, let near = pair[0].string, let nearNumber = pair[1].int,
                    let far = pair[2].string, let farNumber = pair[3].int
                else { return nil }
                return (
                    ForeignKey.Column(name: near, number: nearNumber), ForeignKey.Column(name: far, number: farNumber)
                )
            }
            keys.append(
                ForeignKey(
                    constraint: try row.text(0), table: try row.identifier(2), tableOID: try row.int(1),
                    referencedTable: try row.identifier(5), referencedTableOID: try row.int(4),
                    columns: columns.map(\.0), referencedColumns: columns.map(\.1), isUnique: try row.bool(8)))
        }
        return keys
    }

    func computedRelationships(_ rows: ResultSet) throws(DatabaseError) -> [Relationship] {
        var found: [Relationship] = []
        for row in rows.rows {
            found.append(
                Relationship(
                    source: try row.identifier(2), target: try row.identifier(4),
                    kind: .computed(function: try row.identifier(0), isToOne: try row.bool(6)), sourceIsView: false,
                    targetIsView: false))
        }
        return found
    }

    func views(_ rows: ResultSet) throws(DatabaseError) -> [ViewLineage.View] {
        var views: [ViewLineage.View] = []
        for (index, row) in rows.rows.enumerated() {
            let origins = rows.withBytes(row: index, column: 3) { RuleColumns(of: $0).origins }
            var names: [Int: String] = [:]
            for (number, name) in try row.optionalJSON(4)?.object?.members ?? [] {
                if let number = Int(number) { names[number] = name.string }
            }
            views.append(
                ViewLineage.View(
                    oid: try row.int(0), identifier: try row.bool(5) ? try row.identifier(1) : nil, columnNames: names,
                    origins: origins ?? [:]))
        }
        return views
    }

    func descriptions(_ rows: ResultSet) throws(DatabaseError) -> [String: String] {
        var descriptions: [String: String] = [:]
        for row in rows.rows { descriptions[try row.text(0)] = row.optionalText(1) }
        return descriptions
    }
}

extension Row {
    /// A schema and the name behind it.
    func identifier(_ column: Int) throws(DatabaseError) -> QualifiedIdentifier {
        QualifiedIdentifier(try text(column), try text(column + 1))
    }

    /// A JSON array; empty for NULL.
    func array(_ column: Int) throws(DatabaseError) -> [JSON] { try optionalJSON(column)?.array ?? [] }

    /// A JSON array of strings; empty for NULL.
    func texts(_ column: Int) throws(DatabaseError) -> [String] { try array(column).compactMap(\.string) }
}
