internal import Core
internal import Postgres

/// SQL over `auth.sessions` and the methods by which they were authenticated.
enum SessionStatements {
    /// What ``Session`` reads, of a row named `s`. `refreshed_at` has no zone and means UTC.
    static let columns = SQL(
        trustedText: """
            s.id, s.user_id, \(Columns.microseconds("coalesce(s.created_at, 'epoch'::timestamptz)")), \
            coalesce(s.aal::text, 'aal1'), \(Columns.microseconds("s.not_after")), \
            \(Columns.microseconds("(s.refreshed_at at time zone 'utc')")), \
            exists (select from auth.sessions o where o.user_id = s.user_id and o.id <> s.id \
            and coalesce(o.refreshed_at at time zone 'utc', o.created_at) \
            > coalesce(s.refreshed_at at time zone 'utc', s.created_at)), \
            s.refresh_token_counter, s.refresh_token_hmac_key, s.oauth_client_id, s.scopes, \
            (select coalesce(json_agg(json_build_object('method', a.authentication_method, \
            'timestamp', \(Columns.microseconds("a.updated_at"))) order by a.updated_at desc, a.id), '[]') \
            from auth.mfa_amr_claims a where a.session_id = s.id)
            """)

    static func find(id: String, userID: String) -> SQL {
        "select \(columns) from auth.sessions s where s.id = \(id)::uuid and s.user_id = \(userID)::uuid"
    }

    /// Makes a session for a user who is still who was checked: not banned meanwhile, and with the same password if
    /// `passwordHash` is given. Without a session made, the statements that follow find none and do nothing.
    static func begin(_ new: NewSession, passwordHash: String?, now: Timestamp) -> SQL {
        """
        with signed_in as (
            update auth.users
            set last_sign_in_at = \(now)::timestamptz, updated_at = \(now)::timestamptz
            where id = \(new.userID)::uuid and (banned_until is null or banned_until <= \(now)::timestamptz)
                and (\(passwordHash)::text is null or encrypted_password = \(passwordHash)::text)
            returning id
        )
        insert into auth.sessions (
            id, user_id, created_at, updated_at, aal, user_agent, ip, refresh_token_hmac_key, refresh_token_counter,
            oauth_client_id, scopes)
        select \(new.id)::uuid, id, \(now)::timestamptz, \(now)::timestamptz, 'aal1', \(new.userAgent), \(new.ip)::inet,
            \(new.counterKey?.reveal())::text, case when \(new.counterKey?.reveal())::text is not null then 0 end,
            \(new.oauthClientID)::uuid, \(new.scopes)
        from signed_in
        """
    }

    static func addMethod(sessionID: String, method: String, now: Timestamp) -> SQL {
        """
        insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
        select gen_random_uuid(), id, \(now)::timestamptz, \(now)::timestamptz, \(method)
        from auth.sessions
        where id = \(sessionID)::uuid
        """
    }

    /// Notes a refresh: who asked and when.
    static func markRefreshed(id: String, userAgent: String?, ip: String?, now: Timestamp) -> SQL {
        """
        update auth.sessions
        set refreshed_at = \(now)::timestamptz at time zone 'utc', updated_at = \(now)::timestamptz,
            user_agent = \(userAgent), ip = \(ip)::inet
        where id = \(id)::uuid
        """
    }

    static func setCounter(id: String, counter: Int) -> SQL {
        "update auth.sessions set refresh_token_counter = \(counter)::bigint where id = \(id)::uuid"
    }

    static func delete(id: String) -> SQL {
        "delete from auth.sessions where id = \(id)::uuid"
    }

    static func deleteAll(userID: String) -> SQL {
        "delete from auth.sessions where user_id = \(userID)::uuid"
    }

    static func deleteOthers(userID: String, keeping id: String) -> SQL {
        "delete from auth.sessions where user_id = \(userID)::uuid and id <> \(id)::uuid"
    }
}

/// A session about to be stored.
struct NewSession: Sendable {
    var id: String
    var userID: String
    var userAgent: String?
    /// Nil when the client's address is not known.
    var ip: String?
    /// The key of version 2 refresh tokens; nil for version 1.
    var counterKey: Secret<String>?
    /// The OAuth client that will act in it, and with which scopes.
    var oauthClientID: String?
    var scopes: String?
}
