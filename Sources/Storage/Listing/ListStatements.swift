internal import Postgres

/// The SQL of listings. All of it runs as the caller.
enum ListStatements {
    /// Columns a folder listing may be sorted by.
    enum Column: String, CaseIterable, Sendable {
        case name
        case updatedAt = "updated_at"
        case createdAt = "created_at"
        case lastAccessedAt = "last_accessed_at"
    }

    /// A folder's entries, ignoring case. One row, one JSON array.
    static func list(
        bucket: String, folder: String, search: String, limit: Int, offset: Int, column: Column,
        order: BucketStatements.SortOrder
    ) -> SQL {
        let levels = folder.split(separator: "/", omittingEmptySubsequences: false).count
        return """
            select coalesce(
                json_agg(
                    json_build_object(
                        'name', name, 'id', id,
                        'updated_at', to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                        'created_at', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                        'last_accessed_at',
                        to_char(last_accessed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                        'metadata', metadata)
                    order by place),
                '[]')
            from storage.search(
                \(folder), \(bucket), \(limit)::integer, \(levels)::integer, \(offset)::integer, \(search),
                \(column.rawValue), \(order.rawValue)
            ) with ordinality as listed (name, id, updated_at, created_at, last_accessed_at, metadata, place)
            """
    }

    private static let pageColumns: SQL = """
        key, name, id,
        to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        to_char(last_accessed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        metadata
        """

    /// One page and one entry more: key below the folder, name, id (null for folders), the three times, metadata.
    static func page(_ page: ListPage) -> SQL {
        let after = page.cursor?.key ?? ""
        if page.isFolded {
            return """
                select \(pageColumns)
                from storage.search_v2(
                    \(page.prefix), \(page.bucket), \(page.limit + 1)::integer, 1, \(after), \(page.order.rawValue),
                    \(page.column.rawValue), \(page.cursor?.time ?? "")
                ) with ordinality as listed (key, name, id, updated_at, created_at, last_accessed_at, metadata, place)
                order by place
                """
        }
        if page.column == .name {
            return """
                select \(pageColumns)
                from (
                    select null as key, *
                    from storage.list_objects_with_delimiter(
                        \(page.bucket), \(page.prefix), '', \(page.limit + 1)::integer, \(after), '',
                        \(page.order.rawValue)
                    ) with ordinality as
                        entry (name, id, metadata, updated_at, created_at, last_accessed_at, place)
                ) as listed
                order by place
                """
        }
        return flatByTime(page)
    }

    /// Times count in milliseconds, as cursors carry them; ties go by name.
    private static func flatByTime(_ page: ListPage) -> SQL {
        let direction: SQL = page.order == .ascending ? "asc" : "desc"
        let comparison: SQL = page.order == .ascending ? ">" : "<"
        let cursor: SQL =
            if let cursor = page.cursor {
                "and (date_trunc('milliseconds', \(identifier: page.column.rawValue)), name collate \"C\") \(comparison) (\(cursor.time)::timestamptz, \(cursor.key))"
            } else {
                ""
            }
        return """
            select \(pageColumns)
            from (
                select null as key, *
                from storage.objects
                where bucket_id = \(page.bucket) and name collate "C" >= \(page.prefix)
                    and name collate "C" < \(page.prefix) || chr(1114111) \(cursor)
            ) as listed
            order by date_trunc('milliseconds', \(identifier: page.column.rawValue)) \(direction),
                name collate "C" \(direction)
            limit \(page.limit + 1)::bigint
            """
    }
}
