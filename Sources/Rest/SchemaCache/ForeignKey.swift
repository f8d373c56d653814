/// A foreign key as the catalog has it.
struct ForeignKey: Sendable {
    struct Column: Sendable, Hashable {
        let name: String
        /// `pg_attribute.attnum`
        let number: Int
    }

    let constraint: String
    let table: QualifiedIdentifier
    /// `pg_class.oid`
    let tableOID: Int
    let referencedTable: QualifiedIdentifier
    let referencedTableOID: Int
    /// In the order of the key.
    let columns: [Column]
    /// As many, in the same order.
    let referencedColumns: [Column]
    /// Whether a primary key or unique constraint has just these columns.
    let isUnique: Bool
}
