/// Hooks (contract, section 7): which are on and what they call.
public struct HookConfiguration: Sendable {
    /// The hooks there are, by the names that their inputs carry.
    public enum Name: String, Sendable, Hashable, CaseIterable {
        case customAccessToken = "customize-access-token"
        case sendEmail = "send-email"
        case sendSMS = "send-sms"
        case beforeUserCreated = "before-user-created"
        case afterUserCreated = "after-user-created"
        case mfaVerificationAttempt = "mfa-verification"
        case passwordVerificationAttempt = "password-verification"
    }

    /// What each enabled hook calls. Environment: `GOTRUE_HOOK_<NAME>_{ENABLED,URI,SECRETS}`.
    public var targets: [Name: HookTarget] = [:]

    public init() {}
}
