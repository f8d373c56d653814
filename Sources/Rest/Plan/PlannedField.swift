/// A field with what the schema cache knows of it: how its SQL is to be written.
struct PlannedField: Sendable, Hashable {
    /// The column's name, or `*`.
    var name: String
    var path: [JSONStep] = []
    /// The path leads into `to_jsonb(column)`, since the column itself is neither json nor jsonb.
    var isConvertedToJSON = false
    /// A text search on a column that is no `tsvector`.
    var textSearch: TextSearch?
    /// The declared type in SQL; empty for a column the cache does not know, which the database will judge.
    var type = ""
    /// The function between the column's domain and what is read or shown.
    var transform: QualifiedIdentifier?
    var defaultExpression: String?
    /// Stands for the whole row: a count of rows of a spread embed.
    var isWholeRow = false

    struct TextSearch: Sendable, Hashable {
        let language: String?
    }

    /// A name of which nothing is known.
    static func unknown(_ name: String, path: [JSONStep] = []) -> PlannedField {
        PlannedField(name: name, path: path, isConvertedToJSON: !path.isEmpty)
    }
}

extension PlannedField {
    init(_ column: Column) {
        name = column.name
        type = column.nominalType
        defaultExpression = column.defaultExpression
    }
}

/// An item of a select list.
struct PlannedColumn: Sendable, Hashable {
    var field: PlannedField
    var cast: String?
    var aggregate: AggregateCall?
    var alias: String?
}
