internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /token?grant_type=refresh_token` (contract, section 4).
extension Endpoints {
    func refreshGrant(_ request: GatewayRequest) async throws -> Response {
        guard let token = try await Fields(request).text("refresh_token"), RefreshTokens.isPlausible(token) else {
            throw AuthError.refreshTokenMalformed
        }
        let now = clock.now()
        return try await answer(
            try await refreshed(token, clientID: nil, request, now: now), method: "token_refresh", now: now)
    }

    /// The session of a refresh token, with its next token. Throws what ``AuthError`` says about refreshes; what reuse
    /// revokes is committed all the same.
    ///
    /// - Parameter clientID: the OAuth client that asks; nil for the user's own app. A session is refreshed by whom it
    ///   belongs to alone.
    func refreshed(
        _ token: String, clientID: String?, _ request: GatewayRequest, now: Timestamp
    ) async throws -> Grant {
        let terms = RefreshTerms(configuration: configuration, clientID: clientID, now: now)
        let outcome: RefreshOutcome
        do {
            let uncontested = UncontestedRefresh(database: database, request: request, terms: terms)
            if let grant = try await uncontested.grant(for: token) { return grant }
            outcome = try await contested(token, terms, request)
        } catch let error as DatabaseError {
            throw error.sqlState == .lockNotAvailable
                ? AuthError.refreshContention : AuthError.database(error, during: .issuingSession)
        }
        switch outcome {
        case .granted(let grant): return grant
        case .refused(let error):
            if case .refreshTokenUsed = error {
                // Either a client that keeps old tokens or a thief; an operator sees which by how often it happens.
                observer.observe(.warning("a refresh token was used again after its successor had been used"))
            }
            throw error
        }
    }

    /// The road that decides under the session's lock, one request after the other.
    private func contested(
        _ token: String, _ terms: RefreshTerms, _ request: GatewayRequest
    ) async throws -> RefreshOutcome {
        var settings = TransactionSettings.serviceItself
        settings.set("lock_timeout", "\(AuthLimits.refreshLockWait.components.seconds)s")
        return try await database.transaction(settings) { transaction in
            let refresh = Refresh(
                transaction: transaction, request: request, terms: terms,
                audit: { audit($0, by: AuditEntry.Actor($1), request, now: terms.now) })
            return if let counted = CountedRefreshToken(token) {
                try await refresh.advance(counted)
            } else {
                try await refresh.rotate(token)
            }
        }
    }
}

/// A refusal is a value, not a throw: what it revoked is committed all the same.
private enum RefreshOutcome: Sendable {
    case granted(Grant)
    case refused(AuthError)
}

/// One refresh, inside its transaction: whatever ``UncontestedRefresh`` leaves alone.
private struct Refresh {
    let transaction: Transaction
    let request: GatewayRequest
    let terms: RefreshTerms
    let audit: (AuditEntry.Action, User) -> [SQL]

    private var configuration: AuthConfiguration { terms.configuration }
    private var now: Timestamp { terms.now }

    // MARK: Version 1

    func rotate(_ token: String) async throws -> RefreshOutcome {
        let results = try await transaction.run([
            RefreshTokenStatements.lockSession(token: token), RefreshTokenStatements.find(token: token),
            RefreshTokenStatements.findUser(token: token),
        ])
        guard let row = results[1].first else { return .refused(.refreshTokenNotFound) }
        guard row.optionalText(2) != nil, let userRow = results[2].first else {
            return .refused(.refreshSessionMissing)
        }
        let user = try User(userRow)
        let session = try Session(row, from: 5)
        if let refusal = terms.refusal(of: user, session) { return .refused(refusal) }

        let active = row.optionalText(3).map { RefreshDecision.Active(token: $0, parent: row.optionalText(4)) }
        let spellings = RefreshTokens.spellings(token)
        let presented = RefreshDecision.Presented(
            token: spellings.first { $0 == active?.parent } ?? spellings[0], isRevoked: try row.bool(0),
            updatedAt: Timestamp(microseconds: Int64(try row.int(1))))
        let decision = RefreshDecision.decide(
            presented, active: active, policy: RefreshDecision.Policy(configuration), now: now)
        switch decision {
        case .repeatSuccessor(let stored):
            guard let successor = recalled(stored, after: token) else {
                return try await hand(out: .random, after: token, user, session)
            }
            return .granted(Grant(user: user, session: session, refreshToken: successor))
        case .rotate: return try await hand(out: .sibling(0), after: token, user, session)
        case .issueAgain:
            let row = try await transaction.run(RefreshTokenStatements.countSuccessors(of: token)).first
            let siblings = try row?.int(0) ?? 0
            return try await hand(
                out: siblings < AuthLimits.refreshSiblingsMax ? .sibling(siblings) : .random, after: token, user,
                session)
        case .refuse(let revokesFamily):
            if revokesFamily {
                // Its access tokens are out at the next request, too.
                try await transaction.run([SessionStatements.delete(id: session.id)] + audit(.tokenRevoked, user))
            }
            return .refused(.refreshTokenUsed)
        }
    }

    private enum Successor {
        case sibling(Int)
        case random
    }

    private func hand(
        out kind: Successor, after token: String, _ user: User, _ session: Session
    ) async throws -> RefreshOutcome {
        let next =
            switch kind {
            case .sibling(let number):
                RefreshTokens.successor(of: token, sibling: number, key: configuration.serviceKey)
            case .random: RefreshTokens.make()
            }
        try await transaction.run(
            [
                RefreshTokenStatements.revoke(token: token, now: now),
                RefreshTokenStatements.insert(token: next, parent: token, sessionID: session.id, now: now),
                markRefreshed(session),
            ] + audit(.tokenRevoked, user) + audit(.tokenRefreshed, user))
        return .granted(Grant(user: user, session: session, refreshToken: next))
    }

    /// The text of a stored successor; nil if the service's key has changed since it was made.
    private func recalled(_ stored: String, after token: String) -> String? {
        // A restored database keeps the token itself.
        if RefreshTokens.isPlausible(stored) { return stored }
        return (0..<AuthLimits.refreshSiblingsMax).lazy
            .map { RefreshTokens.successor(of: token, sibling: $0, key: configuration.serviceKey) }
            .first { RefreshTokens.stored($0) == stored }
    }

    // MARK: Version 2

    func advance(_ token: CountedRefreshToken) async throws -> RefreshOutcome {
        let results = try await transaction.run([
            RefreshTokenStatements.lockSession(id: token.sessionID),
            RefreshTokenStatements.find(sessionID: token.sessionID),
            RefreshTokenStatements.findUser(sessionID: token.sessionID),
        ])
        guard let sessionRow = results[1].first, let userRow = results[2].first else {
            return .refused(.refreshTokenNotFound)
        }
        let user = try User(userRow)
        let session = try Session(sessionRow)
        guard let key = session.counterKey.flatMap({ Base64URL.decode($0.reveal()) }), let current = session.counter,
            current < .max, token.isSigned(with: key)
        else { return .refused(.refreshTokenNotFound) }
        if let refusal = terms.refusal(of: user, session) { return .refused(refusal) }

        let decision = CountedRefreshDecision.decide(
            presented: token.counter, current: current, lastUsedAt: session.lastUsedAt,
            reuseInterval: configuration.refreshTokenReuseInterval, now: now)
        switch decision {
        case .advance:
            try await transaction.run(
                [
                    SessionStatements.setCounter(id: session.id, counter: current + 1), markRefreshed(session),
                ] + audit(.tokenRefreshed, user))
            return try granted(user, session, counter: current + 1, key: key)
        case .repeatCurrent: return try granted(user, session, counter: current, key: key)
        case .refuseUnknown: return .refused(.refreshTokenNotFound)
        case .refuseReuse:
            try await transaction.run([SessionStatements.delete(id: session.id)] + audit(.tokenRevoked, user))
            return .refused(.refreshTokenUsed)
        }
    }

    private func granted(_ user: User, _ session: Session, counter: Int, key: [UInt8]) throws -> RefreshOutcome {
        guard let token = CountedRefreshToken.make(sessionID: session.id, counter: counter, key: key) else {
            throw AuthError.failed(cause: "a session's refresh counter is out of range")
        }
        return .granted(Grant(user: user, session: session, refreshToken: token))
    }

    // MARK: Both

    private func markRefreshed(_ session: Session) -> SQL {
        SessionStatements.markRefreshed(
            id: session.id, userAgent: request.keptUserAgent, ip: request.keptAddress, now: now)
    }
}
