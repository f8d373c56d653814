internal import Core
internal import Postgres

/// The SQL of objects.
enum ObjectStatements {
    /// Id, version, metadata, microseconds of the last change.
    static func find(bucket: String, name: String) -> SQL {
        """
        select id, version, metadata, (extract(epoch from coalesce(updated_at, created_at, now())) * 1000000)::bigint
        from storage.objects where bucket_id = \(bucket) and name = \(name)
        """
    }

    /// The answer of the info routes.
    static func info(bucket: String, name: String) -> SQL {
        """
        select json_build_object(
            'id', id, 'name', name, 'version', coalesce(version, ''), 'bucket_id', bucket_id,
            'size', (metadata ->> 'size')::bigint, 'content_type', metadata ->> 'mimetype',
            'cache_control', metadata ->> 'cacheControl', 'etag', metadata ->> 'eTag',
            'metadata', coalesce(user_metadata, '{}'),
            'last_modified', to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'created_at', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
        from storage.objects where bucket_id = \(bucket) and name = \(name)
        """
    }

    // MARK: Writing

    /// A plain insert: what row-level security says of a new object, and `23505` when there is one already.
    static func insert(_ object: NewObject) -> SQL {
        """
        insert into storage.objects (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
        values (
            \(object.bucket), \(object.name), \(object.owner)::uuid, \(object.ownerID), \(object.version),
            \(object.metadata)::jsonb, coalesce(\(object.userMetadata)::jsonb, '{}'))
        """
    }

    /// Inserts, or replaces what is there; the row keeps id and created_at. Under row-level security this asks for
    /// INSERT, SELECT and UPDATE even for a new key. Returns the id. A trigger queues the bytes it replaces.
    static func upsert(_ object: NewObject) -> SQL {
        """
        \(insert(object))
        on conflict (bucket_id, name) do update set
            owner = excluded.owner, owner_id = excluded.owner_id, version = excluded.version,
            metadata = excluded.metadata, user_metadata = excluded.user_metadata
        returning id
        """
    }

    /// Inserts unless the key is taken. Returns the id, or no row.
    static func insertNew(_ object: NewObject) -> SQL {
        "\(insert(object)) on conflict (bucket_id, name) do nothing returning id"
    }

    /// One writer of a key at a time, to the end of the transaction.
    static func lock(bucket: String, name: String) -> SQL {
        "select pg_advisory_xact_lock(hashtextextended(\(bucket + "/" + name), 0))"
    }

    // MARK: Removing

    static func isVisible(bucket: String, name: String) -> SQL {
        "select 1 from storage.objects where bucket_id = \(bucket) and name = \(name)"
    }

    /// The row's `archived_at` and the like are of no use to clients; these are the columns upstream shows.
    private static let shownMembers: SQL = """
        'name', name, 'bucket_id', bucket_id, 'owner', coalesce(owner::text, ''), 'owner_id', coalesce(owner_id, ''),
        'version', coalesce(version, ''), 'id', id,
        'updated_at', to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'created_at', to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'last_accessed_at', to_char(last_accessed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'metadata', metadata, 'user_metadata', user_metadata
        """

    /// Removes what is there and may be removed. One row, a JSON array of the removed rows.
    static func delete(bucket: String, names: [String]) -> SQL {
        """
        with removed as (
            delete from storage.objects where bucket_id = \(bucket) and name = any(\(names)::text[]) returning *
        )
        select coalesce(json_agg(json_build_object(\(shownMembers)) order by name collate "C"), '[]') from removed
        """
    }

    static func delete(bucket: String, name: String) -> SQL {
        "delete from storage.objects where bucket_id = \(bucket) and name = \(name)"
    }

    // MARK: Moving

    /// Gives a row another place and the caller as its owner. The bytes stay where they are: a version is found
    /// by its id.
    static func move(
        bucket: String, name: String, toBucket: String, toName: String, identity: Identity
    ) -> SQL {
        """
        update storage.objects
        set bucket_id = \(toBucket), name = \(toName), owner = \(identity.owner)::uuid, owner_id = \(identity.ownerID)
        where bucket_id = \(bucket) and name = \(name)
        """
    }

    /// Metadata and user metadata of the row, for a copy.
    static func metadata(bucket: String, name: String) -> SQL {
        """
        select version, metadata, user_metadata from storage.objects where bucket_id = \(bucket) and name = \(name)
        """
    }

    /// The row as clients see it.
    static func shown(bucket: String, name: String) -> SQL {
        "select json_build_object(\(shownMembers)) from storage.objects where bucket_id = \(bucket) and name = \(name)"
    }

    // MARK: Signing

    /// The keys among `names` that the caller sees.
    static func visible(bucket: String, names: [String]) -> SQL {
        "select name from storage.objects where bucket_id = \(bucket) and name = any(\(names)::text[])"
    }
}
