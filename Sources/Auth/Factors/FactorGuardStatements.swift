internal import Core
internal import Postgres

/// SQL over the guards of factors and challenges: what counts guesses and remembers used codes.
enum FactorGuardStatements {
    /// Counts a guess before it is judged, so that guesses in parallel all count: at the factor as if it failed, which a
    /// success takes back, and at its challenge. Answers with one row of two booleans: whether the factor is free to be
    /// guessed at, and whether the challenge still is.
    static func reserve(factorID: String, challengeID: String, now: Timestamp) -> SQL {
        """
        with counted as (
            insert into medmitra.mfa_factor_guards as g (factor_id, failures, failed_at)
            values (\(factorID)::uuid, 1, \(now)::timestamptz)
            on conflict (factor_id) do update
            set failures = case
                    when g.failed_at > \(now.advanced(by: .zero - FactorLimits.failureMemory))::timestamptz
                    then least(g.failures, 1000) + 1
                    else 1
                end,
                failed_at = excluded.failed_at
            where g.failures < \(FactorLimits.freeFailures)::integer or g.failed_at is null
                or g.failed_at + make_interval(secs => least(
                    \(FactorLimits.waitSecondsMin)::float8
                        * power(2, least(g.failures - \(FactorLimits.freeFailures)::integer, 20)),
                    \(FactorLimits.waitSecondsMax)::float8)) <= excluded.failed_at
            returning factor_id
        ), answered as (
            insert into medmitra.mfa_challenge_guards as h (challenge_id, attempts)
            select \(challengeID)::uuid, 1 from counted
            on conflict (challenge_id) do update
            set attempts = h.attempts + 1
            where h.attempts < \(FactorLimits.challengeAttemptsMax)::integer
            returning challenge_id
        )
        select exists (select from counted), exists (select from answered)
        """
    }

    /// A success takes the failures back. With a `step`, codes of this time step and before are used up; answers with the
    /// factor's id, or nothing if the step already was.
    static func settle(factorID: String, step: Int?) -> SQL {
        """
        insert into medmitra.mfa_factor_guards as g (factor_id, last_step)
        values (\(factorID)::uuid, \(step)::bigint)
        on conflict (factor_id) do update
        set failures = 0, failed_at = null, last_step = coalesce(excluded.last_step, g.last_step)
        where excluded.last_step is null or g.last_step is null or g.last_step < excluded.last_step
        returning factor_id
        """
    }
}
