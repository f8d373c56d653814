internal import Core
internal import Cryptography
internal import Postgres

/// A code for a mail or text message and the token of its link (contract, section 6.3).
///
/// GoTrue's link carries the hash of address and code, so that whoever guesses codes can guess links in their place. Here
/// the two are independent: `auth.users` keeps the hash of the code, where GoTrue compares codes, and
/// `auth.one_time_tokens` the link's token, where GoTrue looks links up.
struct OneTimeToken: Sendable {
    /// Marks the token of a flow that ends with a code exchange.
    static let pkcePrefix = "pkce_"

    let code: Secret<String>
    /// What the link carries and `auth.one_time_tokens` keeps.
    let hash: String
    /// What the user's row keeps.
    let codeHash: String

    /// - Parameter isPKCE: marks the token of a flow that ends with a code exchange.
    init(address: String, codeLength: Int, isPKCE: Bool = false) {
        self.init(
            address: address, code: SecureRandom.text(length: codeLength, alphabet: SecureRandom.digits), isPKCE: isPKCE
        )
    }

    init(address: String, code: String, isPKCE: Bool = false) {
        let prefix = isPKCE ? OneTimeToken.pkcePrefix : ""
        self.code = Secret(code)
        codeHash = prefix + OneTimeToken.hash(address: address, code: code)
        // As many digits as GoTrue's.
        hash = prefix + Hex.encode(SecureRandom.bytes(28))
    }

    /// What is stored for a code of an address, without a prefix.
    static func hash(address: String, code: String) -> String {
        Hex.encode(Digest.hash(.sha224, of: address.lowercased() + code))
    }

    /// The values of `auth.one_time_token_type`.
    enum Kind: String, Sendable {
        case confirmation = "confirmation_token"
        case recovery = "recovery_token"
        case reauthentication = "reauthentication_token"
        case emailChangeNew = "email_change_token_new"
        case emailChangeCurrent = "email_change_token_current"
        case phoneChange = "phone_change_token"
    }
}

/// SQL for one-time tokens. Each is kept twice, in a column of the user and in a row of its own, as GoTrue does.
enum OneTimeTokenStatements {
    /// Does nothing if there is no such user.
    static func upsert(
        userID: String, kind: OneTimeToken.Kind, hash: String, relatesTo address: String, now: Timestamp
    ) -> SQL {
        """
        insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at)
        select gen_random_uuid(), id, \(kind.rawValue)::auth.one_time_token_type, \(hash), lower(\(address)),
            \(now)::timestamptz at time zone 'utc', \(now)::timestamptz at time zone 'utc'
        from auth.users
        where id = \(userID)::uuid
        on conflict (user_id, token_type) do update
        set token_hash = excluded.token_hash, relates_to = excluded.relates_to, created_at = excluded.created_at,
            updated_at = excluded.updated_at
        """
    }

    static func setConfirmation(userID: String, hash: String, now: Timestamp) -> SQL {
        """
        update auth.users
        set confirmation_token = \(hash), confirmation_sent_at = \(now)::timestamptz
        where id = \(userID)::uuid
        """
    }

    static func setRecovery(userID: String, hash: String, now: Timestamp) -> SQL {
        """
        update auth.users
        set recovery_token = \(hash), recovery_sent_at = \(now)::timestamptz
        where id = \(userID)::uuid
        """
    }

    static func setReauthentication(userID: String, hash: String, now: Timestamp) -> SQL {
        """
        update auth.users
        set reauthentication_token = \(hash), reauthentication_sent_at = \(now)::timestamptz
        where id = \(userID)::uuid
        """
    }

    static func setPhoneChange(userID: String, newPhone: String, hash: String, now: Timestamp) -> SQL {
        """
        update auth.users
        set phone_change = \(newPhone), phone_change_token = \(hash), phone_change_sent_at = \(now)::timestamptz,
            updated_at = \(now)::timestamptz
        where id = \(userID)::uuid
        """
    }

    static func setInvited(userID: String, now: Timestamp) -> SQL {
        "update auth.users set invited_at = \(now)::timestamptz where id = \(userID)::uuid"
    }

    /// Removes an account that was made for an invitation and that nothing happened to since; answers with its id.
    static func deleteInvited(userID: String, sentAt: Timestamp) -> SQL {
        """
        delete from auth.users
        where id = \(userID)::uuid and email_confirmed_at is null and confirmation_sent_at = \(sentAt)::timestamptz
            and created_at = \(sentAt)::timestamptz
        returning id
        """
    }

    /// `currentHash` is empty when the present address is not asked.
    static func setEmailChange(
        userID: String, newEmail: String, newHash: String, currentHash: String, now: Timestamp
    ) -> SQL {
        """
        update auth.users
        set email_change = \(newEmail), email_change_token_new = \(newHash),
            email_change_token_current = \(currentHash), email_change_sent_at = \(now)::timestamptz,
            email_change_confirm_status = 0, updated_at = \(now)::timestamptz
        where id = \(userID)::uuid
        """
    }

    /// One side of a change of address. The other side's token stays if it is for the same new address; both have to
    /// agree again.
    static func setHalfEmailChange(
        userID: String, newEmail: String, kind: OneTimeToken.Kind, hash: String, now: Timestamp
    ) -> SQL {
        let isNew = kind == .emailChangeNew
        return """
            update auth.users
            set email_change_token_new = case when \(isNew)::boolean then \(hash)::text
                    when email_change = \(newEmail)::text then email_change_token_new else '' end,
                email_change_token_current = case when not \(isNew)::boolean then \(hash)::text
                    when email_change = \(newEmail)::text then email_change_token_current else '' end,
                email_change = \(newEmail)::text, email_change_sent_at = \(now)::timestamptz,
                email_change_confirm_status = 0, updated_at = \(now)::timestamptz
            where id = \(userID)::uuid
            """
    }

    static func delete(userID: String, kind: OneTimeToken.Kind) -> SQL {
        """
        delete from auth.one_time_tokens
        where user_id = \(userID)::uuid and token_type = \(kind.rawValue)::auth.one_time_token_type
        """
    }

    /// A flow that will end with a code exchange (contract, section 6.5), in place of an earlier one of its kind that
    /// was never continued. Two statements; they do nothing if there is no such user.
    static func beginFlow(userID: String, challenge: CodeChallenge, method: String, now: Timestamp) -> [SQL] {
        [
            """
            delete from auth.flow_state
            where user_id = \(userID)::uuid and authentication_method = \(method) and auth_code_issued_at is null
            """,
            """
            insert into auth.flow_state (
                id, user_id, auth_code, code_challenge_method, code_challenge, provider_type, authentication_method,
                created_at, updated_at)
            select gen_random_uuid(), id, gen_random_uuid()::text,
                \(challenge.method.rawValue)::auth.code_challenge_method, \(challenge.challenge), 'email', \(method),
                \(now)::timestamptz, \(now)::timestamptz
            from auth.users
            where id = \(userID)::uuid
            """,
        ]
    }
}
