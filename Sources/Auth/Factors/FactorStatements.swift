internal import Core
internal import Postgres

/// SQL over `auth.mfa_factors` and its guards.
enum FactorStatements {
    /// What ``StoredFactor`` reads, of a factor `f` and its guard `g`.
    static let columns = SQL(
        trustedText: """
            f.id, f.factor_type, f.status = 'verified', coalesce(f.secret, ''), coalesce(f.phone, ''), \
            \(Columns.microseconds("f.last_challenged_at")), coalesce(f.web_authn_credential, 'null'), g.last_step
            """)

    /// Takes a user's factors and sessions for this transaction alone: whatever counts, adds or removes factors and what
    /// raises sessions takes turns.
    static func lockUser(id: String) -> SQL {
        "select id from auth.users where id = \(id)::uuid for no key update"
    }

    /// A factor, only if it is that user's.
    static func find(id: String, userID: String) -> SQL {
        """
        select \(columns)
        from auth.mfa_factors f
            left join medmitra.mfa_factor_guards g on g.factor_id = f.id
        where f.id = \(id)::uuid and f.user_id = \(userID)::uuid
        """
    }

    // MARK: Enrolment

    /// Factors that were never verified and wait for nothing any more.
    static func deleteStale(userID: String, enrolledBefore: Timestamp, challengedBefore: Timestamp) -> SQL {
        """
        delete from auth.mfa_factors f
        where f.user_id = \(userID)::uuid and f.status <> 'verified' and f.created_at < \(enrolledBefore)::timestamptz
            and not exists (
                select from auth.mfa_challenges c
                where c.factor_id = f.id and c.created_at >= \(challengedBefore)::timestamptz)
        """
    }

    static func insert(_ new: NewFactor, userID: String, now: Timestamp) -> SQL {
        """
        insert into auth.mfa_factors (
            id, user_id, friendly_name, factor_type, status, created_at, updated_at, secret, phone)
        values (
            \(new.id)::uuid, \(userID)::uuid, \(new.name), \(new.kind.rawValue)::auth.factor_type, 'unverified',
            \(now)::timestamptz, \(now)::timestamptz, \(new.secret?.reveal()), \(new.phone))
        """
    }

    static func deleteUnverified(userID: String, phone: String) -> SQL {
        """
        delete from auth.mfa_factors
        where user_id = \(userID)::uuid and factor_type = 'phone' and status <> 'verified' and phone = \(phone)
        """
    }

    /// Unverified factors of a type: the attempts before the one that succeeded.
    static func deleteUnverified(userID: String, kind: StoredFactor.Kind) -> SQL {
        """
        delete from auth.mfa_factors
        where user_id = \(userID)::uuid and status <> 'verified'
            and factor_type = \(kind.rawValue)::auth.factor_type
        """
    }

    // MARK: Changes

    static func delete(id: String, userID: String) -> SQL {
        "delete from auth.mfa_factors where id = \(id)::uuid and user_id = \(userID)::uuid returning id"
    }

    static func setVerified(id: String, now: Timestamp) -> SQL {
        """
        update auth.mfa_factors
        set status = 'verified', updated_at = \(now)::timestamptz
        where id = \(id)::uuid and status <> 'verified'
        """
    }

    /// Changes what is not nil.
    static func update(id: String, name: String?, phone: String?, now: Timestamp) -> SQL {
        """
        update auth.mfa_factors
        set friendly_name = coalesce(\(name)::text, friendly_name), phone = coalesce(\(phone)::text, phone),
            updated_at = \(now)::timestamptz
        where id = \(id)::uuid
        """
    }

    /// Notes a challenge, if the last one is old enough; answers with the id, or nothing.
    static func markChallenged(id: String, at moment: Timestamp, lastBefore: Timestamp?) -> SQL {
        """
        update auth.mfa_factors
        set last_challenged_at = \(moment)::timestamptz
        where id = \(id)::uuid
            and (\(lastBefore)::timestamptz is null or last_challenged_at is null
                or last_challenged_at <= \(lastBefore)::timestamptz)
        returning id
        """
    }

    // MARK: Security keys

    /// Keeps what a security key registered.
    static func setCredential(id: String, credential: StoredCredential, now: Timestamp) -> SQL {
        """
        update auth.mfa_factors
        set web_authn_credential = \(credential.json)::jsonb, web_authn_aaguid = \(credential.authenticatorID)::uuid,
            updated_at = \(now)::timestamptz
        where id = \(id)::uuid
        """
    }

    /// Moves the signature counter on; answers with the id, or nothing if it would not move forward.
    static func advanceSignatures(id: String, to count: Int, now: Timestamp) -> SQL {
        """
        update auth.mfa_factors
        set web_authn_credential =
                jsonb_set(web_authn_credential, '{authenticator,signCount}', to_jsonb(\(count)::bigint)),
            updated_at = \(now)::timestamptz
        where id = \(id)::uuid and (
            coalesce((web_authn_credential #>> '{authenticator,signCount}')::bigint, 0) < \(count)::bigint
            or coalesce((web_authn_credential #>> '{authenticator,signCount}')::bigint, 0) = 0
                and \(count)::bigint = 0)
        returning id
        """
    }

    static func setLastCeremony(id: String, data: JSON) -> SQL {
        "update auth.mfa_factors set last_webauthn_challenge_data = \(data)::jsonb where id = \(id)::uuid"
    }

    // MARK: Sessions

    /// Sessions that stand on a factor fall back to the first level when it goes.
    static func lowerSessions(factorID: String, kind: StoredFactor.Kind, now: Timestamp) -> [SQL] {
        [
            """
            delete from auth.mfa_amr_claims a
            using auth.sessions s
            where s.factor_id = \(factorID)::uuid and a.session_id = s.id
                and a.authentication_method = \(kind.method)
            """,
            """
            update auth.sessions
            set aal = 'aal1', factor_id = null, updated_at = \(now)::timestamptz
            where factor_id = \(factorID)::uuid
            """,
        ]
    }
}

/// A factor about to be stored.
struct NewFactor: Sendable {
    let id: String
    let kind: StoredFactor.Kind
    let name: String
    var secret: Secret<String>?
    /// E.164 digits without `+`.
    var phone: String?
}
