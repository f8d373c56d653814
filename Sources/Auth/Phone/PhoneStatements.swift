internal import Core
internal import Postgres

/// SQL of accounts by phone.
enum PhoneStatements {
    /// The identity of a number that is not confirmed yet; its subject is the user's own id.
    static func addIdentity(userID: String, data: JSONObject, now: Timestamp) -> SQL {
        """
        insert into auth.identities
            (id, provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
        values (gen_random_uuid(), \(userID), \(userID)::uuid, \(JSON.object(data))::jsonb, 'phone',
            \(now)::timestamptz, \(now)::timestamptz, \(now)::timestamptz)
        on conflict (provider_id, provider) do nothing
        """
    }

    /// Confirms the number, in the row, in the identity and in the metadata: three statements.
    static func confirm(userID: String, now: Timestamp) -> [SQL] {
        [
            """
            update auth.users u
            set phone_confirmed_at = coalesce(u.phone_confirmed_at, \(now)::timestamptz), confirmation_token = '',
                is_anonymous = false, updated_at = \(now)::timestamptz,
                raw_user_meta_data = \(UserStatements.objectOrEmpty("u.raw_user_meta_data"))
                    || '{"phone_verified": true}'::jsonb
            where u.id = \(userID)::uuid
            """,
            """
            update auth.identities
            set identity_data = identity_data || '{"phone_verified": true}'::jsonb, updated_at = \(now)::timestamptz
            where user_id = \(userID)::uuid and provider = 'phone'
            """,
        ]
    }

    /// Makes a proven number the user's own.
    static func adopt(_ phone: String, userID: String, now: Timestamp) -> [SQL] {
        [
            AdminStatements.setPhone(id: userID, phone: phone, now: now),
            "update auth.users set phone_confirmed_at = \(now)::timestamptz where id = \(userID)::uuid",
            AdminStatements.upsertPhoneIdentity(userID: userID, phone: phone, isVerified: true, now: now),
            IdentityStatements.refreshProviders(userID: userID, now: now),
            UserStatements.mergeUserMetadata(id: userID, added: ["phone_verified": true], now: now),
        ]
    }

    /// The claims of a phone identity, in the order in which they are shown.
    static func claims(userID: String, phone: String, data: JSONObject) -> JSONObject {
        var claims = data
        claims["email_verified"] = false
        claims["phone"] = .string(phone)
        claims["phone_verified"] = false
        claims["sub"] = .string(userID)
        return claims
    }
}
