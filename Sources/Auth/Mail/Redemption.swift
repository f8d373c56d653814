internal import Core
internal import Postgres

/// A one-time token just used up, with its user. Whether it is worth anything is decided here; if not, the transaction
/// is rolled back and the token is as it was.
struct Redemption: Sendable {
    enum Fault: Error, Sendable, Hashable {
        /// Expired, or not for what it was presented as. Clients are not told which.
        case worthless
        case banned
    }

    let user: User
    let kind: OneTimeToken.Kind
    /// The address or number it was sent to.
    let relatesTo: String
    /// Whether the other address has agreed to the change already.
    let isHalfChanged: Bool

    /// - Parameter type: as what the token was presented.
    func check(
        as type: VerificationType, mailLifetime: Duration, textLifetime: Duration, now: Timestamp
    ) throws(Fault) {
        let lifetime = type.isByPhone ? textLifetime : mailLifetime
        guard let sentAt, now <= sentAt.advanced(by: lifetime), isForPresentAddress(as: type) else {
            throw .worthless
        }
        guard !user.isBanned(at: now) else { throw .banned }
    }

    private var sentAt: Timestamp? {
        switch kind {
        case .confirmation: user.confirmationSentAt
        case .recovery: user.recoverySentAt
        case .emailChangeNew, .emailChangeCurrent: user.emailChangeSentAt
        case .phoneChange: user.phoneChangeSentAt
        case .reauthentication: user.reauthenticationSentAt
        }
    }

    /// A token proves the address it was sent to. It is worth nothing once the user has another, and a code from a text
    /// message confirms no mail address.
    private func isForPresentAddress(as type: VerificationType) -> Bool {
        let address: String
        switch kind {
        case .confirmation: address = type.isByPhone ? user.phone : user.email
        case .recovery, .emailChangeCurrent, .reauthentication: address = user.email
        case .emailChangeNew: address = user.newEmail
        case .phoneChange: address = user.newPhone
        }
        return !address.isEmpty && relatesTo == address.lowercased()
    }
}

/// What is presented: a code with the address it was sent to, or the token that a link carries.
enum PresentedToken: Sendable {
    case link(String)
    /// The address is in lower case, a number its digits.
    case code(String, address: String, audience: String)
}

/// SQL that uses up one-time tokens.
enum RedemptionStatements {
    /// Two statements: the first answers with the user and takes the row, so that all redemptions of one user happen one
    /// after the other; the second, which sees what the one before left, deletes the token. Only whom the second answers
    /// has redeemed it.
    static func redeem(_ token: PresentedToken, kinds: [OneTimeToken.Kind]) -> [SQL] {
        let matches: SQL
        switch token {
        case .link(let token):
            matches = "t.token_hash = \(token) and t.token_type::text = any(\(kinds.map(\.rawValue))::text[])"
        case .code(let code, let address, let audience):
            let hash = OneTimeToken.hash(address: address, code: code)
            matches = """
                t.relates_to = \(address) and t.token_type::text = any(\(kinds.map(\.rawValue))::text[])
                    and u.aud = \(audience) and \(codeHash) = any(\([hash, OneTimeToken.pkcePrefix + hash])::text[])
                """
        }
        return [
            """
            select \(UserStatements.columns)
            from auth.users u
            where u.instance_id = \(UserStatements.instance)::uuid
                and u.id = (
                    select t.user_id
                    from auth.one_time_tokens t
                        join auth.users u on u.id = t.user_id
                    where \(matches)
                    order by t.token_type
                    limit 1)
            for no key update of u
            """,
            """
            delete from auth.one_time_tokens t
            using auth.users u
            where u.id = t.user_id and \(matches)
            returning t.user_id, t.token_type, t.relates_to, coalesce(u.email_change_confirm_status, 0) > 0
            """,
        ]
    }

    /// What the user's row keeps for a token `t`.
    private static let codeHash = SQL(
        trustedText: """
            (case t.token_type when 'confirmation_token' then u.confirmation_token \
            when 'recovery_token' then u.recovery_token \
            when 'email_change_token_new' then u.email_change_token_new \
            when 'email_change_token_current' then u.email_change_token_current \
            when 'phone_change_token' then u.phone_change_token \
            when 'reauthentication_token' then u.reauthentication_token end)
            """)

