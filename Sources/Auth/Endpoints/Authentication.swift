internal import Core
internal import Gateway
internal import Postgres
internal import Tokens

/// The rules of bearer tokens (contract, sections 1, 4 and 12).
extension Endpoints {
    /// The user whose token the request carries. Throws for a missing or refused token, a deleted or banned user and a
    /// session that has ended.
    func user(_ request: GatewayRequest) async throws -> Bearer {
        let token: VerifiedToken
        switch request.credentials.bearer {
        case .none, .other: throw AuthError.bearerMissing
        // An opaque key is no substitute for a bearer here: clients send it alone and expect to be told so.
        case .role where !request.credentials.hasAuthorizationHeader: throw AuthError.bearerMissing
        // Sent as bearer it stands for a role without a user, as the legacy keys do.
        case .role: throw AuthError.claim(.subjectMissing)
        case .token(let text): token = try verified(text)
        }
        guard let subject = token.subject, !subject.isEmpty else { throw AuthError.claim(.subjectMissing) }
        // An ID token tells a client who signed in. It is bound to no session, so nothing could take it back.
        if token.sessionID == nil, token.claims["auth_time"] != nil { throw AuthError.claim(.sessionNotUUID) }
        let bearer = try await owner(of: token, subject: subject)
        guard bearer.session?.oauthClientID == nil || Routes.isOpenToGrants(request) else {
            throw AuthError.decidedByClient
        }
        return bearer
    }

    /// Passes admins. An admin token that is bound to a session is refused once the session has ended.
    func admin(_ request: GatewayRequest) async throws -> AdminBearer {
        let token: VerifiedToken
        switch request.credentials.bearer {
        case .none, .other: throw AuthError.bearerMissing
        case .role(let group):
            guard configuration.adminRoles.contains(group.role) else { throw AuthError.notAdmin }
            return AdminBearer()
        case .token(let text): token = try verified(text)
        }
        guard let role = token.role, configuration.adminRoles.contains(role) else { throw AuthError.notAdmin }
        if let sessionID = token.sessionID, !sessionID.isEmpty, sessionID != UUIDText.zero {
            guard let subject = token.subject, !subject.isEmpty else { throw AuthError.claim(.subjectMissing) }
            let bearer = try await owner(of: token, subject: subject)
            let policy = SessionPolicy(configuration)
            if let session = bearer.session, policy.expiry(of: session, user: bearer.user, at: clock.now()) != nil {
                throw AuthError.bearerSessionExpired
            }
        }
        return AdminBearer()
    }

    private func verified(_ text: String) throws(AuthError) -> VerifiedToken {
        do throws(TokenError) {
            return try tokens.verify(text, with: verifier, now: clock.now())
        } catch {
            throw .token(error)
        }
    }

    /// One round trip: user and session together, the session only if it is that user's.
    private func owner(of token: VerifiedToken, subject: String) async throws -> Bearer {
        guard let userID = UUIDText.canonical(subject) else { throw AuthError.claim(.subjectNotUUID) }
        var sessionID: String?
        if let named = token.sessionID, !named.isEmpty {
            guard let canonical = UUIDText.canonical(named) else { throw AuthError.claim(.sessionNotUUID) }
            sessionID = canonical == UUIDText.zero ? nil : canonical
        }
        let results = try await database.run(
            .serviceItself,
            [UserStatements.find(id: userID), SessionStatements.find(id: sessionID ?? UUIDText.zero, userID: userID)])
        guard let userRow = results[0].first else { throw AuthError.bearerUserMissing }
        let user = try User(userRow)
        var session: Session?
        if sessionID != nil {
            guard let sessionRow = results[1].first else { throw AuthError.bearerSessionMissing }
            let stored = try Session(sessionRow)
            session = stored.isRaised && !token.isRaised ? stored.lowered : stored
        }
        guard !user.isBanned(at: clock.now()) else { throw AuthError.bearerUserBanned }
        return Bearer(user: user, session: session, token: token)
    }
}
