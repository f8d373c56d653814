internal import Postgres

/// The body of a write or a call on its way into the statement, in the bytes it came in.
///
/// A large one is sent ahead in pieces, each kept by a transaction-local setting, and put together by PostgreSQL:
/// libpq holds a whole message until it is written, so in one piece a body would be in memory twice.
struct BoundBody: Sendable {
    let bytes: [UInt8]

    /// Bodies above this are sent in pieces.
    static let wholeMax = 2 << 20
    private static let pieceSize = 1 << 20

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    init(_ text: String) { self.init(Array(text.utf8)) }

    var isObject: Bool { bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{") }

    private var isWhole: Bool { bytes.count <= BoundBody.wholeMax }

    /// The statements that have to come before the one that holds the body.
    var preparations: [SQL] {
        isWhole
            ? []
            : pieces.enumerated().map { index, piece in
                // What was set comes back as the answer; a comparison keeps that short.
                "select set_config(\("pgrst.body_\(index)"), \(SQLValue.portion(piece)), true) is null"
            }
    }

    /// Cut where a character begins, since each piece has to be text.
    private var pieces: [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            var end = min(start + BoundBody.pieceSize, bytes.count)
            while end < bytes.count, end > start + 1, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }

    /// Writes the body as an expression of type text.
    func write(to writer: inout SQLWriter) {
        guard !isWhole else {
            writer.bind(.bytes(bytes))
            return writer.write("::text")
        }
        writer.write("(SELECT string_agg(current_setting('pgrst.body_' || n), '' ORDER BY n) FROM generate_series(0, ")
        writer.bind(pieces.count - 1)
        writer.write("::int) n)")
    }
}
