internal import Core
internal import Postgres

/// SQL that raises a session to the second level of assurance.
enum RaiseStatements {
    /// Answers with the counter and the key of version 2 refresh tokens; both are null for version 1. No row if the
    /// session is gone.
    static func raise(sessionID: String, factorID: String, now: Timestamp) -> SQL {
        """
        update auth.sessions
        set aal = 'aal2', factor_id = \(factorID)::uuid, updated_at = \(now)::timestamptz
        where id = \(sessionID)::uuid
        returning refresh_token_counter, refresh_token_hmac_key
        """
    }

    /// A method that was shown before counts from now.
    static func addMethod(sessionID: String, method: String, now: Timestamp) -> SQL {
        """
        insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
        values (gen_random_uuid(), \(sessionID)::uuid, \(now)::timestamptz, \(now)::timestamptz, \(method))
        on conflict on constraint mfa_amr_claims_session_id_authentication_method_pkey do update
        set updated_at = excluded.updated_at
        """
    }

    /// Revokes the refresh tokens from before the second factor, as if long ago: none of them is taken for one whose
    /// answer was lost. Who stole one must not rise with its owner.
    static func revokeEarlier(sessionID: String) -> SQL {
        """
        update auth.refresh_tokens
        set revoked = true, updated_at = 'epoch'
        where session_id = \(sessionID)::uuid and not coalesce(revoked, false)
        """
    }

    /// Sessions of the user without a second factor end: somebody else may hold them.
    static func deleteLower(userID: String) -> SQL {
        "delete from auth.sessions where user_id = \(userID)::uuid and coalesce(aal, 'aal1') < 'aal2'"
    }
}
