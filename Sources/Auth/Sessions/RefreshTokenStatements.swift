internal import Core
internal import Postgres

/// SQL over `auth.refresh_tokens`.
enum RefreshTokenStatements {
    /// Takes the session of a token for this transaction alone. Everything that follows in the transaction sees what the
    /// last holder left, so refreshes of one session never overlap.
    static func lockSession(token: String) -> SQL {
        """
        select s.id
        from auth.refresh_tokens t
            join auth.sessions s on s.id = t.session_id
        where t.token = any(\(RefreshTokens.spellings(token))::text[])
        for update of s
        """
    }

    static func lockSession(id: String) -> SQL {
        "select id from auth.sessions where id = \(id)::uuid for update"
    }

    /// The token's row, the newest active token of its session and, from column 5 on, the session.
    static func find(token: String) -> SQL {
        """
        select coalesce(t.revoked, false), \(microseconds("coalesce(t.updated_at, t.created_at, 'epoch'::timestamptz)")),
            t.session_id, a.token, a.parent, \(SessionStatements.columns)
        from auth.refresh_tokens t
            left join auth.sessions s on s.id = t.session_id
            left join lateral (
                select n.token, n.parent
                from auth.refresh_tokens n
                where n.session_id = t.session_id and not coalesce(n.revoked, false)
                order by n.id desc
                limit 1
            ) as a on true
        where t.token = any(\(RefreshTokens.spellings(token))::text[])
        """
    }

    /// The user of a token's session.
    static func findUser(token: String) -> SQL {
        """
        select \(UserStatements.columns)
        from auth.users u
        where u.id = (
            select s.user_id
            from auth.refresh_tokens t
                join auth.sessions s on s.id = t.session_id
            where t.token = any(\(RefreshTokens.spellings(token))::text[]))
        """
    }

    static func find(sessionID: String) -> SQL {
        "select \(SessionStatements.columns) from auth.sessions s where s.id = \(sessionID)::uuid"
    }

    static func findUser(sessionID: String) -> SQL {
        """
        select \(UserStatements.columns)
        from auth.users u
        where u.id = (select s.user_id from auth.sessions s where s.id = \(sessionID)::uuid)
        """
    }

    /// Adds a token to a session, as its digest; does nothing if there is no such session.
    static func insert(token: String, parent: String?, sessionID: String, now: Timestamp) -> SQL {
        """
        insert into auth.refresh_tokens (
            instance_id, token, user_id, session_id, parent, revoked, created_at, updated_at)
        select \(UserStatements.instance)::uuid, \(RefreshTokens.stored(token)), user_id::text, id,
            \(parent.map(RefreshTokens.stored)), false, \(now)::timestamptz,
            \(now)::timestamptz
        from auth.sessions
        where id = \(sessionID)::uuid
        """
    }

    static func revoke(token: String, now: Timestamp) -> SQL {
        """
        update auth.refresh_tokens set revoked = true, updated_at = \(now)::timestamptz
        where token = any(\(RefreshTokens.spellings(token))::text[])
        """
    }

    /// How many tokens replaced a token.
    static func countSuccessors(of token: String) -> SQL {
        "select count(*) from auth.refresh_tokens where parent = any(\(RefreshTokens.spellings(token))::text[])"
    }

    private static func microseconds(_ column: String) -> SQL { SQL(trustedText: Columns.microseconds(column)) }
}
