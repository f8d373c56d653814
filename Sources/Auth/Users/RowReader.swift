internal import Core
internal import Postgres

/// Reads the columns of a row from left to right.
struct RowReader {
    private let row: Row
    private var column = 0

    init(_ row: Row, from column: Int = 0) {
        self.row = row
        self.column = column
    }

    private mutating func next() -> Int {
        defer { column += 1 }
        return column
    }

    mutating func text() throws(DatabaseError) -> String { try row.text(next()) }
    mutating func optionalText() -> String? { row.optionalText(next()) }
    mutating func bool() throws(DatabaseError) -> Bool { try row.bool(next()) }
    mutating func optionalInt() throws(DatabaseError) -> Int? { try row.optionalInt(next()) }

    /// A point in time that the statement gave as microseconds.
    mutating func optionalTime() throws(DatabaseError) -> Timestamp? {
        try row.optionalInt(next()).map { Timestamp(microseconds: Int64($0)) }
    }

    mutating func time() throws(DatabaseError) -> Timestamp {
        Timestamp(microseconds: Int64(try row.int(next())))
    }

    mutating func json() throws(DatabaseError) -> JSON { try row.json(next()) }
}

/// Pieces of statement text.
enum Columns {
    /// A `timestamptz` as microseconds since the epoch. `infinity`, which operators write for "for ever", becomes the end
    /// of the year 9999, and `-infinity` nothing.
    static func microseconds(_ column: String) -> String {
        """
        case when isfinite(\(column)) then (extract(epoch from \(column)) * 1000000)::bigint \
        when \(column) = 'infinity' then 253402300799000000 end
        """
    }
}
