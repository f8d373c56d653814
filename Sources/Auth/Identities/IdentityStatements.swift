internal import Core
internal import Postgres

/// SQL over `auth.identities`.
enum IdentityStatements {
    /// The e-mail identity of a user; its subject is the user's own id. An address that the identity had before is
    /// replaced.
    static func upsertEmail(userID: String, data: JSONObject, now: Timestamp) -> SQL {
        """
        insert into auth.identities
            (id, provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
        values (gen_random_uuid(), \(userID), \(userID)::uuid, \(JSON.object(data))::jsonb, 'email',
            \(now)::timestamptz, \(now)::timestamptz, \(now)::timestamptz)
        on conflict (provider_id, provider) do update
        set identity_data = auth.identities.identity_data || excluded.identity_data, updated_at = excluded.updated_at
        """
    }

    /// Sets `app_metadata.provider` and `.providers` to what the identities say, oldest first.
    static func refreshProviders(userID: String, now: Timestamp) -> SQL {
        """
        update auth.users u
        set raw_app_meta_data = \(UserStatements.objectOrEmpty("u.raw_app_meta_data"))
                || jsonb_build_object('provider', p.names[1], 'providers', to_jsonb(p.names)),
            updated_at = \(now)::timestamptz
        from (
            select array_agg(provider order by first_at, provider) as names
            from (
                select provider, min(created_at) as first_at
                from auth.identities
                where user_id = \(userID)::uuid
                group by provider
            ) as found
        ) as p
        where u.id = \(userID)::uuid and p.names is not null
        """
    }

    /// The claims of an e-mail identity, in the order in which they are shown.
    static func emailData(userID: String, email: String, isVerified: Bool, data: JSONObject = [:]) -> JSONObject {
        var claims = data
        claims["email"] = .string(email)
        claims["email_verified"] = .bool(isVerified)
        claims["phone_verified"] = false
        claims["sub"] = .string(userID)
        return claims
    }
}
