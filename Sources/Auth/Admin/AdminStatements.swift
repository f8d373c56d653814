internal import Core
internal import Postgres

/// SQL of the admin routes.
enum AdminStatements {
    /// A page of users and, in a second statement, how many there are.
    static func list(audience: String, filter: String?, isAscending: Bool, limit: Int, offset: Int) -> [SQL] {
        let order: SQL = isAscending ? "u.created_at, u.id" : "u.created_at desc, u.id desc"
        let condition = condition(audience: audience, filter: filter)
        return [
            """
            select \(UserStatements.columns) from auth.users u where \(condition)
            order by \(order) limit \(limit)::bigint offset \(offset)::bigint
            """,
            "select count(*) from auth.users u where \(condition)",
        ]
    }

    private static func condition(audience: String, filter: String?) -> SQL {
        """
        u.instance_id = \(UserStatements.instance)::uuid and u.aud = \(audience)
            and (\(filter)::text is null or strpos(lower(u.email), lower(\(filter)::text)) > 0
                or strpos(lower(u.raw_user_meta_data ->> 'full_name'), lower(\(filter)::text)) > 0)
        """
    }

    static func isPhoneTaken(_ phone: String, besides id: String) -> SQL {
        "select exists (select from auth.users where phone = \(phone) and id <> \(id)::uuid)"
    }

    static func setPhone(id: String, phone: String, now: Timestamp) -> SQL {
        """
        update auth.users
        set phone = \(phone), phone_change = '', phone_change_token = '', is_anonymous = false,
            updated_at = \(now)::timestamptz
        where id = \(id)::uuid
        """
    }

    /// Confirms without a trace in the metadata, which an admin sets exactly.
    static func confirm(id: String, email: Bool, phone: Bool, now: Timestamp) -> SQL {
        """
        update auth.users
        set email_confirmed_at = case when \(email)::boolean then coalesce(email_confirmed_at, \(now)::timestamptz)
                else email_confirmed_at end,
            phone_confirmed_at = case when \(phone)::boolean then coalesce(phone_confirmed_at, \(now)::timestamptz)
                else phone_confirmed_at end,
            confirmation_token = case when \(email)::boolean then '' else confirmation_token end,
            updated_at = \(now)::timestamptz
        where id = \(id)::uuid
        """
    }

    /// A nil `until` lifts the ban.
    static func ban(id: String, until: Timestamp?, now: Timestamp) -> SQL {
        """
        update auth.users
        set banned_until = \(until)::timestamptz, updated_at = \(now)::timestamptz
        where id = \(id)::uuid
        """
    }

    static func setPassword(id: String, hash: String, now: Timestamp) -> SQL {
        """
        update auth.users
        set encrypted_password = \(hash), recovery_token = '', reauthentication_token = '',
            reauthentication_sent_at = null, updated_at = \(now)::timestamptz
        where id = \(id)::uuid
        """
    }

    static func upsertPhoneIdentity(userID: String, phone: String, isVerified: Bool, now: Timestamp) -> SQL {
        let data: JSONObject = [
            "email_verified": false, "phone": .string(phone), "phone_verified": .bool(isVerified),
            "sub": .string(userID),
        ]
        return """
            insert into auth.identities
                (id, provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
            values (gen_random_uuid(), \(userID), \(userID)::uuid, \(JSON.object(data))::jsonb, 'phone',
                \(now)::timestamptz, \(now)::timestamptz, \(now)::timestamptz)
            on conflict (provider_id, provider) do update
            set identity_data = auth.identities.identity_data || excluded.identity_data,
                updated_at = excluded.updated_at
            """
    }

    static func delete(id: String) -> SQL {
        "delete from auth.users where instance_id = \(UserStatements.instance)::uuid and id = \(id)::uuid returning id"
    }

    /// Keeps the row so that what refers to it stays whole, and makes everything personal in it unreadable.
    static func softDelete(id: String, now: Timestamp) -> [SQL] {
        [
            """
            update auth.users u
            set email = \(obscured("u.id", "u.email")), phone = \(obscured("u.id", "u.phone")),
                encrypted_password = '', email_change = '', phone_change = '', confirmation_token = '',
                recovery_token = '', email_change_token_new = '', email_change_token_current = '',
                phone_change_token = '', reauthentication_token = '', raw_app_meta_data = '{}',
                raw_user_meta_data = '{}', deleted_at = \(now)::timestamptz, updated_at = \(now)::timestamptz
            where u.instance_id = \(UserStatements.instance)::uuid and u.id = \(id)::uuid
            returning u.id
            """,
            """
            update auth.identities i
            set provider_id = \(obscured("i.user_id", "i.provider_id")), identity_data = '{}',
                updated_at = \(now)::timestamptz
            where i.user_id = \(id)::uuid
            """,
            SessionStatements.deleteAll(userID: id),
            "delete from auth.mfa_factors where user_id = \(id)::uuid",
            "delete from auth.webauthn_credentials where user_id = \(id)::uuid",
            UserStatements.deleteOneTimeTokens(userID: id),
        ]
    }

    /// base64url(SHA-256(id + value)) without padding; nothing stays nothing.
    private static func obscured(_ id: String, _ column: String) -> SQL {
        SQL(
            trustedText: """
                case when coalesce(\(column), '') = '' then null else translate(encode(\
                sha256(convert_to(\(id)::text || \(column), 'UTF8')), 'base64'), '+/=', '-_') end
                """)
    }
}