    /// The user of a number that has a fixed code, taken as ``redeem(_:kinds:)`` takes one.
    static func lock(phone: String, isChange: Bool, audience: String) -> SQL {
        isChange
            ? """
            select \(UserStatements.columns) from auth.users u
            where u.instance_id = \(UserStatements.instance)::uuid and u.phone_change = \(phone)
                and u.aud = \(audience)
            limit 1
            for no key update of u
            """
            : """
            select \(UserStatements.columns) from auth.users u
            where u.instance_id = \(UserStatements.instance)::uuid and u.phone = \(phone) and u.aud = \(audience)
            for no key update of u
            """
    }

    /// Ends everything that is pending for a user: two statements.
    static func burn(userID: String) -> [SQL] {
        [
            """
            update auth.users
            set confirmation_token = '', recovery_token = '', email_change_token_new = '',
                email_change_token_current = '', phone_change_token = '', reauthentication_token = ''
            where id = \(userID)::uuid
            """,
            UserStatements.deleteOneTimeTokens(userID: userID),
        ]
    }

    /// Takes from an account every way in that was there before its address was proven. It may have been made by somebody
    /// who waits for the owner of the address: who asked for a mail to get in did not choose the password.
    static func dropUnproven(userID: String) -> [SQL] {
        [
            "update auth.users set encrypted_password = null where id = \(userID)::uuid",
            "delete from auth.identities where user_id = \(userID)::uuid and provider not in ('email', 'phone')",
            SessionStatements.deleteAll(userID: userID),
            "delete from auth.mfa_factors where user_id = \(userID)::uuid",
            "delete from auth.webauthn_credentials where user_id = \(userID)::uuid",
        ]
    }

    /// Notes the first of two agreements to a change of address.
    static func noteHalfChange(userID: String, kind: OneTimeToken.Kind) -> SQL {
        kind == .emailChangeNew
            ? """
            update auth.users set email_change_confirm_status = 1, email_change_token_new = ''
            where id = \(userID)::uuid
            """
            : """
            update auth.users set email_change_confirm_status = 1, email_change_token_current = ''
            where id = \(userID)::uuid
            """
    }

    /// Says of the identities with the user's address that it is confirmed.
    static func markIdentitiesVerified(userID: String, now: Timestamp) -> SQL {
        """
        update auth.identities i
        set identity_data = i.identity_data || '{"email_verified": true}'::jsonb, updated_at = \(now)::timestamptz
        from auth.users u
        where u.id = \(userID)::uuid and i.user_id = u.id and i.email = lower(u.email)
        """
    }

    /// Makes a proven address the user's own: four statements.
    static func adopt(_ address: String, userID: String, now: Timestamp) -> [SQL] {
        let claims = IdentityStatements.emailData(userID: userID, email: address, isVerified: true)
        return [
            UserStatements.setEmail(id: userID, email: address, now: now),
            IdentityStatements.upsertEmail(userID: userID, data: claims, now: now),
            """
            update auth.users u
            set email_confirmed_at = coalesce(u.email_confirmed_at, \(now)::timestamptz),
                raw_user_meta_data = \(UserStatements.objectOrEmpty("u.raw_user_meta_data"))
                    || jsonb_build_object('email', \(address)::text, 'email_verified', true)
            where u.id = \(userID)::uuid
            """,
            IdentityStatements.refreshProviders(userID: userID, now: now),
        ]
    }

    /// Continues the newest flow of its kind that waits for a user, and answers with its code.
    static func issueAuthCode(userID: String, method: String, now: Timestamp) -> SQL {
        """
        update auth.flow_state
        set auth_code_issued_at = \(now)::timestamptz, updated_at = \(now)::timestamptz
        where id = (
            select id
            from auth.flow_state
            where user_id = \(userID)::uuid and authentication_method = \(method) and code_challenge is not null
                and auth_code is not null and auth_code_issued_at is null
            order by created_at desc
            limit 1)
        returning auth_code
        """
    }

    /// Answers with a row if the nonce was the user's and is not too old; it is used up then.
    static func redeemNonce(userID: String, hash: String, sentAfter: Timestamp) -> SQL {
        """
        delete from auth.one_time_tokens t
        using auth.users u
        where u.id = t.user_id and u.id = \(userID)::uuid and t.token_type = 'reauthentication_token'
            and u.reauthentication_token = \(hash) and u.reauthentication_sent_at >= \(sentAfter)::timestamptz
        returning t.id
        """
    }
}
