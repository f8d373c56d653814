public import Core
internal import CLibPQ

/// The rows one statement answered with, in text format. Cells are read in place; nothing is copied before it is
/// asked for.
///
/// `@unchecked Sendable`: the `PGresult` behind it is never written after libpq handed it over, and libpq documents
/// reading one from several threads as safe.
@safe public final class ResultSet: @unchecked Sendable {
    private let raw: OpaquePointer
    public let rowCount: Int
    public let columnCount: Int

    init(taking raw: OpaquePointer) {
        unsafe self.raw = raw
        unsafe rowCount = Int(PQntuples(raw))
        unsafe columnCount = Int(PQnfields(raw))
    }

    deinit { unsafe PQclear(raw) }

    /// Rows changed by INSERT, UPDATE, DELETE or read by SELECT: the number in the command tag.
    public var affectedRows: Int { unsafe Int(String(cString: PQcmdTuples(raw))) ?? 0 }

    fileprivate var rawCommandTag: String { unsafe String(cString: PQcmdStatus(raw)) }

    public var columnNames: [String] {
        (0..<columnCount).map { column in
            unsafe PQfname(raw, Int32(column)).map { name in unsafe String(cString: name) } ?? ""
        }
    }

    /// The OID of a column's type; domains count as the types they are over. OIDs of built-in types are fixed for
    /// ever (pg_type.dat).
    public func typeOID(column: Int) -> UInt32 {
        precondition(column < columnCount, "column outside the result")
        return unsafe PQftype(raw, Int32(column))
    }

    public var isEmpty: Bool { rowCount == 0 }
    public var first: Row? { rowCount > 0 ? Row(set: self, index: 0) : nil }
    public var rows: [Row] { (0..<rowCount).map { Row(set: self, index: $0) } }

    /// Calls `body` with the bytes of a cell, or returns nil for SQL NULL.
    public func withBytes<Answer>(row: Int, column: Int, _ body: (Span<UInt8>) throws -> Answer) rethrows -> Answer? {
        precondition(row < rowCount && column < columnCount, "cell outside the result")
        guard unsafe PQgetisnull(raw, Int32(row), Int32(column)) == 0,
            let start = unsafe PQgetvalue(raw, Int32(row), Int32(column))
        else { return nil }
        let length = unsafe Int(PQgetlength(raw, Int32(row), Int32(column)))
        return try unsafe start.withMemoryRebound(to: UInt8.self, capacity: length) { bytes in
            let buffer = unsafe UnsafeBufferPointer(start: bytes, count: length)
            return try unsafe body(Span(_unsafeElements: buffer))
        }
    }

    /// ``withBytes(row:column:_:)`` for those who copy the bytes as a whole.
    public func withRawBytes<Answer>(
        row: Int, column: Int, _ body: (RawSpan) throws -> Answer
    ) rethrows -> Answer? {
        try withBytes(row: row, column: column) { span in try unsafe body(span.bytes) }
    }

    fileprivate func text(row: Int, column: Int) -> String? {
        precondition(row < rowCount && column < columnCount, "cell outside the result")
        guard unsafe PQgetisnull(raw, Int32(row), Int32(column)) == 0,
            let start = unsafe PQgetvalue(raw, Int32(row), Int32(column))
        else { return nil }
        let length = unsafe Int(PQgetlength(raw, Int32(row), Int32(column)))
        return unsafe start.withMemoryRebound(to: UInt8.self, capacity: length) { bytes in
            unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self)
        }
    }
}

/// One row of a ``ResultSet``. Accessors without `optional` throw `.unexpectedResult` on NULL or a value of
/// another kind.
public struct Row: Sendable {
    let set: ResultSet
    let index: Int

    public func optionalText(_ column: Int) -> String? { set.text(row: index, column: column) }

    public func text(_ column: Int) throws(DatabaseError) -> String {
        guard let text = optionalText(column) else { throw .unexpectedResult("column \(column) is NULL") }
        return text
    }

    public func int(_ column: Int) throws(DatabaseError) -> Int {
        guard let value = try optionalInt(column) else { throw .unexpectedResult("column \(column) is NULL") }
        return value
    }

    public func optionalInt(_ column: Int) throws(DatabaseError) -> Int? {
        guard let text = optionalText(column) else { return nil }
        guard let value = Int(text) else { throw .unexpectedResult("column \(column) is not an integer") }
        return value
    }

    public func double(_ column: Int) throws(DatabaseError) -> Double {
        guard let value = Double(try text(column)) else { throw .unexpectedResult("column \(column) is not a number") }
        return value
    }

    public func bool(_ column: Int) throws(DatabaseError) -> Bool {
        switch try text(column) {
        case "t", "true": return true
        case "f", "false": return false
        default: throw .unexpectedResult("column \(column) is not a boolean")
        }
    }

    /// The cell's bytes as they came; JSON built by PostgreSQL goes to the client this way.
    public func bytes(_ column: Int) -> [UInt8]? {
        set.withBytes(row: index, column: column) { span in
            unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
        }
    }

    /// A `bytea` cell, decoded from PostgreSQL's hex text (`\x…`).
    public func bytea(_ column: Int) throws(DatabaseError) -> [UInt8] {
        let digits = try text(column)
        guard digits.hasPrefix("\\x") else { throw .unexpectedResult("column \(column) is not hex bytea") }
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in digits.dropFirst(2) {
            guard let digit = character.hexDigitValue.map(UInt8.init) else {
                throw .unexpectedResult("column \(column) is not hex bytea")
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard high == nil else { throw .unexpectedResult("column \(column) is not hex bytea") }
        return bytes
    }

    public func json(_ column: Int) throws(DatabaseError) -> JSON {
        guard let value = try optionalJSON(column) else { throw .unexpectedResult("column \(column) is NULL") }
        return value
    }

    public func optionalJSON(_ column: Int) throws(DatabaseError) -> JSON? {
        guard let bytes = bytes(column) else { return nil }
        do throws(JSONError) {
            return try JSON(parsing: bytes, limits: JSONLimits(bytesMax: 1 << 30, depthMax: 512))
        } catch {
            throw .unexpectedResult("column \(column) is not JSON")
        }
    }
}

extension ResultSet {
    /// `SELECT 3`, `COMMIT`, …
    var commandTag: String { rawCommandTag }
}
