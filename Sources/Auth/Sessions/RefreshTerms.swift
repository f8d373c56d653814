internal import Core

/// Under which terms a session is refreshed: whose client asks, and when.
struct RefreshTerms: Sendable {
    let configuration: AuthConfiguration
    /// The OAuth client that asks; nil for the user's own app.
    let clientID: String?
    let now: Timestamp

    /// What speaks against a refresh, whatever the token.
    func refusal(of user: User, _ session: Session) -> AuthError? {
        if session.oauthClientID != clientID { return .refreshClientMismatch(session: session.oauthClientID) }
        if user.isBanned(at: now) { return .refreshUserBanned }
        return SessionPolicy(configuration).expiry(of: session, user: user, at: now).map { .refreshSessionExpired($0) }
    }
}
