internal import HTTPTypes
internal import Postgres
internal import Tokens

extension AuthError {
    /// The text a client shows. Texts that client test suites compare are GoTrue's to the letter.
    var text: String {
        switch self {
        case .badJSON(let reason): "Could not parse request body as JSON: \(reason)"
        case .invalid(let text): text
        case .invalidPathID(let name): "\(name) must be an UUID"
        case .weakPassword(let weakness): weakness.text
        case .bearerMissing: "This endpoint requires a valid Bearer token"
        case .token(let error): error.authMessage
        case .claim(.subjectMissing): "invalid claim: missing sub claim"
        case .claim(.subjectNotUUID): "invalid claim: sub claim must be a UUID"
        case .claim(.sessionNotUUID): "invalid claim: session_id claim must be a UUID"
        case .notAdmin: "User not allowed"
        case .appMetadataNeedsAdmin: "Updating app_metadata requires admin privileges"
        case .bearerUserMissing: "User from sub claim in JWT does not exist"
        case .bearerSessionMissing: "Session from session_id claim in JWT does not exist"
        case .bearerSessionExpired: "Session from session_id claim in JWT has expired"
        case .bearerUserBanned, .userBanned: "User is banned"
        case .audienceMismatch: "Token audience doesn't match request audience"
        case .signUpDisabled: "Signups not allowed for this instance"
        case .anonymousDisabled: "Anonymous sign-ins are disabled"
        case .emailDisabled(.signUp): "Email signups are disabled"
        case .emailDisabled(.signIn): "Email logins are disabled"
        case .phoneDisabled(.signUp): "Phone signups are disabled"
        case .phoneDisabled(.signIn): "Phone logins are disabled"
        case .userAlreadyExists: "User already registered"
        case .mailTooSoon(let seconds):
            "For security purposes, you can only request this after \(seconds) seconds."
        case .mailFailed(let kind, _): "Error sending \(kind.name) email"
        case .overloaded: "Request rate limit reached"
        case .unsupportedGrant: "unsupported_grant_type"
        case .invalidCredentials: "Invalid login credentials"
        case .emailNotConfirmed: "Email not confirmed"
        case .refreshTokenMalformed: "Refresh token is not valid"
        case .refreshTokenNotFound: "Invalid Refresh Token: Refresh Token Not Found"
        case .refreshTokenUsed: "Invalid Refresh Token: Already Used"
        case .refreshUserBanned: "Invalid Refresh Token: User Banned"
        case .refreshSessionMissing: "Invalid Refresh Token: No Valid Session Found"
        case .refreshSessionExpired(let expiry): "Invalid Refresh Token: \(expiry.text)"
        case .refreshContention:
            "Too many concurrent token refresh requests on the same session or refresh token"
        case .userNotFound: "User not found"
        case .emailExists: "A user with this email address has already been registered"
        case .phoneExists: "A user with this phone number has already been registered"
        case .samePassword: "New password should be different from the old password."
        case .currentPasswordRequired: "Current password required when setting new password."
        case .currentPasswordInvalid: "Current password required when setting new password is invalid."
        case .ssoManaged:
            "Updating email, phone, password of a SSO account only possible via SSO"
        case .insufficientAAL:
            "AAL2 session is required to update email or password when MFA is enabled."
        case .refused(let refusal): refusal.text
        case .oauth(let fault): fault.description
        case .database(let error, let step): error.authText(during: step)
        case .failed: "Unexpected failure, please check server logs for more information"
        }
    }

    /// What only the operator may read; nil where the refusal is the client's doing.
    var cause: String? {
        switch self {
        case .database(let error, _) where error.authStatus.code >= 500: error.logText
        case .mailFailed(_, let cause), .failed(let cause): cause
        default: nil
        }
    }
}

extension DatabaseError {
    fileprivate func authText(during step: AuthError.Step) -> String {
        switch authCode {
        case .validationFailed: "The request holds a value that the database cannot store"
        case .timeout: "Processing this request timed out, please retry after a moment."
        default:
            switch step {
            case .savingUser: "Database error saving new user"
            case .updatingUser: "Database error updating user"
            case .issuingSession: "Database error granting user"
            case .reading: "Database error querying schema"
            case .signingOut: "Error logging out user"
            case .deletingUser: "Database error deleting user"
            }
        }
    }
}
