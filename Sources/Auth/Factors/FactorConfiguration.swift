/// Second factors and passkeys (contract, sections 6.13, 6.14 and 10).
public struct FactorConfiguration: Sendable {
    /// Whether a kind of factor can be added and whether it can be used.
    public struct Availability: Sendable {
        public var isEnrollable: Bool
        public var isVerifiable: Bool

        public init(isEnrollable: Bool, isVerifiable: Bool) {
            self.isEnrollable = isEnrollable
            self.isVerifiable = isVerifiable
        }
    }

    /// Codes of an authenticator app. Environment: `GOTRUE_MFA_TOTP_ENROLL_ENABLED`, `GOTRUE_MFA_TOTP_VERIFY_ENABLED`.
    public var totp = Availability(isEnrollable: true, isVerifiable: true)
    /// Codes by text message. Environment: `GOTRUE_MFA_PHONE_ENROLL_ENABLED`, `GOTRUE_MFA_PHONE_VERIFY_ENABLED`.
    public var phone = Availability(isEnrollable: false, isVerifiable: false)
    /// Security keys. Environment: `GOTRUE_MFA_WEB_AUTHN_ENROLL_ENABLED`, `GOTRUE_MFA_WEB_AUTHN_VERIFY_ENABLED`.
    public var webAuthn = Availability(isEnrollable: false, isVerifiable: false)

    /// Factors of a user at most, unverified ones included. Environment: `GOTRUE_MFA_MAX_ENROLLED_FACTORS`.
    public var enrolledMax = 10
    /// Verified factors of a user at most. Environment: `GOTRUE_MFA_MAX_VERIFIED_FACTORS`.
    public var verifiedMax = 10
    /// How long a challenge can be answered. Environment: `GOTRUE_MFA_CHALLENGE_EXPIRY_DURATION`.
    public var challengeLifetime: Duration = .seconds(300)
    /// How long a factor may stay unverified. Environment: `GOTRUE_MFA_FACTOR_EXPIRY_DURATION`.
    public var unverifiedLifetime: Duration = .seconds(300)

    /// Digits of a code by text message, 6 to 10. Environment: `GOTRUE_MFA_PHONE_OTP_LENGTH`.
    public var phoneCodeLength = 6
    /// The text around the code, which stands for `{{ .Code }}`. Environment: `GOTRUE_MFA_PHONE_TEMPLATE`.
    public var phoneTemplate = "Your code is {{ .Code }}"
    /// Shortest time between two messages to one factor. Environment: `GOTRUE_MFA_PHONE_MAX_FREQUENCY`.
    public var phoneInterval: Duration = .seconds(60)

    /// Sign-in with passkeys. Environment: `GOTRUE_PASSKEY_ENABLED`.
    public var arePasskeysEnabled = false
    /// Passkeys of a user at most. Environment: `GOTRUE_PASSKEY_MAX_PASSKEYS_PER_USER`.
    public var passkeysMax = 10

    /// The domain that security keys and passkeys are bound to: once some are registered it must not change. Nil takes
    /// the host of the site's URL. Environment: `GOTRUE_WEBAUTHN_RP_ID`.
    public var relyingPartyID: String?
    /// The name that authenticators show. Nil takes the domain. Environment: `GOTRUE_WEBAUTHN_RP_DISPLAY_NAME`.
    public var relyingPartyName: String?
    /// Origins of the pages that may ask for a signature. Empty takes the origin of the site's URL. Environment:
    /// `GOTRUE_WEBAUTHN_RP_ORIGINS`.
    public var relyingPartyOrigins: [String] = []
    /// How long a passkey ceremony may take. Environment: `GOTRUE_WEBAUTHN_CHALLENGE_EXPIRY_DURATION`.
    public var ceremonyLifetime: Duration = .seconds(300)

    /// For how long a session without a second factor can be used by somebody who has one; nil is without end.
    /// Environment: `GOTRUE_SESSIONS_ALLOW_LOW_AAL`.
    public var lowAssuranceMax: Duration?

    public init() {}
}
