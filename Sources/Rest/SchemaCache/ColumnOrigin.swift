/// Which column of a table or view a view's column shows, as its rewrite rule says.
struct ColumnOrigin: Sendable, Hashable {
    /// `pg_class.oid`
    let relation: Int
    /// `pg_attribute.attnum`
    let column: Int
}
