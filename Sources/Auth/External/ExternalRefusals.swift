internal import HTTPTypes

/// What this room refuses in GoTrue's words.
extension AuthError {
    // The way to a provider and back
    static func unsupportedProvider(_ defect: ExternalProvider.Defect) -> AuthError {
        .invalid("Unsupported provider: \(defect.text)")
    }
    static func providerNotSupported(_ defect: ExternalProvider.Defect) -> AuthError {
        .refused(Refusal(.badRequest, .oauthProviderNotSupported, "Unsupported provider: \(defect.text)"))
    }
    static let invitedUserNotFound = refused(
        Refusal(.notFound, .userNotFound, "User identified by token not found"))
    static let stateMissing = refused(
        Refusal(.badRequest, .badOAuthCallback, "OAuth state parameter missing"))
    static let stateInvalid = refused(
        Refusal(.badRequest, .badOAuthState, "OAuth state parameter is invalid"))
    static let stateNotFound = refused(
        Refusal(.badRequest, .badOAuthState, "OAuth state not found or expired"))
    static let stateExpired = refused(Refusal(.badRequest, .badOAuthState, "OAuth state has expired"))
    static let stateUsed = refused(
        Refusal(.badRequest, .flowStateAlreadyUsed, "State has already been used"))
    static let stateOfAnotherBrowser = refused(
        Refusal(.badRequest, .badOAuthState, "OAuth state was issued to another browser"))
    static let codeMissing = refused(
        Refusal(.badRequest, .badOAuthCallback, "OAuth callback with missing authorization code missing"))
    static func codeNotExchanged(_ code: String) -> AuthError {
        // GoTrue shows as much of it, for comparison with the provider's logs.
        let start = code.prefix(4)
        return .refused(
            Refusal(.internalServerError, .unexpectedFailure, "Unable to exchange external code: \(start)"))
    }
    static let profileFailed = refused(
        Refusal(.internalServerError, .unexpectedFailure, "Error getting user profile from external provider"))
    static let profileWithoutEmail = refused(
        Refusal(.internalServerError, .unexpectedFailure, "Error getting user email from external provider"))

    // Accounts
    static let externalUserBanned = refused(Refusal(.forbidden, .userBanned, "User is banned"))
    static let severalAccounts = refused(
        Refusal(
            .internalServerError, .unexpectedFailure,
            "Multiple accounts with the same email address in the same linking domain detected: default"))
    static func emailNeedsVerification(_ provider: String, isMailSent: Bool) -> AuthError {
        let advice =
            isMailSent
            ? "A confirmation email has been sent to your \(provider) email"
            : "Verify the email with \(provider) in order to sign in"
        return .refused(
            Refusal(
                .unprocessableContent, .providerEmailNeedsVerification,
                "Unverified email with \(provider). \(advice)"))
    }
    static func linkedEmailNotConfirmed(_ provider: String) -> AuthError {
        .refused(
            Refusal(
                .unprocessableContent, .emailNotConfirmed,
                "Unverified email with \(provider). A confirmation email has been sent to your \(provider) email"))
    }
    static let inviteNotFound = refused(Refusal(.notFound, .inviteNotFound, "Invite not found"))
    static let inviteForAnother = invalid("Invited email does not match emails from external provider")

    // Linking
    static let manualLinkingDisabled = refused(
        Refusal(.notFound, .manualLinkingDisabled, "Manual linking is disabled"))
    static let linkingTargetMissing = refused(
        Refusal(.unprocessableContent, .userNotFound, "Linking target user not found"))
    static let identityLinked = refused(
        Refusal(.unprocessableContent, .identityAlreadyExists, "Identity is already linked"))
    static let identityLinkedElsewhere = refused(
        Refusal(.unprocessableContent, .identityAlreadyExists, "Identity is already linked to another user"))
    static let singleIdentity = refused(
        Refusal(
            .unprocessableContent, .singleIdentityNotDeletable,
            "User must have at least 1 identity after unlinking"))
    static let identityNotFound = refused(
        Refusal(.unprocessableContent, .identityNotFound, "Identity doesn't exist"))
    static let identityEmailConflict = refused(
        Refusal(
            .unprocessableContent, .emailConflictIdentityNotDeletable,
            "Unable to unlink identity due to email conflict"))
    static let unexpectedAudience = refused(
        Refusal(.forbidden, .unexpectedAudience, "Token audience doesn't match request audience"))
    static let linkedEmailExists = refused(
        Refusal(.badRequest, .emailExists, "A user with this email address has already been registered"))

    // The exchange of codes
    static let codeOrVerifierMissing = invalid(
        "invalid request: both auth code and code verifier should be non-empty")
    static let flowNotFound = refused(
        Refusal(.notFound, .flowStateNotFound, "invalid flow state, no valid flow state found"))
    static let flowExpired = refused(
        Refusal(.unprocessableContent, .flowStateExpired, "invalid flow state, flow state has expired"))
    static let wrongVerifier = refused(
        Refusal(
            .badRequest, .badCodeVerifier, "code challenge does not match previously saved code verifier"))

    // ID tokens
    /// GoTrue writes a space where the standard has an underscore.
    static func idToken(_ description: String, error: String = "invalid request") -> AuthError {
        .oauth(OAuthFault(error: error, description: description))
    }
    static func issuerDisabled(_ issuer: String) -> AuthError {
        .refused(Refusal(.badRequest, .providerDisabled, "Provider (issuer \"\(issuer)\") is not enabled"))
    }
}
