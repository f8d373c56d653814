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
        case captchaFailed = "captcha_failed"
        case emailAddressNotAuthorized = "email_address_not_authorized"
        case phoneNotConfirmed = "phone_not_confirmed"
        case otpExpired = "otp_expired"
        case otpDisabled = "otp_disabled"
        case flowStateNotFound = "flow_state_not_found"
        case flowStateExpired = "flow_state_expired"
        case flowStateAlreadyUsed = "flow_state_already_used"
        case badCodeVerifier = "bad_code_verifier"
        case badOAuthState = "bad_oauth_state"
        case badOAuthCallback = "bad_oauth_callback"
        case oauthProviderNotSupported = "oauth_provider_not_supported"
        case providerDisabled = "provider_disabled"
        case providerEmailNeedsVerification = "provider_email_needs_verification"
        case identityAlreadyExists = "identity_already_exists"
        case singleIdentityNotDeletable = "single_identity_not_deletable"
        case emailConflictIdentityNotDeletable = "email_conflict_identity_not_deletable"
        case identityNotFound = "identity_not_found"
        case manualLinkingDisabled = "manual_linking_disabled"
        case samlProviderDisabled = "saml_provider_disabled"
        case passkeyDisabled = "passkey_disabled"
        case featureDisabled = "feature_disabled"
        case reauthenticationNotValid = "reauthentication_not_valid"
        case reauthenticationNeeded = "reauthentication_needed"
        case mfaFactorNotFound = "mfa_factor_not_found"
        case mfaVerificationFailed = "mfa_verification_failed"
        case mfaChallengeExpired = "mfa_challenge_expired"
        case mfaIPAddressMismatch = "mfa_ip_address_mismatch"
        case mfaFactorNameConflict = "mfa_factor_name_conflict"
        case tooManyEnrolledMFAFactors = "too_many_enrolled_mfa_factors"
        case mfaVerifiedFactorExists = "mfa_verified_factor_exists"
        case mfaTOTPEnrollNotEnabled = "mfa_totp_enroll_not_enabled"
        case mfaTOTPVerifyNotEnabled = "mfa_totp_verify_not_enabled"
        case mfaPhoneEnrollNotEnabled = "mfa_phone_enroll_not_enabled"
        case mfaPhoneVerifyNotEnabled = "mfa_phone_verify_not_enabled"
        case mfaWebAuthnEnrollNotEnabled = "mfa_webauthn_enroll_not_enabled"
        case mfaWebAuthnVerifyNotEnabled = "mfa_webauthn_verify_not_enabled"
        case mfaVerificationRejected = "mfa_verification_rejected"
        case overSMSSendRateLimit = "over_sms_send_rate_limit"
        case smsSendFailed = "sms_send_failed"
        case hookTimeout = "hook_timeout"
        case hookTimeoutAfterRetry = "hook_timeout_after_retry"
        case hookPayloadOverSizeLimit = "hook_payload_over_size_limit"
        case hookPayloadInvalidContentType = "hook_payload_invalid_content_type"
        case webAuthnChallengeNotFound = "webauthn_challenge_not_found"
        case webAuthnChallengeExpired = "webauthn_challenge_expired"
        case webAuthnVerificationFailed = "webauthn_verification_failed"
        case webAuthnCredentialExists = "webauthn_credential_exists"
        case tooManyPasskeys = "too_many_passkeys"
        case oauthClientNotFound = "oauth_client_not_found"
        case oauthAuthorizationNotFound = "oauth_authorization_not_found"
        case oauthConsentNotFound = "oauth_consent_not_found"
        case oauthDynamicRegistrationDisabled = "oauth_dynamic_client_registration_disabled"
        case inviteNotFound = "invite_not_found"
        case unexpectedAudience = "unexpected_audience"
        case unknown
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
        case .refused(let refusal): refusal.code
        case .oauth: .validationFailed
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
        case .refused(let refusal): refusal.status
        case .oauth(let fault): fault.status
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
