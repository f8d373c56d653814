internal import HTTPTypes

/// How the OAuth server refuses.
extension AuthError {
    static let oauthServerDisabled = refused(Refusal(.notFound, .featureDisabled, "OAuth server is disabled"))
    static let dynamicRegistrationDisabled = refused(
        Refusal(.forbidden, .oauthDynamicRegistrationDisabled, "Dynamic client registration is not enabled"))
    static let oauthClientMissing = refused(Refusal(.notFound, .oauthClientNotFound, "OAuth client not found"))
    static let oauthClientUnknown = refused(Refusal(.badRequest, .oauthClientNotFound, "invalid client_id"))
    static let oauthClientMalformed = refused(
        Refusal(.badRequest, .oauthClientNotFound, "invalid client_id format"))
    /// Also what is said about requests that have expired or belong to somebody else.
    static let authorizationMissing = refused(
        Refusal(.notFound, .oauthAuthorizationNotFound, "authorization not found"))
    static let consentMissing = refused(
        Refusal(.notFound, .oauthConsentNotFound, "No active grant found for this client"))
    /// A client may do what the user granted, not take the account or grant itself more.
    static let decidedByClient = refused(
        Refusal(.forbidden, .validationFailed, "OAuth clients cannot manage the account"))

    /// An answer in the words of RFC 6749, section 5.2.
    static func oauthFault(
        _ error: String, _ description: String, status: HTTPResponse.Status = .badRequest
    ) -> AuthError {
        .oauth(OAuthFault(error: error, description: description, status: status))
    }

    static func invalidRequest(_ description: String) -> AuthError { oauthFault("invalid_request", description) }
    static func invalidGrant(_ description: String) -> AuthError { oauthFault("invalid_grant", description) }

    /// A refresh token presented by another client than its session's, or by a client for a session that has none.
    static func refreshClientMismatch(session clientID: String?) -> AuthError {
        oauthFault(
            "invalid_client",
            clientID == nil
                ? "Client authentication not allowed for non-OAuth session"
                : "The refresh token belongs to a session of another OAuth client")
    }

    /// The same refusal where only the words of RFC 6749 are understood. What says nothing about the grant stays as it
    /// is: the client may try again.
    var forTokenEndpoint: AuthError {
        switch self {
        case .refreshTokenMalformed, .refreshTokenNotFound, .refreshTokenUsed, .refreshUserBanned,
            .refreshSessionMissing, .refreshSessionExpired:
            .invalidGrant(text)
        case .oauth: .invalidGrant("Refresh token was not issued to this client")
        default: self
        }
    }
}
