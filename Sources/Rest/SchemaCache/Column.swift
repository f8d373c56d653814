/// A column of a ``Relation``.
struct Column: Sendable, Equatable {
    let name: String
    /// COMMENT ON COLUMN.
    let description: String?
    let isNullable: Bool
    /// The type's name in SQL without length; of a domain over a built-in type, that type's.
    let type: String
    /// The declared type's name in SQL, with length and, for a domain, the domain's own name. Already quoted where
    /// PostgreSQL quotes it (`format_type`).
    let nominalType: String
    /// Characters a `char(n)` or `varchar(n)` holds.
    let maxLength: Int?
    /// The default as an SQL expression, of the column or else of its domain; a generated column has none.
    let defaultExpression: String?
    /// The labels of an enum type in their order, empty for other types.
    let enumLabels: [String]
}
