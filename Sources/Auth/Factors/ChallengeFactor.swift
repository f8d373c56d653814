internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `POST /factors/{id}/challenge` (contract, section 6.13).
extension Endpoints {
    func challengeFactor(_ request: GatewayRequest, by owner: FactorOwner) async throws -> Response {
        let factor = try await ownFactor(request, of: owner.user.id)
        let fields = try await Fields(request, optional: true)
        guard configuration.factors.availability(of: factor.kind).isVerifiable else {
            throw AuthError.refused(.verifyDisabled(factor.kind))
        }
        try checkReach(of: owner.user, owner.session, to: factor)
        let now = clock.now()
        let question = FactorQuestion(
            challengeID: SecureRandom.uuid(), factor: factor, owner: owner, request: request, now: now)
        let details: JSONObject =
            switch factor.kind {
            case .totp: try await ask(question)
            case .phone: try await askByPhone(question, fields)
            case .webAuthn: try await askSecurityKey(question)
            }
        var body: JSONObject = [
            "id": .string(question.challengeID), "type": .string(factor.kind.rawValue),
            "expires_at": .int(now.advanced(by: configuration.factors.challengeLifetime).seconds),
        ]
        for (key, value) in details.members { body[key] = value }
        return .json(.object(body), headers: [.cacheControl: "no-store"])
    }

    private func ask(_ question: FactorQuestion) async throws -> JSONObject {
        try await store(question)
        return [:]
    }

    /// Stores a challenge and what is sent for it, or nothing.
    ///
    /// - Parameters:
    ///   - lastBefore: the latest time of the last challenge that allows another one.
    ///   - deliver: what must succeed for the challenge to stand.
    /// - Returns: false if the last challenge is too young.
    @discardableResult
    func store(
        _ question: FactorQuestion, codeDigest: String? = nil, ceremony: JSON? = nil, lastBefore: Timestamp? = nil,
        deliver: @Sendable () async throws -> Void = {}
    ) async throws -> Bool {
        let now = question.now
        let factorID = question.factor.id
        var statements = [
            ChallengeStatements.deleteOld(
                factorID: factorID, before: now.advanced(by: .zero - FactorLimits.challengeMemory)),
            ChallengeStatements.insert(
                NewChallenge(
                    id: question.challengeID, factorID: factorID, address: challengeAddress(question.request),
                    codeDigest: codeDigest, ceremony: ceremony), now: now),
        ]
        statements += audit(
            .challengeCreated, by: AuditEntry.Actor(question.owner.user),
            traits: ["factor_id": .string(factorID), "factor_status": .string(question.factor.status)],
            question.request, now: now)
        // No two factors of anybody may have been challenged at the same moment (a constraint that GoTrue has), so the
        // moment is moved back by less than a millisecond, and again where that was not enough.
        for attempt in 1...FactorLimits.challengeMomentAttempts {
            let moment = now.advanced(by: .microseconds(-SecureRandom.integer(below: 1000)))
            do {
                return try await database.transaction { transaction in
                    let marked = try await transaction.run(
                        FactorStatements.markChallenged(id: factorID, at: moment, lastBefore: lastBefore))
                    guard !marked.isEmpty else { return false }
                    try await transaction.run(statements)
                    try await deliver()
                    return true
                }
            } catch let error as DatabaseError {
                if error.isTakenMoment, attempt < FactorLimits.challengeMomentAttempts { continue }
                // The factor went away meanwhile.
                if error.sqlState == .foreignKeyViolation { throw AuthError.refused(.factorNotFound) }
                throw AuthError.database(error, during: .updatingUser)
            }
        }
        return false
    }
}

/// A challenge on its way to the user.
struct FactorQuestion: Sendable {
    let challengeID: String
    let factor: StoredFactor
    let owner: FactorOwner
    let request: GatewayRequest
    let now: Timestamp
}

extension DatabaseError {
    fileprivate var isTakenMoment: Bool {
        sqlState == .uniqueViolation && serverError?.constraint == "mfa_factors_last_challenged_at_key"
    }
}
