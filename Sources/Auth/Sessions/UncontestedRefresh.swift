internal import Core
internal import Cryptography
internal import Gateway
internal import Postgres

/// The refresh that nearly all are: the token is its session's current one, nothing speaks against the session or its
/// user, and nobody else refreshes it at the same time.
///
/// It takes two round trips and no connection to itself: one reads, and the other, one statement, changes what is still
/// as it was read. Everything else (a token that was used before, a refusal, a neighbour who was quicker, a database
/// restored with the tokens as they are) is left to the transaction that holds the session's lock while it decides; that
/// one alone refuses and revokes.
struct UncontestedRefresh: Sendable {
    let database: Database
    let request: GatewayRequest
    let terms: RefreshTerms

    /// The session with its next token; nil, and nothing has changed, if this is no such refresh.
    func grant(for token: String) async throws(DatabaseError) -> Grant? {
        if let counted = CountedRefreshToken(token) {
            try await advance(counted)
        } else {
            try await rotate(token)
        }
    }

    private func rotate(_ token: String) async throws(DatabaseError) -> Grant? {
        guard let state = try await state(UncontestedRefreshStatements.find(token: token)) else { return nil }
        let successor = RefreshTokens.successor(of: token, sibling: 0, key: terms.configuration.serviceKey)
        let isDone = try await isDone(
            UncontestedRefreshStatements.rotate(
                token: token, version: state.version, successor: successor,
                note([.tokenRevoked, .tokenRefreshed], of: state.user)))
        return isDone ? Grant(user: state.user, session: state.session, refreshToken: successor) : nil
    }

    private func advance(_ token: CountedRefreshToken) async throws(DatabaseError) -> Grant? {
        let id = token.sessionID
        guard let state = try await state(UncontestedRefreshStatements.find(sessionID: id)),
            let key = state.session.counterKey.flatMap({ Base64URL.decode($0.reveal()) }), token.isSigned(with: key),
            token.counter == state.session.counter, token.counter < .max,
            let next = CountedRefreshToken.make(sessionID: id, counter: token.counter + 1, key: key)
        else { return nil }
        let isDone = try await isDone(
            UncontestedRefreshStatements.advance(
                sessionID: id, version: state.version, note([.tokenRefreshed], of: state.user)))
        return isDone ? Grant(user: state.user, session: state.session, refreshToken: next) : nil
    }

    /// Nil when there is none, or something speaks against it.
    private func state(_ statement: SQL) async throws(DatabaseError) -> UncontestedRefreshStatements.State? {
        guard let row = try await database.run(statement).first else { return nil }
        let state = try UncontestedRefreshStatements.State(row)
        return terms.refusal(of: state.user, state.session) == nil ? state : nil
    }

    private func isDone(_ statement: SQL) async throws(DatabaseError) -> Bool {
        try await !database.run(statement).isEmpty
    }

    private func note(_ actions: [AuditEntry.Action], of user: User) -> UncontestedRefreshStatements.Note {
        UncontestedRefreshStatements.Note(
            now: terms.now, userAgent: request.keptUserAgent, ip: request.keptAddress,
            entries: terms.configuration.isAuditStored
                ? actions.map { AuditEntry(action: $0, actor: AuditEntry.Actor(user)) } : [])
    }
}
