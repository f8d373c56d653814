internal import Core
internal import Postgres

/// SQL over the identities of other providers and their users.
enum ExternalIdentityStatements {
    // MARK: Whose it is

    /// What ``LinkingDecision/Facts`` are made of, in its order. `emails` are the verified ones, `email` that of a new
    /// account; all lower case.
    static func facts(provider: String, subject: String, emails: [String], email: String) -> [SQL] {
        [
            """
            select i.user_id from auth.identities i
            where i.provider_id = \(subject) and i.provider = \(provider)
            """,
            "select distinct i.provider, i.user_id from auth.identities i where i.email = any(\(emails)::text[])",
            """
            select u.id from auth.users u
            where u.instance_id = \(UserStatements.instance)::uuid and lower(u.email) = any(\(emails)::text[])
                and not u.is_sso_user
            """,
            """
            select exists (
                select from auth.users u where \(UserStatements.hasEmail(email)))
                or exists (
                    select from auth.identities i where i.email = \(email) and i.provider not like 'sso:%')
            """,
        ]
    }

    /// Makes everything else about a user wait until this transaction has ended.
    static func lockUser(id: String) -> SQL {
        "select id from auth.users where id = \(id)::uuid for update"
    }

    // MARK: Identities

    static func insert(
        _ profile: ExternalProfile, provider: String, userID: String, now: Timestamp
    ) -> SQL {
        """
        insert into auth.identities
            (id, provider_id, user_id, identity_data, provider, last_sign_in_at, created_at, updated_at)
        values (gen_random_uuid(), \(profile.subject), \(userID)::uuid, \(JSON.object(profile.claims))::jsonb,
            \(provider), \(now)::timestamptz, \(now)::timestamptz, \(now)::timestamptz)
        returning id
        """
    }

    /// What the provider says now takes the place of what it said before.
    static func update(_ profile: ExternalProfile, provider: String, now: Timestamp) -> SQL {
        """
        update auth.identities
        set identity_data = \(JSON.object(profile.claims))::jsonb, last_sign_in_at = \(now)::timestamptz,
            updated_at = \(now)::timestamptz
        where provider_id = \(profile.subject) and provider = \(provider)
        """
    }

    static func delete(id: String, userID: String) -> SQL {
        "delete from auth.identities where id = \(id)::uuid and user_id = \(userID)::uuid"
    }

    // MARK: Users

    /// Leaves of an account whose address nobody has proven only what comes with the identity that proves it. Whoever made
    /// the account before, to wait for its owner, has no way in any more: no password, identity, session, factor, phone
    /// or pending link; `isMailKept` spares the mail that asks for the proof itself.
    static func stripUnproven(
        _ profile: ExternalProfile, provider: String, userID: String, isMailKept: Bool, now: Timestamp
    ) -> [SQL] {
        [
            """
            delete from auth.identities
            where user_id = \(userID)::uuid and not (provider_id = \(profile.subject) and provider = \(provider))
            """,
            """
            update auth.users
            set encrypted_password = null, raw_user_meta_data = \(JSON.object(profile.claims))::jsonb,
                phone = null, phone_confirmed_at = null, is_anonymous = false, updated_at = \(now)::timestamptz
            where id = \(userID)::uuid
            """,
            clearPending(userID: userID, isConfirmationKept: isMailKept, now: now),
            """
            delete from auth.one_time_tokens
            where user_id = \(userID)::uuid and not (\(isMailKept)::boolean and token_type = 'confirmation_token')
            """,
            SessionStatements.deleteAll(userID: userID),
            "delete from auth.mfa_factors where user_id = \(userID)::uuid",
            "delete from auth.flow_state where user_id = \(userID)::uuid",
            IdentityStatements.refreshProviders(userID: userID, now: now),
        ]
    }

    /// Links and codes that were sent before an address changed prove nothing any more.
    static func clearPending(userID: String, isConfirmationKept: Bool = false, now: Timestamp) -> SQL {
        """
        update auth.users
        set confirmation_token = case when \(isConfirmationKept)::boolean then confirmation_token else '' end,
            confirmation_sent_at = case when \(isConfirmationKept)::boolean then confirmation_sent_at end,
            recovery_token = '', recovery_sent_at = null,
            email_change = '', email_change_token_new = '', email_change_token_current = '',
            email_change_sent_at = null, email_change_confirm_status = 0, phone_change = '', phone_change_token = '',
            phone_change_sent_at = null, reauthentication_token = '', reauthentication_sent_at = null,
            updated_at = \(now)::timestamptz
        where id = \(userID)::uuid
        """
    }

    /// Sets the address, empty for none, and leaves what confirms it to others.
    static func setEmail(userID: String, email: String, now: Timestamp) -> SQL {
        """
        update auth.users
        set email = nullif(\(email), ''), updated_at = \(now)::timestamptz
        where id = \(userID)::uuid
        """
    }

    static func makePermanent(userID: String, now: Timestamp) -> SQL {
        "update auth.users set is_anonymous = false, updated_at = \(now)::timestamptz where id = \(userID)::uuid"
    }

    static func unconfirmEmail(userID: String, now: Timestamp) -> SQL {
        """
        update auth.users u
        set email_confirmed_at = null, updated_at = \(now)::timestamptz,
            raw_user_meta_data = \(UserStatements.objectOrEmpty("u.raw_user_meta_data"))
                || '{"email_verified": false}'::jsonb
        where u.id = \(userID)::uuid
        """
    }

    static func removePhone(userID: String, now: Timestamp) -> SQL {
        """
        update auth.users
        set phone = null, phone_confirmed_at = null, updated_at = \(now)::timestamptz
        where id = \(userID)::uuid
        """
    }

    // MARK: Invitations

    /// Whether somebody was invited with a token, as links carry it, with or without the mark of flows that end with an
    /// exchange.
    static func findInvitation(token: String, sentAfter: Timestamp) -> SQL {
        "select t.user_id from auth.one_time_tokens t where \(isInvitation(token, sentAfter: sentAfter))"
    }

    /// Uses an invitation up; answers with the user if it was still there.
    static func takeInvitation(token: String, sentAfter: Timestamp) -> SQL {
        """
        delete from auth.one_time_tokens t
        where \(isInvitation(token, sentAfter: sentAfter))
        returning t.user_id
        """
    }

    private static func isInvitation(_ token: String, sentAfter: Timestamp) -> SQL {
        """
        t.token_type = 'confirmation_token' and t.token_hash in (\(token), \(OneTimeToken.pkcePrefix + token))
            and t.created_at >= \(sentAfter)::timestamptz at time zone 'utc'
        """
    }
}
