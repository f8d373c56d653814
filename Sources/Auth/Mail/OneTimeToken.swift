internal import Core
internal import Cryptography
internal import Postgres

/// A code for a mail and the token that is stored for it (contract, section 6.3).
struct OneTimeToken: Sendable {
    let code: Secret<String>
    /// What the database keeps and the link carries.
    let hash: String

    /// - Parameter isPKCE: marks the token of a flow that ends with a code exchange.
    init(address: String, codeLength: Int, isPKCE: Bool = false) {
        let digits = SecureRandom.text(length: codeLength, alphabet: SecureRandom.digits)
        code = Secret(digits)
        let hash = Hex.encode(Digest.hash(.sha224, of: address.lowercased() + digits))
        self.hash = isPKCE ? "pkce_" + hash : hash
    }

    /// The values of `auth.one_time_token_type`.
    enum Kind: String, Sendable {
        case confirmation = "confirmation_token"
        case emailChangeNew = "email_change_token_new"
        case emailChangeCurrent = "email_change_token_current"
    }
}

/// SQL for one-time tokens. Each is kept twice, in a column of the user and in a row of its own, as GoTrue does.
enum OneTimeTokenStatements {
    static func upsert(
        userID: String, kind: OneTimeToken.Kind, hash: String, relatesTo address: String, now: Timestamp
    ) -> SQL {
        """
        insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to, created_at, updated_at)
        values (gen_random_uuid(), \(userID)::uuid, \(kind.rawValue)::auth.one_time_token_type, \(hash), \(address),
            \(now)::timestamptz at time zone 'utc', \(now)::timestamptz at time zone 'utc')
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

    static func delete(userID: String, kind: OneTimeToken.Kind) -> SQL {
        """
        delete from auth.one_time_tokens
        where user_id = \(userID)::uuid and token_type = \(kind.rawValue)::auth.one_time_token_type
        """
    }

    /// A flow that will end with a code exchange (contract, section 6.5).
    static func beginFlow(userID: String, challenge: CodeChallenge, method: String, now: Timestamp) -> SQL {
        """
        insert into auth.flow_state (
            id, user_id, auth_code, code_challenge_method, code_challenge, provider_type, authentication_method,
            created_at, updated_at)
        values (
            gen_random_uuid(), \(userID)::uuid, gen_random_uuid()::text,
            \(challenge.method.rawValue)::auth.code_challenge_method, \(challenge.challenge), 'email', \(method),
            \(now)::timestamptz, \(now)::timestamptz)
        """
    }
}
