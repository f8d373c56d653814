internal import Postgres

/// The SQL of buckets.
enum BucketStatements {
    /// Columns listings may be sorted by.
    enum SortColumn: String, CaseIterable, Sendable {
        case id, name
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    enum SortOrder: String, CaseIterable, Sendable {
        case ascending = "asc"
        case descending = "desc"
    }

    /// Id, public, file_size_limit, allowed_mime_types as JSON: for the service itself, past row-level security.
    static func lookUp(_ id: String) -> SQL {
        """
        select id, coalesce(public, false), file_size_limit, to_json(allowed_mime_types)
        from storage.buckets where id = \(id)
        """
    }

    /// The members of a bucket as clients see it. A null text is "", because Python's models demand a text.
    private static let members: SQL = """
        'id', id, 'name', name, 'owner', coalesce(owner::text, ''), 'public', coalesce(public, false)
        """
    private static let laterMembers: SQL = """
        'file_size_limit', file_size_limit, 'allowed_mime_types', allowed_mime_types,
        'created_at', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'updated_at', to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
        """

    static func get(_ id: String) -> SQL {
        "select json_build_object(\(members), \(laterMembers)) from storage.buckets where id = \(id)"
    }

    /// One row, one JSON array.
    static func list(
        search: String?, sortedBy column: SortColumn, _ order: SortOrder, limit: Int, offset: Int, withType: Bool
    ) -> SQL {
        let item: SQL =
            withType
            ? "json_build_object(\(members), 'type', type, \(laterMembers))"
            : "json_build_object(\(members), \(laterMembers))"
        let direction: SQL = order == .ascending ? "asc" : "desc"
        // Contains, ignoring case; strpos knows no wildcards.
        return """
            select coalesce(json_agg(item order by place), '[]')
            from (
                select \(item) as item, row_number() over (order by \(identifier: column.rawValue) \(direction)) as place
                from storage.buckets
                where \(search)::text is null or strpos(lower(name), lower(\(search)::text)) > 0
                order by \(identifier: column.rawValue) \(direction)
                limit \(limit)::bigint offset \(offset)::bigint
            ) as listed
            """
    }

    static func create(
        id: String, name: String, identity: Identity, isPublic: Bool, fileSizeLimit: Int?, allowedMimeTypes: [String]?
    ) -> SQL {
        """
        insert into storage.buckets (id, name, owner, owner_id, public, file_size_limit, allowed_mime_types)
        values (
            \(id), \(name), \(identity.owner)::uuid, \(identity.ownerID), \(isPublic)::boolean,
            \(fileSizeLimit)::bigint, \(allowedMimeTypes)::text[])
        """
    }

    /// What an update changes; an outer nil leaves the column alone.
    struct Changes: Sendable {
        var isPublic: Bool?
        var fileSizeLimit: Int??
        var allowedMimeTypes: [String]??
    }

    static func update(_ id: String, _ changes: Changes) -> SQL {
        let limit = changes.fileSizeLimit ?? nil
        let types = changes.allowedMimeTypes ?? nil
        return """
            update storage.buckets
            set public = coalesce(\(changes.isPublic)::boolean, public),
                file_size_limit =
                    case when \(changes.fileSizeLimit != nil)::boolean then \(limit)::bigint else file_size_limit end,
                allowed_mime_types =
                    case when \(changes.allowedMimeTypes != nil)::boolean then \(types)::text[] else allowed_mime_types end,
                updated_at = now()
            where id = \(id)
            """
    }

    static func delete(_ id: String) -> SQL { "delete from storage.buckets where id = \(id)" }

    static func isVisible(_ id: String) -> SQL { "select 1 from storage.buckets where id = \(id)" }

    static func holdsObjects(_ id: String) -> SQL {
        "select exists (select from storage.objects where bucket_id = \(id))"
    }

    /// How many objects the bucket holds, counted to one beyond the limit.
    static func countObjects(_ id: String, upTo limit: Int) -> SQL {
        """
        select count(*) from (select from storage.objects where bucket_id = \(id) limit \(limit + 1)::bigint) as counted
        """
    }

    /// Removes what is there now; what is uploaded meanwhile stays. A trigger queues the bytes.
    static func empty(_ id: String) -> SQL {
        "delete from storage.objects where bucket_id = \(id) and created_at <= now()"
    }
}
