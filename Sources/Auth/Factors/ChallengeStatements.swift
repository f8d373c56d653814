internal import Core
internal import Postgres

/// A row of `auth.mfa_challenges`.
struct StoredChallenge: Sendable {
    let id: String
    let createdAt: Timestamp
    let isAnswered: Bool
    /// Whether the request comes from the address that asked for it.
    let isFromHere: Bool
    /// The digest of the code that was sent; empty for other kinds.
    let codeDigest: String
    let ceremony: Ceremony?
    /// Guesses that were made at it.
    let attempts: Int

    /// Reads what ``ChallengeStatements/find(id:factorID:from:)`` selects.
    init(_ row: Row) throws(DatabaseError) {
        var reader = RowReader(row)
        id = try reader.text()
        createdAt = try reader.time()
        isAnswered = try reader.bool()
        isFromHere = try reader.bool()
        codeDigest = try reader.text()
        ceremony = Ceremony(try reader.json())
        attempts = try reader.optionalInt() ?? 0
    }
}

/// SQL over `auth.mfa_challenges`.
enum ChallengeStatements {
    static func insert(_ new: NewChallenge, now: Timestamp) -> SQL {
        """
        insert into auth.mfa_challenges (id, factor_id, created_at, ip_address, otp_code, web_authn_session_data)
        values (
            \(new.id)::uuid, \(new.factorID)::uuid, \(now)::timestamptz, \(new.address)::inet, \(new.codeDigest),
            \(new.ceremony)::jsonb)
        """
    }

    /// - Parameter address: where the answer comes from, in any spelling.
    static func find(id: String, factorID: String, from address: String) -> SQL {
        """
        select c.id, (extract(epoch from c.created_at) * 1000000)::bigint, c.verified_at is not null,
            host(c.ip_address) = host(\(address)::inet), coalesce(c.otp_code, ''), coalesce(c.web_authn_session_data, 'null'), g.attempts
        from auth.mfa_challenges c
            left join medmitra.mfa_challenge_guards g on g.challenge_id = c.id
        where c.id = \(id)::uuid and c.factor_id = \(factorID)::uuid
        """
    }

    /// Uses a challenge up; answers with its id, or nothing if somebody was quicker.
    static func redeem(id: String, factorID: String, now: Timestamp) -> SQL {
        """
        update auth.mfa_challenges
        set verified_at = \(now)::timestamptz
        where id = \(id)::uuid and factor_id = \(factorID)::uuid and verified_at is null
        returning id
        """
    }

    /// Challenges of a factor that nobody will ask about any more.
    static func deleteOld(factorID: String, before: Timestamp) -> SQL {
        "delete from auth.mfa_challenges where factor_id = \(factorID)::uuid and created_at < \(before)::timestamptz"
    }
}

/// A challenge about to be stored.
struct NewChallenge: Sendable {
    let id: String
    let factorID: String
    let address: String
    var codeDigest: String?
    var ceremony: JSON?
}
