internal import Postgres

/// The SQL of removing bytes that no row names.
enum DeletionStatements {
    /// Takes deletions for this transaction: id, version, and whether a row names the version after all. A version is
    /// found by its id alone, so a row of any key keeps it: its object was moved.
    static func claim(limit: Int) -> SQL {
        """
        select queued.id, queued.version,
            exists (select from storage.objects where objects.version = queued.version)
        from medmitra.object_deletions as queued
        order by queued.queued_at, queued.id
        limit \(limit)::bigint
        for update skip locked
        """
    }

    static func done(_ ids: [Int]) -> SQL {
        "delete from medmitra.object_deletions where id = any(\(ids)::bigint[])"
    }

    /// Sends deletions that failed to the end of the queue.
    static func postpone(_ ids: [Int]) -> SQL {
        "update medmitra.object_deletions set queued_at = now() where id = any(\(ids)::bigint[])"
    }

    /// Which of `versions` a row names, or the queue will see to.
    static func known(_ versions: [String]) -> SQL {
        """
        select version from storage.objects where version = any(\(versions)::text[])
        union
        select version from medmitra.object_deletions where version = any(\(versions)::text[])
        """
    }

    static let countObjects: SQL = "select count(*) from storage.objects where version is not null"
}
