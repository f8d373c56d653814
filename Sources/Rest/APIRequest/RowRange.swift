/// Which rows of a level are wanted.
struct RowRange: Sendable, Hashable {
    /// Rows to skip.
    var offset: Int
    /// Rows at most; nil for all.
    var limit: Int?

    /// All rows.
    static let all = RowRange(offset: 0, limit: nil)
}
