internal import Core
internal import NIOCore
internal import Postgres

/// The one row of a ``MainStatement``.
struct StatementResult: Sendable {
    /// Rows without limit, where that was counted.
    var total: Int?
    /// Rows of the page, or rows changed.
    var rows = 0
    var body = ByteBuffer()
    /// Whether the body is too large to come this way.
    var isWithheld = false
    /// Bytes of the whole body, where ``body`` is only its beginning.
    var length: Int?
    /// The right to hold a large body whole.
    var share: AnswerSizes.Share?
    /// What gives the rest of it.
    var rest: AnswerStream?
    /// `response.headers` and `response.status`, as SQL set them.
    var headersText: String?
    var statusText: String?
    /// Key columns of the one row inserted, with their filters.
    var location: [(name: String, filter: String)] = []
    /// Rows that were new, where that was counted.
    var inserted: Int?

    /// No rows.
    init() {}

    init(_ set: ResultSet, _ places: MainStatement.Places) throws(DatabaseError) {
        // A function that gives no row at all (a SETOF called for its effect) has no body either.
        guard let row = set.first else { return }
        total = try row.optionalInt(places.total)
        rows = try row.int(places.rows)
        if let body = try StatementResult.body(set, row, places.body) { self.body = body } else { isWithheld = true }
        headersText = row.optionalText(places.headers)
        statusText = row.optionalText(places.status)
        if let place = places.inserted { inserted = try row.optionalInt(place) }
        guard let place = places.location else { return }
        for pair in try row.optionalJSON(place)?.array ?? [] {
            guard let name = pair.array?.first?.string, let filter = pair.array?.last?.string else { continue }
            location.append((name, filter))
        }
    }

    /// The body as upstream gives it: values of custom media types in PostgreSQL's binary format. Of the types such
    /// a domain can be over, bytea and jsonb have one other than their text; jsonb begins with its version.
    private static func body(_ set: ResultSet, _ row: Row, _ place: Int) throws(DatabaseError) -> ByteBuffer? {
        let type = set.typeOID(column: place)
        guard type != TypeOID.bytea else { return ByteBuffer(bytes: try row.optionalBytea(place)) }
        return set.withRawBytes(row: 0, column: place) { bytes in
            var buffer = ByteBuffer()
            buffer.reserveCapacity(bytes.byteCount + 1)
            if type == TypeOID.jsonb { buffer.writeInteger(1, as: UInt8.self) }
            buffer.writeBytes(bytes)
            return buffer
        }
    }

    /// OIDs of built-in types (pg_type.dat).
    private enum TypeOID {
        static let bytea: UInt32 = 17
        static let jsonb: UInt32 = 3802
    }

    /// The rows of a plan, each a line.
    static func plan(_ set: ResultSet) throws(DatabaseError) -> [UInt8] {
        var lines: [UInt8] = []
        for row in set.rows {
            lines += row.bytes(0) ?? []
            lines.append(0x0A)
        }
        return lines
    }

    /// The planner's guess out of `EXPLAIN (FORMAT JSON)`.
    static func estimate(_ set: ResultSet) throws(DatabaseError) -> Int? {
        try set.first?.optionalJSON(0)?.array?.first?["Plan"]?["Plan Rows"]?.int
    }
}

extension Row {
    /// `bytea` decoded from its hexadecimal text; empty for NULL.
    fileprivate func optionalBytea(_ column: Int) throws(DatabaseError) -> [UInt8] {
        guard let text = bytes(column) else { return [] }
        guard text.count >= 2, text.count % 2 == 0, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") else {
            throw .unexpectedResult("column \(column) is not hex bytea")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        for index in stride(from: 2, to: text.count, by: 2) {
            bytes.append(Row.nibble(text[index]) << 4 | Row.nibble(text[index + 1]))
        }
        return bytes
    }

    /// PostgreSQL writes lower-case digits and nothing else.
    private static func nibble(_ digit: UInt8) -> UInt8 {
        digit >= UInt8(ascii: "a") ? digit - UInt8(ascii: "a") + 10 : digit - UInt8(ascii: "0")
    }
}
