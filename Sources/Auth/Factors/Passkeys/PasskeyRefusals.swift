internal import HTTPTypes

/// What passkeys refuse (contract, section 2).
extension Refusal {
    static let passkeysDisabled = Refusal(.notFound, .passkeyDisabled, "Passkeys are disabled")
    static let passkeyNotFound = Refusal(.notFound, .validationFailed, "Passkey not found")
    static let passkeyNeedsAAL2 = Refusal(
        .forbidden, .insufficientAAL, "AAL2 session is required to manage passkeys when MFA is enabled")
    static let passkeyOfSSO = Refusal(
        .unprocessableContent, .validationFailed, "SSO users cannot register passkeys")
    static let tooManyPasskeys = Refusal(
        .unprocessableContent, .tooManyPasskeys, "Maximum number of passkeys reached")
    static let passkeyExists = Refusal(
        .unprocessableContent, .webAuthnCredentialExists, "This credential is already registered")
    static let ceremonyNotFound = Refusal(
        .badRequest, .webAuthnChallengeNotFound, "Challenge not found or already used")
    static let ceremonyExpired = Refusal(.badRequest, .webAuthnChallengeExpired, "Challenge has expired")
    static let credentialMalformed = Refusal(
        .badRequest, .webAuthnVerificationFailed, "Invalid credential response")
    static let credentialRefused = Refusal(
        .badRequest, .webAuthnVerificationFailed, "Credential verification failed")
    static let passkeyEmailNotConfirmed = Refusal(.forbidden, .emailNotConfirmed, "Email not confirmed")
    static let passkeyPhoneNotConfirmed = Refusal(.forbidden, .phoneNotConfirmed, "Phone not confirmed")
}
