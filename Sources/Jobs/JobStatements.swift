internal import Postgres

/// The queue's SQL. It runs under the login of the service itself.
enum JobStatements {
    /// Takes the oldest due job, or one whose worker has fallen silent. A silent worker's attempt counts, so that a
    /// document that kills the process does not do so for ever.
    static func claim(kinds: [String], lease: String, leaseMilliseconds: Int) -> SQL {
        """
        update medmitra.jobs set state = 'running', attempts = attempts + 1, lease_owner = \(lease)::uuid,
            lease_until = now() + \(leaseMilliseconds)::int * interval '1 millisecond'
        where id = (
            select id from medmitra.jobs
            where kind = any (\(kinds)::text[])
              and (state = 'queued' and run_after <= now() or state = 'running' and lease_until < now())
            order by run_after, id
            limit 1
            for update skip locked)
        returning id, kind, payload, subject, attempts, attempts_max
        """
    }

    static func extendLease(_ job: Job, milliseconds: Int) -> SQL {
        """
        update medmitra.jobs set lease_until = now() + \(milliseconds)::int * interval '1 millisecond'
        where id = \(job.id)::bigint and state = 'running' and lease_owner = \(job.lease)::uuid
        """
    }

    static func markDone(_ job: Job) -> SQL {
        """
        update medmitra.jobs set state = 'done', finished_at = now(), lease_owner = null, lease_until = null
        where id = \(job.id)::bigint and state = 'running' and lease_owner = \(job.lease)::uuid
        """
    }

    static func markDead(_ job: Job, reason: String) -> SQL {
        """
        update medmitra.jobs set state = 'dead', finished_at = now(), lease_owner = null, lease_until = null,
            last_error = \(reason)
        where id = \(job.id)::bigint and state = 'running' and lease_owner = \(job.lease)::uuid
        """
    }

    static func retry(_ job: Job, reason: String, afterMilliseconds: Int) -> SQL {
        """
        update medmitra.jobs set state = 'queued', lease_owner = null, lease_until = null, last_error = \(reason),
            run_after = now() + \(afterMilliseconds)::int * interval '1 millisecond'
        where id = \(job.id)::bigint and state = 'running' and lease_owner = \(job.lease)::uuid
        """
    }

    /// Gives a job back untried, for a worker that is told to stop.
    static func giveBack(_ job: Job) -> SQL {
        """
        update medmitra.jobs set state = 'queued', lease_owner = null, lease_until = null, attempts = attempts - 1
        where id = \(job.id)::bigint and state = 'running' and lease_owner = \(job.lease)::uuid
        """
    }

    /// Finished jobs are kept for a while as a record, then removed.
    static func purge(olderThanDays days: Int) -> SQL {
        """
        delete from medmitra.jobs
        where state = 'done' and finished_at < now() - \(days)::int * interval '1 day'
        """
    }

    /// Back to the role the pool works as, whatever a completion had assumed: the login's own, or the one that a
    /// pool without a login of its own assumes.
    static func ownRole(_ assumed: String?) -> SQL { "select set_config('role', \(assumed ?? "none"), true)" }
}
