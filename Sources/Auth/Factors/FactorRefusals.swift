internal import HTTPTypes

/// What second factors refuse (contract, section 2).
extension Refusal {
    static let anonymousFactor = Refusal(
        .forbidden, .noAuthorization, "Anonymous user not allowed to perform these actions")
    static let factorNotFound = Refusal(.notFound, .mfaFactorNotFound, "Factor not found")
    static let challengeNotFound = Refusal(
        .unprocessableContent, .mfaFactorNotFound, "MFA factor with the provided challenge ID not found")
    static let challengeElsewhere = Refusal(
        .unprocessableContent, .mfaIPAddressMismatch, "Challenge and verify IP addresses mismatch.")
    static let tooManyFactors = Refusal(
        .unprocessableContent, .tooManyEnrolledMFAFactors,
        "Maximum number of verified factors reached, unenroll to continue")
    static let enrollNeedsAAL2 = Refusal(.forbidden, .insufficientAAL, "AAL2 required to enroll a new factor")
    static let unenrollNeedsAAL2 = Refusal(
        .unprocessableContent, .insufficientAAL, "AAL2 required to unenroll verified factor")
    static let phoneFactorExists = Refusal(
        .unprocessableContent, .mfaVerifiedFactorExists,
        "A verified phone factor already exists, unenroll the existing factor to continue")
    static let messageNotSent = Refusal(
        .unprocessableContent, .smsSendFailed, "Error sending the code by text message")
    static let wrongTOTPCode = Refusal(
        .unprocessableContent, .mfaVerificationFailed, "Invalid TOTP code entered")
    static let wrongPhoneCode = Refusal(
        .unprocessableContent, .mfaVerificationFailed, "Invalid MFA Phone code entered")
    static let wrongSignature = Refusal(
        .unprocessableContent, .mfaVerificationFailed, "Invalid WebAuthn response")

    static func factorNameTaken(_ name: String) -> Refusal {
        Refusal(
            .unprocessableContent, .mfaFactorNameConflict,
            "A factor with the friendly name \"\(name)\" for this user already exists")
    }

    static func challengeExpired(_ id: String) -> Refusal {
        Refusal(
            .unprocessableContent, .mfaChallengeExpired,
            "MFA challenge \(id) has expired, verify against another challenge or create a new challenge.")
    }

    static func messageTooSoon(seconds: Int) -> Refusal {
        Refusal(
            .tooManyRequests, .overSMSSendRateLimit,
            "For security purposes, you can only request this after \(seconds) seconds.")
    }

    static func attemptRejected(_ text: String) -> Refusal {
        Refusal(.forbidden, .mfaVerificationRejected, text)
    }

    static func enrollDisabled(_ kind: StoredFactor.Kind) -> Refusal {
        let code: AuthError.Code =
            switch kind {
            case .totp: .mfaTOTPEnrollNotEnabled
            case .phone: .mfaPhoneEnrollNotEnabled
            case .webAuthn: .mfaWebAuthnEnrollNotEnabled
            }
        return Refusal(.unprocessableContent, code, "MFA enroll is disabled for \(kind.title)")
    }

    static func verifyDisabled(_ kind: StoredFactor.Kind) -> Refusal {
        let code: AuthError.Code =
            switch kind {
            case .totp: .mfaTOTPVerifyNotEnabled
            case .phone: .mfaPhoneVerifyNotEnabled
            case .webAuthn: .mfaWebAuthnVerifyNotEnabled
            }
        return Refusal(.unprocessableContent, code, "MFA verification is disabled for \(kind.title)")
    }
}
