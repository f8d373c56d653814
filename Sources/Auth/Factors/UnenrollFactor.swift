internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `DELETE /factors/{id}` (contract, section 6.13).
extension Endpoints {
    func unenrollFactor(_ request: GatewayRequest, by owner: FactorOwner) async throws -> Response {
        let id = try factorID(request)
        let now = clock.now()
        let factor = try await during(.updatingUser) {
            try await database.transaction { transaction -> StoredFactor in
                // Looked at again under the lock: it may have been verified since.
                let results = try await transaction.run([
                    FactorStatements.lockUser(id: owner.user.id),
                    FactorStatements.find(id: id, userID: owner.user.id),
                    SessionStatements.find(id: owner.session.id, userID: owner.user.id),
                ])
                guard let row = results[1].first else { throw AuthError.refused(.factorNotFound) }
                guard let sessionRow = results[2].first else { throw AuthError.bearerSessionMissing }
                let factor = try StoredFactor(row)
                guard try !factor.isVerified || (Session(sessionRow).isRaised && owner.session.isRaised) else {
                    throw AuthError.refused(.unenrollNeedsAAL2)
                }
                try await transaction.run(
                    removal(of: factor, userID: owner.user.id, now: now)
                        + audit(
                            .factorUnenrolled, by: AuditEntry.Actor(owner.user),
                            traits: [
                                "factor_id": .string(id), "factor_status": .string(factor.status),
                                "session_id": .string(owner.session.id),
                            ], request, now: now))
                return factor
            }
        }
        if factor.isVerified { await notify(.factorUnenrolled, owner.user, facts: .factor(factor)) }
        return .json(["id": .string(id)])
    }

    /// Takes a factor away, and from the sessions that stand on it their level.
    func removal(of factor: StoredFactor, userID: String, now: Timestamp) -> [SQL] {
        FactorStatements.lowerSessions(factorID: factor.id, kind: factor.kind, now: now)
            + [FactorStatements.delete(id: factor.id, userID: userID)]
    }
}

extension Mail.Facts {
    /// What a notice says of a factor.
    static func factor(_ factor: StoredFactor) -> Mail.Facts {
        var facts = Mail.Facts()
        facts.factorType = factor.kind.rawValue
        return facts
    }
}
