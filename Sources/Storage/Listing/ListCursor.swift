internal import Core
internal import Cryptography

/// Where a list-v2 page ended: an opaque text for clients, base64 of JSON.
struct ListCursor: Sendable, Hashable {
    let key: String
    let column: ListPage.Column
    let order: BucketStatements.SortOrder
    /// The time the page is sorted by, as PostgreSQL printed it; nil when sorted by name.
    let time: String?

    init(key: String, column: ListPage.Column, order: BucketStatements.SortOrder, time: String?) {
        self.key = key
        self.column = column
        self.order = order
        self.time = time
    }

    var text: String {
        var members: JSONObject = [
            "k": .string(key), "o": .string(order.rawValue), "c": .string(column.rawValue),
        ]
        if let time { members["t"] = .string(time) }
        return Base64.encode(JSON.object(members).bytes)
    }

    /// Reads a cursor that a client sent back. Throws `.invalidParameter` for anything that is none of ours.
    init(_ text: String) throws(StorageError) {
        guard text.utf8.count <= StorageLimits.cursorCharactersMax, let bytes = Base64.decode(text),
            // Whatever is wrong with it, the answer is the same.
            let json = try? JSON(parsing: bytes),
            let key = json["k"]?.string, !key.utf8.contains(0),
            let order = json["o"]?.string.flatMap(BucketStatements.SortOrder.init(rawValue:)),
            let column = json["c"]?.string.flatMap(ListPage.Column.init(rawValue:))
        else { throw .invalidParameter("cursor") }
        let time = json["t"]?.string
        guard (time == nil) == (column == .name), time.map(ListCursor.isTime) != false else {
            throw .invalidParameter("cursor")
        }
        self.init(key: key, column: column, order: order, time: time)
    }

    /// The form ``ListStatements`` prints times in: `2026-01-02T03:04:05.678Z`.
    private static func isTime(_ text: String) -> Bool {
        let pattern = Array("0000-00-00T00:00:00.000Z".utf8)
        return text.utf8.count == pattern.count
            && zip(text.utf8, pattern).allSatisfy { byte, form in
                form == UInt8(ascii: "0") ? byte.isASCIIDigit : byte == form
            }
    }
}
