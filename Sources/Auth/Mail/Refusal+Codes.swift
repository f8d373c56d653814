internal import HTTPTypes

/// Refusals around one-time codes and links, in GoTrue's words.
extension Refusal {
    static let codeInvalid = Refusal(.forbidden, .otpExpired, "Token has expired or is invalid")
    static let linkInvalid = Refusal(.forbidden, .otpExpired, "Email link is invalid or has expired")
    static let otpDisabled = Refusal(.unprocessableContent, .otpDisabled, "Signups not allowed for otp")
    static let magicLinkDisabled = Refusal(
        .unprocessableContent, .emailDisabled, "Login with magic link is disabled")
    /// Where GoTrue says 400, other than at sign-in.
    static let emailLoginsDisabled = Refusal(.badRequest, .emailDisabled, "Email logins are disabled")
    static let phoneLoginsDisabled = Refusal(.badRequest, .phoneDisabled, "Phone logins are disabled")
    static let phoneUnsupported = Refusal(.badRequest, .phoneDisabled, "Unsupported phone provider")
    static let flowStateMissing = Refusal(
        .unprocessableContent, .flowStateNotFound, "No valid flow state found for user.")
    static let reauthenticationNeeded = Refusal(
        .badRequest, .reauthenticationNeeded, "Password update requires reauthentication")
    static let nonceInvalid = Refusal(
        .unprocessableContent, .reauthenticationNotValid, "Nonce has expired or is invalid")
    static let emailUnverified = Refusal(
        .unprocessableContent, .emailNotConfirmed, "Please verify your email first.")
    static let phoneUnverified = Refusal(
        .unprocessableContent, .phoneNotConfirmed, "Please verify your phone first.")
    static let phoneNotConfirmed = Refusal(.badRequest, .phoneNotConfirmed, "Phone not confirmed")
    static let linkTargetMissing = Refusal(.notFound, .userNotFound, "User with this email not found")
    static let addressNotAuthorized = Refusal(
        .badRequest, .emailAddressNotAuthorized, "Email address cannot be used as it is not authorized")
    static let anonymousPassword = Refusal(
        .unprocessableContent, .validationFailed,
        "Updating password of an anonymous user without an email or phone is not allowed")
    static let emailMalformed = Refusal(.unprocessableContent, .validationFailed, "Invalid email format")
    static let magicLinkNeedsEmail = Refusal(
        .unprocessableContent, .validationFailed, "Password recovery requires an email")
    static let textMessageFailed = Refusal(
        .unprocessableContent, .smsSendFailed, "Error sending confirmation OTP to provider")

    static func textMessageTooSoon(seconds: Int) -> Refusal {
        Refusal(
            .tooManyRequests, .overSMSSendRateLimit,
            "For security purposes, you can only request this after \(seconds) seconds.")
    }
}
