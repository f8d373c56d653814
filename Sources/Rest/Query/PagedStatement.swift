internal import NIOCore
internal import Postgres

/// A ``MainStatement`` whose body is fetched in pieces through a cursor, so that however large it is, a few pieces at a
/// time are held here. libpq would hold a single row whole, twice.
struct PagedStatement: Sendable {
    private let statement: MainStatement

    /// Bytes of a piece.
    static let pieceSize = 256 << 10
    /// Pieces of a fetch.
    static let piecesMax = 4
    /// The next pieces.
    static let fetch: SQL = {
        var statement: SQL = "FETCH FORWARD 4 FROM pgrst_page"
        statement.givesBinary = true
        return statement
    }()

    /// Columns of a piece; all but the body are text.
    enum Column {
        static let total = 0
        static let rows = 1
        static let length = 2
        static let piece = 3
        static let headers = 4
        static let status = 5
    }

    /// - Parameter statement: of a read or a call that only reads, whose body is text or JSON.
    init(_ statement: MainStatement) { self.statement = statement }

    private var columns: SQL {
        statement.hasGuard ? "total, rows, body, headers, status, guard" : "total, rows, body, headers, status"
    }

    /// Gives the answer in one row, without a body that is larger than ``AnswerSizes/wholeMax``.
    var whole: SQL {
        """
        SELECT total, rows, CASE WHEN pg_catalog.pg_column_size(body) <= 4194304 THEN body END, headers, status \
        FROM (\(statement.sql)) AS pgrst_row (\(columns))
        """
    }

    /// Opens the cursor.
    var declaration: SQL {
        """
        DECLARE pgrst_page NO SCROLL CURSOR FOR WITH pgrst_answer AS MATERIALIZED (SELECT total::text, rows::text, \
        pg_catalog.convert_to(body::text, 'UTF8') AS body, headers, status FROM (\(statement.sql)) AS pgrst_row \
        (\(columns))) SELECT total, rows, pg_catalog.octet_length(body)::text, \
        pg_catalog.substr(body, piece * 262144 + 1, 262144), headers, status FROM pgrst_answer, \
        pg_catalog.generate_series(0, greatest(pg_catalog.octet_length(body) - 1, 0) / 262144) AS piece
        """
    }
}

extension StatementResult {
    /// The beginning of a paged answer and the whole body's length.
    init(paged set: ResultSet) throws(DatabaseError) {
        guard let row = set.first else {
            // A function that gives no row at all (a SETOF called for its effect) has no body either.
            length = 0
            return
        }
        total = try row.optionalInt(PagedStatement.Column.total)
        rows = try row.int(PagedStatement.Column.rows)
        length = try row.int(PagedStatement.Column.length)
        headersText = row.optionalText(PagedStatement.Column.headers)
        statusText = row.optionalText(PagedStatement.Column.status)
        body = StatementResult.pieces(set)
    }

    /// The pieces of one fetch, joined.
    static func pieces(_ set: ResultSet) -> ByteBuffer {
        var buffer = ByteBuffer()
        if set.rowCount == PagedStatement.piecesMax {
            buffer.reserveCapacity(PagedStatement.piecesMax * PagedStatement.pieceSize)
        }
        for row in 0..<set.rowCount {
            set.withRawBytes(row: row, column: PagedStatement.Column.piece) { _ = buffer.writeBytes($0) }
        }
        return buffer
    }
}
