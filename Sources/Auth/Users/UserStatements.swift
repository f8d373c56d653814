internal import Core
internal import Postgres

/// SQL over `auth.users`. Texts depend on shape alone, so each is prepared once a connection.
enum UserStatements {
    /// GoTrue's "no instance": look-ups filter on it.
    static let instance = UUIDText.zero

    /// What ``User`` reads, of a row named `u`.
    static let columns = SQL(trustedText: columnsText)

    private static let columnsText: String = {
        func text(_ column: String) -> String { "coalesce(u.\(column), '')" }
        func time(_ column: String) -> String { Columns.microseconds("u.\(column)") }
        let created = Columns.microseconds("coalesce(u.created_at, u.updated_at, 'epoch'::timestamptz)")
        let updated = Columns.microseconds("coalesce(u.updated_at, u.created_at, 'epoch'::timestamptz)")
        return [
            "u.id", text("aud"), text("role"), text("email"), text("encrypted_password"), time("email_confirmed_at"),
            time("invited_at"), text("phone"), time("phone_confirmed_at"), time("confirmation_sent_at"),
            time("recovery_sent_at"), text("email_change"), time("email_change_sent_at"), text("phone_change"),
            time("phone_change_sent_at"), time("reauthentication_sent_at"), time("last_sign_in_at"),
            objectOrEmptyText("u.raw_app_meta_data"), objectOrEmptyText("u.raw_user_meta_data"), created, updated,
            time("banned_until"), time("deleted_at"), "u.is_anonymous", "u.is_sso_user", identities, factors,
        ].joined(separator: ", ")
    }()

    private static let identities = """
        (select coalesce(json_agg(json_build_object('identity_id', i.id, 'id', i.provider_id, 'user_id', i.user_id, \
        'identity_data', i.identity_data, 'provider', i.provider, \
        'last_sign_in_at', \(Columns.microseconds("i.last_sign_in_at")), \
        'created_at', \(Columns.microseconds("i.created_at")), \
        'updated_at', \(Columns.microseconds("i.updated_at")), 'email', i.email) \
        order by i.created_at, i.id), '[]') from auth.identities i where i.user_id = u.id)
        """

    private static let factors = """
        (select coalesce(json_agg(json_build_object('id', f.id, \
        'created_at', \(Columns.microseconds("f.created_at")), 'updated_at', \(Columns.microseconds("f.updated_at")), \
        'status', f.status, 'friendly_name', f.friendly_name, 'factor_type', f.factor_type, \
        'phone', coalesce(f.phone, ''), 'last_challenged_at', \(Columns.microseconds("f.last_challenged_at")), \
        'web_authn_aaguid', f.web_authn_aaguid, 'last_webauthn_challenge_data', f.last_webauthn_challenge_data) \
        order by f.created_at, f.id), '[]') from auth.mfa_factors f where f.user_id = u.id)
        """

    /// A metadata column as an object, whatever a hand-written row holds.
    static func objectOrEmpty(_ column: String) -> SQL { SQL(trustedText: objectOrEmptyText(column)) }

    private static func objectOrEmptyText(_ column: String) -> String {
        "(case when jsonb_typeof(\(column)) = 'object' then \(column) else '{}'::jsonb end)"
    }

    // MARK: Look-ups

    static func find(id: String) -> SQL {
        "select \(columns) from auth.users u where u.instance_id = \(instance)::uuid and u.id = \(id)::uuid"
    }

    /// The account of an address. Single sign-on accounts are not found: they may share addresses.
    static func find(email: String, audience: String) -> SQL {
        """
        select \(columns) from auth.users u
        where u.instance_id = \(instance)::uuid and lower(u.email) = \(email) and u.aud = \(audience)
            and not u.is_sso_user
        limit 1
        """
    }

    /// The account of a number.
    static func find(phone: String, audience: String) -> SQL {
        """
        select \(columns) from auth.users u
        where u.instance_id = \(instance)::uuid and u.phone = \(phone) and u.aud = \(audience)
            and not u.is_sso_user
        """
    }

    /// Whether another account has the address, of whatever audience.
    static func isEmailTaken(_ email: String, besides id: String) -> SQL {
        "select exists (select from auth.users u where \(hasEmail(email)) and u.id <> \(id)::uuid)"
    }

