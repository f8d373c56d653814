internal import Core
internal import Postgres

/// One page of list-v2 (storage contract, section 6).
struct ListPage: Sendable {
    enum Column: String, CaseIterable, Sendable {
        case name
        case updatedAt = "updated_at"
        case createdAt = "created_at"
    }

    let bucket: String
    /// A plain beginning of keys.
    let prefix: String
    let limit: Int
    /// Whether what lies behind the next `/` is one folder.
    let isFolded: Bool
    let column: Column
    let order: BucketStatements.SortOrder
    let cursor: ListCursor?

    /// The answer made of the rows of ``ListStatements/page(_:)``, of which one more than `limit` was asked for.
    func answer(_ results: ResultSet) throws(DatabaseError) -> JSON {
        var folders: [JSON] = []
        var objects: [JSON] = []
        let rows = results.rows.prefix(limit)
        for row in rows {
            let name = try row.text(1)
            if let id = row.optionalText(2) {
                var members: JSONObject = ["id": .string(id), "name": .string(name)]
                if isFolded { members["key"] = .optional(row.optionalText(0)) }
                members["updated_at"] = .optional(row.optionalText(3))
                members["created_at"] = .optional(row.optionalText(4))
                members["last_accessed_at"] = .optional(row.optionalText(5))
                // Python's model demands an object.
                members["metadata"] = try row.optionalJSON(6) ?? .object([:])
                objects.append(.object(members))
            } else {
                folders.append([
                    "name": .string(name), "key": .optional(row.optionalText(0)),
                    "updated_at": .optional(row.optionalText(3)), "created_at": .optional(row.optionalText(4)),
                ])
            }
        }
        var answer: JSONObject = ["hasNext": .bool(results.rowCount > limit)]
        if results.rowCount > limit, let last = rows.last {
            let key = try last.text(1)
            let time = column == .updatedAt ? last.optionalText(3) : last.optionalText(4)
            answer["nextCursor"] = .string(
                ListCursor(key: key, column: column, order: order, time: column == .name ? nil : time).text)
            answer["nextCursorKey"] = .string(key)
        }
        answer["folders"] = .array(folders)
        answer["objects"] = .array(objects)
        return .object(answer)
    }
}
