/// A condition on the number of rows that a write or a call may give. Checked inside the statement, so that breaking
/// it rolls back without another round trip.
enum Guard: Sendable, Hashable {
    /// Exactly one row, since a single object was asked for.
    case singleRow
    /// Exactly one row, since a PUT names one.
    case upsertedRow
    /// At most this many rows.
    case rowsMax(Int)

    /// What the statement tries to read as a number when the condition is broken, before the number of rows.
    static let marker = "medmitra-rows:"

    /// The number of rows, where a message of PostgreSQL's about a bad integer tells of a broken guard.
    static func rows(inMessage message: String) -> Int? {
        guard let range = message.firstRange(of: marker) else { return nil }
        return Int(message[range.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }
}

extension SQLWriter {
    /// An expression that is null, or an error naming the number of rows.
    mutating func write(_ condition: Guard?) {
        guard let condition else { return write("NULL") }
        write("CASE WHEN pg_catalog.count(_postgrest_t) ")
        switch condition {
        case .singleRow, .upsertedRow: write("= 1")
        case .rowsMax(let count):
            write("<= ")
            bind(count)
            write("::bigint")
        }
        write(" THEN NULL ELSE ('medmitra-rows:' || pg_catalog.count(_postgrest_t))::int END")
    }
}
