internal import HTTPTypes
internal import Postgres

extension AuthError {
    /// GoTrue's machine codes (contract, section 2). Clients branch on them, so they never change.
    enum Code: String, Sendable {
        case badJSON = "bad_json"
        case validationFailed = "validation_failed"
        case weakPassword = "weak_password"
        case noAuthorization = "no_authorization"
        case badJWT = "bad_jwt"
        case notAdmin = "not_admin"
        case userNotFound = "user_not_found"
        case sessionNotFound = "session_not_found"
        case sessionExpired = "session_expired"
        case userBanned = "user_banned"
        case signUpDisabled = "signup_disabled"
        case anonymousDisabled = "anonymous_provider_disabled"
        case emailDisabled = "email_provider_disabled"
        case phoneDisabled = "phone_provider_disabled"
        case userAlreadyExists = "user_already_exists"
        case emailRateLimit = "over_email_send_rate_limit"
        case requestRateLimit = "over_request_rate_limit"
        case invalidCredentials = "invalid_credentials"
        case emailNotConfirmed = "email_not_confirmed"
        case refreshTokenNotFound = "refresh_token_not_found"
        case refreshTokenUsed = "refresh_token_already_used"
        case conflict
        case emailExists = "email_exists"
        case phoneExists = "phone_exists"
        case samePassword = "same_password"
        case currentPasswordRequired = "current_password_required"
        case currentPasswordInvalid = "current_password_invalid"
        case ssoManaged = "user_sso_managed"
        case insufficientAAL = "insufficient_aal"
        case tooLarge = "request_entity_too_large"
        case timeout = "request_timeout"
        case unexpectedFailure = "unexpected_failure"
    }

    var code: Code {
        switch self {
        case .badJSON: .badJSON
        case .invalid, .invalidPathID, .refreshTokenMalformed, .audienceMismatch: .validationFailed
        case .weakPassword: .weakPassword
        case .bearerMissing: .noAuthorization
        case .token, .claim: .badJWT
        case .notAdmin, .appMetadataNeedsAdmin: .notAdmin
        case .bearerUserMissing, .userNotFound: .userNotFound
        case .bearerSessionMissing, .refreshSessionMissing: .sessionNotFound
        case .bearerSessionExpired, .refreshSessionExpired: .sessionExpired
        case .bearerUserBanned, .userBanned, .refreshUserBanned: .userBanned
        case .signUpDisabled: .signUpDisabled
        case .anonymousDisabled: .anonymousDisabled
        case .emailDisabled: .emailDisabled
        case .phoneDisabled: .phoneDisabled
        case .userAlreadyExists: .userAlreadyExists
        case .mailTooSoon: .emailRateLimit
        case .overloaded: .requestRateLimit
        case .unsupportedGrant, .invalidCredentials: .invalidCredentials
        case .emailNotConfirmed: .emailNotConfirmed
        case .refreshTokenNotFound: .refreshTokenNotFound
        case .refreshTokenUsed: .refreshTokenUsed
        case .refreshContention: .conflict
        case .emailExists: .emailExists
        case .phoneExists: .phoneExists
        case .samePassword: .samePassword
        case .currentPasswordRequired: .currentPasswordRequired
        case .currentPasswordInvalid: .currentPasswordInvalid
        case .ssoManaged: .ssoManaged
        case .insufficientAAL: .insufficientAAL
        case .database(let error, _): error.authCode
        case .mailFailed, .failed: .unexpectedFailure
        }
    }

    var status: HTTPResponse.Status {
        switch self {
        case .badJSON, .invalid, .audienceMismatch, .unsupportedGrant, .invalidCredentials, .userBanned,
            .emailNotConfirmed, .refreshTokenMalformed, .refreshTokenNotFound, .refreshTokenUsed, .refreshUserBanned,
            .refreshSessionMissing, .refreshSessionExpired, .currentPasswordRequired, .currentPasswordInvalid,
            .emailDisabled(.signUp), .phoneDisabled(.signUp), .claim(.subjectNotUUID):
            .badRequest
        case .bearerMissing, .insufficientAAL: .unauthorized
        case .token, .claim(.subjectMissing), .claim(.sessionNotUUID), .notAdmin, .appMetadataNeedsAdmin,
            .bearerUserMissing, .bearerSessionMissing, .bearerSessionExpired, .bearerUserBanned:
            .forbidden
        case .invalidPathID, .userNotFound: .notFound
        case .refreshContention: .conflict
        case .weakPassword, .signUpDisabled, .anonymousDisabled, .emailDisabled(.signIn), .phoneDisabled(.signIn),
            .userAlreadyExists, .emailExists, .phoneExists, .samePassword, .ssoManaged:
            .unprocessableContent
        case .mailTooSoon, .overloaded: .tooManyRequests
        case .database(let error, _): error.authStatus
        case .mailFailed, .failed: .internalServerError
        }
    }
}

extension DatabaseError {
    /// Class 22 is data that PostgreSQL cannot hold, so the client's.
    private var isBadData: Bool {
        if case .invalidParameter = self { return true }
        return sqlState?.conditionClass == "22"
    }

    var authCode: AuthError.Code {
        if isBadData { return .validationFailed }
        return sqlState == .queryCanceled ? .timeout : .unexpectedFailure
    }

    /// What can pass by itself is 503, so that clients keep the session and try again; a full disk is among it.
    var authStatus: HTTPResponse.Status {
        if isBadData { return .badRequest }
        if sqlState == .queryCanceled { return .gatewayTimeout }
        return isTransient ? .serviceUnavailable : .internalServerError
    }
}
