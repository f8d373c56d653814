internal import Core
internal import Postgres

/// SQL over `auth.webauthn_credentials`.
enum PasskeyStatements {
    /// What ``StoredPasskey`` reads, of a row named `p`.
    static let columns = SQL(
        trustedText: """
            p.id, p.user_id, p.friendly_name, \(Columns.microseconds("p.created_at")), \
            \(Columns.microseconds("p.last_used_at")), p.sign_count, p.backup_eligible, p.transports, p.credential_id, \
            p.public_key
            """)

    static func list(userID: String) -> SQL {
        """
        select \(columns) from auth.webauthn_credentials p
        where p.user_id = \(userID)::uuid
        order by p.created_at, p.id
        """
    }

    static func find(credentialID: [UInt8], userID: String) -> SQL {
        """
        select \(columns) from auth.webauthn_credentials p
        where p.credential_id = \(credentialID)::bytea and p.user_id = \(userID)::uuid
        """
    }

    static func insert(_ credential: StoredCredential, id: String, userID: String, name: String, now: Timestamp) -> SQL
    {
        """
        insert into auth.webauthn_credentials as p (
            id, user_id, credential_id, public_key, attestation_type, aaguid, sign_count, transports, backup_eligible,
            backed_up, friendly_name, created_at, updated_at)
        values (
            \(id)::uuid, \(userID)::uuid, \(credential.id)::bytea, \(credential.publicKey)::bytea, 'none',
            \(credential.authenticatorID)::uuid, \(credential.signatureCount)::bigint,
            \(JSON.array(credential.transports.map { .string($0) }))::jsonb, \(credential.isBackupEligible)::boolean,
            \(credential.isBackedUp)::boolean, \(name), \(now)::timestamptz, \(now)::timestamptz)
        returning \(columns)
        """
    }

    static func rename(id: String, userID: String, name: String, now: Timestamp) -> SQL {
        """
        update auth.webauthn_credentials p
        set friendly_name = \(name), updated_at = \(now)::timestamptz
        where p.id = \(id)::uuid and p.user_id = \(userID)::uuid
        returning \(columns)
        """
    }

    static func delete(id: String, userID: String) -> SQL {
        """
        delete from auth.webauthn_credentials
        where id = \(id)::uuid and user_id = \(userID)::uuid
        returning id
        """
    }

    /// Notes a sign-in; answers with the id, or nothing if the passkey is gone or its counter would not move forward.
    static func use(id: String, _ use: RelyingParty.Use, now: Timestamp) -> SQL {
        """
        update auth.webauthn_credentials
        set sign_count = \(use.signatureCount)::bigint, backed_up = \(use.isBackedUp)::boolean,
            last_used_at = \(now)::timestamptz, updated_at = \(now)::timestamptz
        where id = \(id)::uuid and (
            sign_count < \(use.signatureCount)::bigint or sign_count = 0 and \(use.signatureCount)::bigint = 0)
        returning id
        """
    }
}

/// SQL over `auth.webauthn_challenges`.
enum CeremonyStatements {
    /// The values of the column `challenge_type`.
    enum Kind: String, Sendable {
        case registration, authentication
    }

    /// Stores a ceremony and removes some whose time is long over: anybody may begin one.
    static func insert(
        _ ceremony: Ceremony, id: String, kind: Kind, expiry: Timestamp, now: Timestamp
    ) -> [SQL] {
        let forgotten = now.advanced(by: .zero - FactorLimits.ceremonyMemory)
        return [
            """
            delete from auth.webauthn_challenges
            where id in (
                select id
                from auth.webauthn_challenges
                where expires_at < \(forgotten)::timestamptz
                limit \(FactorLimits.ceremoniesSwept)::bigint
                for update skip locked)
            """,
            """
            insert into auth.webauthn_challenges (id, user_id, challenge_type, session_data, created_at, expires_at)
            values (
                \(id)::uuid, \(ceremony.userID)::uuid, \(kind.rawValue), \(ceremony.json(expiry: expiry))::jsonb,
                \(now)::timestamptz, \(expiry)::timestamptz)
            """,
        ]
    }

    /// Takes a ceremony out, so that it can be answered once; answers with its expiry and data.
    static func take(id: String, kind: Kind, userID: String?) -> SQL {
        """
        delete from auth.webauthn_challenges
        where id = \(id)::uuid and challenge_type = \(kind.rawValue)
            and user_id is not distinct from \(userID)::uuid
        returning (extract(epoch from expires_at) * 1000000)::bigint, session_data
        """
    }
}