    /// Whether the row `u` keeps others from being made with an address: by the unique index, which knows neither audience
    /// nor instance, or because it differs in case alone.
    static func hasEmail(_ email: String) -> SQL {
        """
        not u.is_sso_user
        and (u.email = \(email) or u.instance_id = \(instance)::uuid and lower(u.email) = \(email))
        """
    }

    // MARK: Changes

    /// One statement with everything that an app's AFTER INSERT trigger may read.
    static func insert(_ new: NewUser, now: Timestamp) -> SQL {
        """
        insert into auth.users (
            instance_id, id, aud, role, email, phone, encrypted_password, raw_app_meta_data, raw_user_meta_data,
            is_anonymous, confirmation_token, recovery_token, email_change_token_new, email_change_token_current,
            email_change, created_at, updated_at)
        values (
            \(instance)::uuid, \(new.id)::uuid, \(new.audience), '', nullif(\(new.email), ''), nullif(\(new.phone), ''),
            \(new.passwordHash),
            \(JSON.object(new.appMetadata))::jsonb, \(JSON.object(new.userMetadata))::jsonb, \(new.isAnonymous)::boolean,
            '', '', '', '', '', \(now)::timestamptz, \(now)::timestamptz)
        """
    }

    static func setRole(id: String, role: String) -> SQL {
        "update auth.users set role = \(role) where id = \(id)::uuid"
    }

    /// Shallow merge; `removed` names the keys to take out.
    static func mergeUserMetadata(id: String, added: JSONObject, removed: [String] = [], now: Timestamp) -> SQL {
        """
        update auth.users u
        set raw_user_meta_data =
                (\(objectOrEmpty("u.raw_user_meta_data")) || \(JSON.object(added))::jsonb) - \(removed)::text[],
            updated_at = \(now)::timestamptz
        where u.id = \(id)::uuid
        """
    }

    static func mergeAppMetadata(id: String, added: JSONObject, removed: [String], now: Timestamp) -> SQL {
        """
        update auth.users u
        set raw_app_meta_data =
                (\(objectOrEmpty("u.raw_app_meta_data")) || \(JSON.object(added))::jsonb) - \(removed)::text[],
            updated_at = \(now)::timestamptz
        where u.id = \(id)::uuid
        """
    }

    /// Confirms the address and says so in the metadata.
    static func confirmEmail(id: String, now: Timestamp) -> SQL {
        """
        update auth.users u
        set email_confirmed_at = \(now)::timestamptz, confirmation_token = '', updated_at = \(now)::timestamptz,
            raw_user_meta_data = \(objectOrEmpty("u.raw_user_meta_data")) || '{"email_verified": true}'::jsonb
        where u.id = \(id)::uuid
        """
    }

    /// Sets the address at once. Confirmation is for a statement of its own.
    static func setEmail(id: String, email: String, now: Timestamp) -> SQL {
        """
        update auth.users
        set email = \(email), email_change = '', email_change_token_new = '', email_change_token_current = '',
            email_change_confirm_status = 0, is_anonymous = false, updated_at = \(now)::timestamptz
        where id = \(id)::uuid
        """
    }

    /// Replaces the password if it is still the one that was checked, and ends all pending confirmations that were made
    /// for its holder. Answers with the id, or nothing if somebody else was quicker.
    static func setPassword(id: String, hash: String, replacing old: String?, now: Timestamp) -> SQL {
        """
        update auth.users
        set encrypted_password = \(hash), confirmation_token = '', recovery_token = '',
            email_change_token_new = '', email_change_token_current = '', phone_change_token = '', reauthentication_token = '',
            reauthentication_sent_at = null, updated_at = \(now)::timestamptz
        where id = \(id)::uuid and coalesce(encrypted_password, '') = coalesce(\(old), '')
        returning id
        """
    }

    static func deleteOneTimeTokens(userID: String) -> SQL {
        "delete from auth.one_time_tokens where user_id = \(userID)::uuid"
    }
}

/// A user about to be stored.
struct NewUser: Sendable {
    var id: String
    var audience: String
    /// Lower case; empty for none.
    var email = ""
    /// Digits without `+`; empty for none.
    var phone = ""
    var passwordHash: String
    var appMetadata: JSONObject = [:]
    var userMetadata: JSONObject = [:]
    var isAnonymous = false
}
