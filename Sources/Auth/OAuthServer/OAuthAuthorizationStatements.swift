internal import Core
internal import Postgres

/// SQL over `auth.oauth_authorizations` and `auth.oauth_consents`.
enum OAuthAuthorizationStatements {
    private static let selected = SQL(
        trustedText: """
            select a.id, a.user_id, a.redirect_uri, a.scope, coalesce(a.state, ''), coalesce(a.resource, ''), \
            case when a.code_challenge_method = 's256' then coalesce(a.code_challenge, '') else '' end, \
            coalesce(a.nonce, ''), a.status::text, \(Columns.microseconds("a.expires_at")),
            """)

    // MARK: Requests

    static func insert(_ request: AuthorizationRequest, id: String, now: Timestamp, lifetime: Duration) -> SQL {
        """
        insert into auth.oauth_authorizations (
            id, authorization_id, client_id, redirect_uri, scope, state, resource, code_challenge,
            code_challenge_method, nonce, created_at, expires_at)
        values (
            gen_random_uuid(), \(id), \(request.clientID)::uuid, \(request.redirectURI), \(request.scopes.text),
            nullif(\(request.state), ''), nullif(\(request.resource), ''), \(request.challenge), 's256',
            nullif(\(request.nonce), ''), \(now)::timestamptz, \(now.advanced(by: lifetime))::timestamptz)
        """
    }

    /// Forgets some of those that ended long ago.
    static func removeEnded(now: Timestamp) -> SQL {
        """
        delete from auth.oauth_authorizations
        where id in (
            select id from auth.oauth_authorizations
            where expires_at < \(now.advanced(by: .zero - OAuthServerLimits.endedRequestsKept))::timestamptz
            order by expires_at
            limit \(OAuthServerLimits.endedRequestsRemovedAtOnce)::bigint
            for update skip locked)
        """
    }

    /// Takes the request for this transaction: whoever comes second sees what the first decided.
    static func lock(authorizationID: String) -> SQL {
        """
        \(selected) \(OAuthClientStatements.columns)
        from auth.oauth_authorizations a
            join auth.oauth_clients c on c.id = a.client_id and c.deleted_at is null
        where a.authorization_id = \(authorizationID)
        for update of a
        """
    }

    static func lock(codeHash: String) -> SQL {
        """
        \(selected) \(OAuthClientStatements.columns)
        from auth.oauth_authorizations a
            join auth.oauth_clients c on c.id = a.client_id and c.deleted_at is null
        where a.authorization_code = \(codeHash)
        for update of a
        """
    }

    static func setUser(id: String, userID: String) -> SQL {
        "update auth.oauth_authorizations set user_id = \(userID)::uuid where id = \(id)::uuid"
    }

    static func approve(id: String, codeHash: String, now: Timestamp) -> SQL {
        """
        update auth.oauth_authorizations
        set status = 'approved', approved_at = \(now)::timestamptz, authorization_code = \(codeHash),
            expires_at = \(now.advanced(by: OAuthServerLimits.codeLifetime))::timestamptz
        where id = \(id)::uuid and status = 'pending'
        """
    }

    static func deny(id: String) -> SQL {
        "update auth.oauth_authorizations set status = 'denied' where id = \(id)::uuid and status = 'pending'"
    }

    /// Answers with the id only to the one who redeems the code.
    static func redeem(id: String) -> SQL {
        """
        update auth.oauth_authorizations
        set status = 'expired'
        where id = \(id)::uuid and status = 'approved'
        returning id
        """
    }

    static func findUser(codeHash: String) -> SQL {
        """
        select \(UserStatements.columns)
        from auth.users u
        where u.id = (select a.user_id from auth.oauth_authorizations a where a.authorization_code = \(codeHash))
        """
    }

    // MARK: Consents

    /// The scopes that a user has granted to the client of a request.
    static func granted(authorizationID: String, userID: String) -> SQL {
        """
        select o.scopes
        from auth.oauth_consents o
            join auth.oauth_authorizations a on a.client_id = o.client_id
        where a.authorization_id = \(authorizationID) and o.user_id = \(userID)::uuid and o.revoked_at is null
        """
    }

    static func grant(userID: String, clientID: String, scopes: String, now: Timestamp) -> SQL {
        """
        insert into auth.oauth_consents (id, user_id, client_id, scopes, granted_at)
        values (gen_random_uuid(), \(userID)::uuid, \(clientID)::uuid, \(scopes), \(now)::timestamptz)
        on conflict (user_id, client_id) do update
        set scopes = excluded.scopes, granted_at = excluded.granted_at, revoked_at = null
        """
    }

    /// A user's grants, newest first: scopes, time, client.
    static func grants(userID: String) -> SQL {
        """
        select o.scopes, \(SQL(trustedText: Columns.microseconds("o.granted_at"))), \(OAuthClientStatements.columns)
        from auth.oauth_consents o
            join auth.oauth_clients c on c.id = o.client_id and c.deleted_at is null
        where o.user_id = \(userID)::uuid and o.revoked_at is null
        order by o.granted_at desc, o.id
        limit \(OAuthServerLimits.listedMax)::bigint
        """
    }

    /// Takes a grant back and ends all that came of it: sessions, and codes not redeemed yet. The first answers with the
    /// grant's id.
    static func revoke(userID: String, clientID: String, now: Timestamp) -> [SQL] {
        [
            """
            update auth.oauth_consents
            set revoked_at = greatest(granted_at, \(now)::timestamptz)
            where user_id = \(userID)::uuid and client_id = \(clientID)::uuid and revoked_at is null
            returning id
            """,
            """
            delete from auth.oauth_authorizations
            where user_id = \(userID)::uuid and client_id = \(clientID)::uuid and status in ('pending', 'approved')
            """,
            "delete from auth.sessions where user_id = \(userID)::uuid and oauth_client_id = \(clientID)::uuid",
        ]
    }

    // MARK: Sessions

    /// Ends a session if it is the client's.
    static func endSession(id: String, clientID: String) -> SQL {
        "delete from auth.sessions where id = \(id)::uuid and oauth_client_id = \(clientID)::uuid"
    }

    /// The same by a refresh token of the session, used or not.
    static func endSession(refreshToken: String, clientID: String) -> SQL {
        """
        delete from auth.sessions
        where oauth_client_id = \(clientID)::uuid
            and id in (
                select t.session_id from auth.refresh_tokens t
                where t.token = any(\(RefreshTokens.spellings(refreshToken))::text[]))
        """
    }
}
