internal import Core
internal import Cryptography
internal import Postgres

/// What a verified factor does to the session, the factor and everything else of the user.
extension Endpoints {
    /// Uses the challenge up and raises the session, in one transaction. Throws when somebody else was quicker, and when
    /// factor or session went away meanwhile.
    func raise(_ attempt: FactorAttempt, by proof: FactorProof) async throws -> Grant {
        try await during(.issuingSession) {
            try await database.transaction { transaction in
                try await redeem(attempt, proof, in: transaction)
                let successor = try await renew(attempt, in: transaction)
                let results = try await transaction.run(
                    changes(attempt, proof) + [
                        UserStatements.find(id: attempt.owner.user.id),
                        SessionStatements.find(id: attempt.owner.session.id, userID: attempt.owner.user.id),
                    ])
                guard results.count >= 2, let userRow = results[results.count - 2].first,
                    let sessionRow = results[results.count - 1].first
                else { throw AuthError.bearerSessionMissing }
                let user = try User(userRow)
                guard !user.isBanned(at: attempt.now) else { throw AuthError.bearerUserBanned }
                return Grant(user: user, session: try Session(sessionRow), refreshToken: successor)
            }
        }
    }

    /// Everything that can be used once is used here; what was used already refuses.
    private func redeem(_ attempt: FactorAttempt, _ proof: FactorProof, in transaction: Transaction) async throws {
        let factor = attempt.factor
        let results = try await transaction.run([
            FactorStatements.lockUser(id: attempt.owner.user.id),
            FactorStatements.find(id: factor.id, userID: attempt.owner.user.id),
            ChallengeStatements.redeem(id: attempt.challenge.id, factorID: factor.id, now: attempt.now),
            UserStatements.find(id: attempt.owner.user.id),
            SessionStatements.find(id: attempt.owner.session.id, userID: attempt.owner.user.id),
        ])
        guard let row = results[1].first else { throw AuthError.refused(.factorNotFound) }
        guard !results[2].isEmpty else { throw AuthError.refused(.challengeElsewhere) }
        let current = try StoredFactor(row)
        // Another factor may have been verified since.
        guard let userRow = results[3].first else { throw AuthError.bearerUserMissing }
        guard let sessionRow = results[4].first else { throw AuthError.bearerSessionMissing }
        let session = try Session(sessionRow)
        try checkReach(
            of: try User(userRow), attempt.owner.session.isRaised ? session : session.lowered, to: current)
        switch proof {
        case .code: try await transaction.run(FactorGuardStatements.settle(factorID: factor.id, step: nil))
        case .timeStep(let step):
            let settled = try await transaction.run(FactorGuardStatements.settle(factorID: factor.id, step: step))
            guard !settled.isEmpty else { throw AuthError.refused(.wrongTOTPCode) }
        case .registration(let credential, _):
            // Another response may have registered the key first; that one stands.
            guard !current.isVerified else { throw AuthError.refused(.wrongSignature) }
            try await transaction.run(
                FactorStatements.setCredential(id: factor.id, credential: credential, now: attempt.now))
        case .signature(let use, _):
            guard current.credential?.id == factor.credential?.id else { throw AuthError.refused(.wrongSignature) }
            let advanced = try await transaction.run(
                FactorStatements.advanceSignatures(id: factor.id, to: use.signatureCount, now: attempt.now))
            guard !advanced.isEmpty else { throw AuthError.refused(.wrongSignature) }
        }
    }

    /// Raises the session and gives it a new refresh token, which is returned.
    private func renew(_ attempt: FactorAttempt, in transaction: Transaction) async throws -> String {
        let sessionID = attempt.owner.session.id
        let raised = try await transaction.run(
            RaiseStatements.raise(sessionID: sessionID, factorID: attempt.factor.id, now: attempt.now))
        guard let row = raised.first else { throw AuthError.bearerSessionMissing }
        if let counter = try row.optionalInt(0), let stored = row.optionalText(1) {
            // Two steps, so that the token from before the second factor is not taken for one whose answer was lost.
            guard let key = Base64URL.decode(stored),
                let token = CountedRefreshToken.make(sessionID: sessionID, counter: counter + 2, key: key)
            else { throw AuthError.failed(cause: "a session's refresh key or counter cannot be read") }
            try await transaction.run(SessionStatements.setCounter(id: sessionID, counter: counter + 2))
            return token
        }
        let token = RefreshTokens.make()
        try await transaction.run([
            RaiseStatements.revokeEarlier(sessionID: sessionID),
            RefreshTokenStatements.insert(token: token, parent: nil, sessionID: sessionID, now: attempt.now),
        ])
        return token
    }

    private func changes(_ attempt: FactorAttempt, _ proof: FactorProof) -> [SQL] {
        let factor = attempt.factor
        let userID = attempt.owner.user.id
        var statements = [
            RaiseStatements.addMethod(
                sessionID: attempt.owner.session.id, method: factor.kind.method, now: attempt.now),
            FactorStatements.setVerified(id: factor.id, now: attempt.now),
            RaiseStatements.deleteLower(userID: userID),
            FactorStatements.deleteUnverified(userID: userID, kind: factor.kind),
        ]
        switch proof {
        case .registration(_, let summary):
            statements.append(
                FactorStatements.setLastCeremony(id: factor.id, data: ceremony(attempt, "create", summary)))
        case .signature(_, let summary):
            statements.append(
                FactorStatements.setLastCeremony(id: factor.id, data: ceremony(attempt, "request", summary)))
        case .code, .timeStep: break
        }
        return statements
            + audit(
                .verificationAttempted, by: AuditEntry.Actor(attempt.owner.user),
                traits: [
                    "factor_id": .string(factor.id), "challenge_id": .string(attempt.challenge.id),
                    "factor_type": .string(factor.kind.rawValue),
                ], attempt.request, now: attempt.now)
    }

    /// What clients read of the newest response, to know which credential it was.
    private func ceremony(_ attempt: FactorAttempt, _ type: String, _ summary: JSON) -> JSON {
        [
            "challenge": [
                "challenge_id": .string(attempt.challenge.id), "factor_id": .string(attempt.factor.id),
                "created_at": .string(attempt.challenge.createdAt.rfc3339()),
            ],
            "type": .string(type), "credential_response": summary,
        ]
    }
}
