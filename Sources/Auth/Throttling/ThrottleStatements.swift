internal import Core
internal import Postgres

/// SQL over `medmitra.rate_buckets` and `medmitra.attempts`.
enum ThrottleStatements {
    /// Takes a token if there is one: answers with a row, else with none. A bucket is full `interval` later for each
    /// token taken; there is a token while that is not later than a whole bucket from now.
    static func take(key: [UInt8], allowance: RateAllowance, now: Timestamp) -> SQL {
        let interval: SQL = "\(allowance.intervalMicroseconds)::double precision * interval '1 microsecond'"
        // A millisecond more: rounding must not cost the last token.
        let capacity: SQL = """
            \(allowance.capacityMicroseconds + 1000)::double precision \
            * interval '1 microsecond'
            """
        return """
            insert into medmitra.rate_buckets as b (key, full_at)
            values (\(key), \(now)::timestamptz + \(interval))
            on conflict (key) do update
            set full_at = greatest(b.full_at, \(now)::timestamptz) + \(interval)
            where greatest(b.full_at, \(now)::timestamptz) + \(interval) <= \(now)::timestamptz + \(capacity)
            returning true
            """
    }

    /// Takes back that a token was taken.
    static func giveBack(key: [UInt8], allowance: RateAllowance) -> SQL {
        """
        update medmitra.rate_buckets
        set full_at = full_at - \(allowance.intervalMicroseconds)::double precision * interval '1 microsecond'
        where key = \(key)
        """
    }

    /// Answers with a row while attempts are not looked at.
    static func check(_ keys: AttemptKeys, now: Timestamp) -> SQL {
        """
        select true from medmitra.attempts
        where key = \(counted(keys, now: now)) and blocked_until > \(now)::timestamptz
        """
    }

    /// Counts a wrong attempt.
    static func count(_ keys: AttemptKeys, policy: AttemptPolicy, now: Timestamp) -> SQL {
        counting(keys, policy: policy, now: now)
    }

    /// Counts an attempt before it is looked at. Answers with a row, without counting, while attempts are not looked at.
    static func countInAdvance(_ keys: AttemptKeys, policy: AttemptPolicy, now: Timestamp) -> SQL {
        """
        with counted as (
            \(counting(keys, policy: policy, now: now))
            where a.blocked_until <= \(now)::timestamptz
            returning 1
        )
        select true where not exists (select from counted)
        """
    }

    /// A success ends the row of failures.
    static func forget(_ keys: AttemptKeys) -> SQL {
        "delete from medmitra.attempts where key in (\(keys.strangers), \(keys.near))"
    }

    /// Remembers the address as one from which the account was signed in to.
    static func remember(_ keys: AttemptKeys, now: Timestamp) -> SQL {
        """
        insert into medmitra.attempts as a (key, failures, last_at, blocked_until)
        values (\(keys.known), 0, \(now)::timestamptz, \(now)::timestamptz)
        on conflict (key) do update set last_at = excluded.last_at
        where a.last_at < excluded.last_at - interval '1 hour'
        """
    }

    /// Removes what says nothing any more: full buckets, attempts that are forgotten, addresses not seen for long.
    static func sweep(now: Timestamp) -> [SQL] {
        [
            """
            delete from medmitra.rate_buckets where key in (
                select key from medmitra.rate_buckets where full_at < \(now)::timestamptz
                limit \(AuthLimits.throttleRowsPerSweep)::int for update skip locked)
            """,
            """
            delete from medmitra.attempts where key in (
                select key from medmitra.attempts
                where failures > 0 and last_at < \(now)::timestamptz - interval '1 day'
                    or last_at < \(now)::timestamptz - interval '30 days'
                limit \(AuthLimits.throttleRowsPerSweep)::int for update skip locked)
            """,
        ]
    }

    private static func counting(_ keys: AttemptKeys, policy: AttemptPolicy, now: Timestamp) -> SQL {
        let failures: SQL = """
            (case when a.last_at < \(now)::timestamptz - interval '1 day' then 1 else least(a.failures, 1000) + 1 end)
            """
        let seconds = Int(policy.delayMax.components.seconds)
        return """
            insert into medmitra.attempts as a (key, failures, last_at, blocked_until)
            values (\(counted(keys, now: now)), 1, \(now)::timestamptz, \(now)::timestamptz)
            on conflict (key) do update
            set failures = \(failures), last_at = \(now)::timestamptz,
                blocked_until = case when \(failures) <= \(policy.free)::int then \(now)::timestamptz
                    else \(now)::timestamptz + interval '1 second'
                        * least(power(2, least(\(failures) - \(policy.free)::int - 1, 30)), \(seconds)::int) end
            """
    }

    /// The key under which an attempt is counted: its address's own if that is known, else that of all strangers.
    private static func counted(_ keys: AttemptKeys, now: Timestamp) -> SQL {
        """
        (case when exists (
            select from medmitra.attempts k
            where k.key = \(keys.known) and k.last_at >= \(now)::timestamptz - interval '30 days')
        then \(keys.near)::bytea else \(keys.strangers)::bytea end)
        """
    }
}
