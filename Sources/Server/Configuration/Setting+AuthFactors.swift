internal import Auth

extension Setting {
    /// Second factors and passkeys.
    static let authFactors: [Setting] = [
        flag("MFA_TOTP_ENROLL_ENABLED", "true", "Users can add an authenticator app."),
        flag("MFA_TOTP_VERIFY_ENABLED", "true", "Codes of authenticator apps are accepted."),
        flag("MFA_PHONE_ENROLL_ENABLED", "false", "Users can add a telephone as second factor."),
        flag("MFA_PHONE_VERIFY_ENABLED", "false", "Codes by text message are accepted as second factor."),
        flag("MFA_WEB_AUTHN_ENROLL_ENABLED", "false", "Users can add a security key as second factor."),
        flag("MFA_WEB_AUTHN_VERIFY_ENABLED", "false", "Security keys are accepted as second factor."),
        Setting(
            "Auth", "MFA_MAX_ENROLLED_FACTORS", aliases: ["GOTRUE_MFA_MAX_ENROLLED_FACTORS"], .integer(1...100),
            default: "10", "Most second factors of a user."),
        Setting(
            "Auth", "MFA_MAX_VERIFIED_FACTORS", aliases: ["GOTRUE_MFA_MAX_VERIFIED_FACTORS"], .integer(1...100),
            default: "10", "Most verified second factors of a user."),
        Setting(
            "Auth", "MFA_CHALLENGE_EXPIRY_DURATION", aliases: ["GOTRUE_MFA_CHALLENGE_EXPIRY_DURATION"], .duration,
            default: "300", "How long a challenge to a second factor can be answered; 300 s at least."),
        Setting(
            "Auth", "MFA_FACTOR_EXPIRY_DURATION", aliases: ["GOTRUE_MFA_FACTOR_EXPIRY_DURATION"], .duration,
            default: "300", "How long a second factor may stay unverified; 300 s at least."),
        Setting(
            "Auth", "MFA_PHONE_OTP_LENGTH", aliases: ["GOTRUE_MFA_PHONE_OTP_LENGTH"], .integer(6...10), default: "6",
            "Digits of the codes of telephone factors."),
        Setting(
            "Auth", "MFA_PHONE_TEMPLATE", aliases: ["GOTRUE_MFA_PHONE_TEMPLATE"], .text,
            default: "Your code is {{ .Code }}", "Text message of telephone factors."),
        Setting(
            "Auth", "MFA_PHONE_MAX_FREQUENCY", aliases: ["GOTRUE_MFA_PHONE_MAX_FREQUENCY"], .duration, default: "60",
            "Shortest time between two text messages to one factor."),
        Setting(
            "Auth", "SESSIONS_ALLOW_LOW_AAL", aliases: ["GOTRUE_SESSIONS_ALLOW_LOW_AAL"], .duration,
            "Sessions of users with a second factor end after this time when it is not shown."),
        flag("PASSKEY_ENABLED", "false", "Sign-in with passkeys."),
        Setting(
            "Auth", "PASSKEY_MAX_PASSKEYS_PER_USER", aliases: ["GOTRUE_PASSKEY_MAX_PASSKEYS_PER_USER"],
            .integer(1...100), default: "10", "Most passkeys of a user."),
        Setting(
            "Auth", "WEBAUTHN_RP_ID", aliases: ["GOTRUE_WEBAUTHN_RP_ID"], .text, default: "host of SITE_URL",
            "Domain that passkeys and security keys are bound to; those registered are lost when it changes."),
        Setting(
            "Auth", "WEBAUTHN_RP_DISPLAY_NAME", aliases: ["GOTRUE_WEBAUTHN_RP_DISPLAY_NAME"], .text,
            default: "WEBAUTHN_RP_ID", "Name that authenticators show."),
        Setting(
            "Auth", "WEBAUTHN_RP_ORIGINS", aliases: ["GOTRUE_WEBAUTHN_RP_ORIGINS"], .list, default: "SITE_URL",
            "Origins of the pages that may ask for passkeys and security keys."),
        Setting(
            "Auth", "WEBAUTHN_CHALLENGE_EXPIRY_DURATION", aliases: ["GOTRUE_WEBAUTHN_CHALLENGE_EXPIRY_DURATION"],
            .duration, default: "300", "How long registering or signing in with a passkey may take."),
    ]

    private static func flag(_ name: String, _ fallback: String, _ summary: String) -> Setting {
        Setting("Auth", name, aliases: ["GOTRUE_" + name], .flag, default: fallback, summary)
    }
}

extension ServerConfiguration {
    mutating func readAuthFactors(_ reader: inout SettingsReader) {
        var factors = auth.factors
        factors.totp = availability("TOTP", factors.totp, &reader)
        factors.phone = availability("PHONE", factors.phone, &reader)
        factors.webAuthn = availability("WEB_AUTHN", factors.webAuthn, &reader)
        factors.enrolledMax = reader.integer("MFA_MAX_ENROLLED_FACTORS") ?? factors.enrolledMax
        factors.verifiedMax = reader.integer("MFA_MAX_VERIFIED_FACTORS") ?? factors.verifiedMax
        // Shorter times are raised to the default, as upstream does: nobody types that fast.
        factors.challengeLifetime = max(
            reader.duration("MFA_CHALLENGE_EXPIRY_DURATION") ?? .zero, factors.challengeLifetime)
        factors.unverifiedLifetime = max(
            reader.duration("MFA_FACTOR_EXPIRY_DURATION") ?? .zero, factors.unverifiedLifetime)
        factors.phoneCodeLength = reader.integer("MFA_PHONE_OTP_LENGTH") ?? factors.phoneCodeLength
        factors.phoneTemplate = reader.text("MFA_PHONE_TEMPLATE") ?? factors.phoneTemplate
        factors.phoneInterval = reader.duration("MFA_PHONE_MAX_FREQUENCY") ?? factors.phoneInterval
        if let most = reader.duration("SESSIONS_ALLOW_LOW_AAL") {
            if most == .zero { reader.complain("SESSIONS_ALLOW_LOW_AAL", "must be longer than nothing") }
            factors.lowAssuranceMax = most
        }
        factors.arePasskeysEnabled = reader.flag("PASSKEY_ENABLED") ?? factors.arePasskeysEnabled
        factors.passkeysMax = reader.integer("PASSKEY_MAX_PASSKEYS_PER_USER") ?? factors.passkeysMax
        factors.relyingPartyID = reader.text("WEBAUTHN_RP_ID") ?? factors.relyingPartyID
        factors.relyingPartyName = reader.text("WEBAUTHN_RP_DISPLAY_NAME") ?? factors.relyingPartyName
        factors.relyingPartyOrigins = reader.list("WEBAUTHN_RP_ORIGINS") ?? factors.relyingPartyOrigins
        factors.ceremonyLifetime = reader.duration("WEBAUTHN_CHALLENGE_EXPIRY_DURATION") ?? factors.ceremonyLifetime
        auth.factors = factors
    }

    private func availability(
        _ kind: String, _ fallback: FactorConfiguration.Availability, _ reader: inout SettingsReader
    ) -> FactorConfiguration.Availability {
        FactorConfiguration.Availability(
            isEnrollable: reader.flag("MFA_\(kind)_ENROLL_ENABLED") ?? fallback.isEnrollable,
            isVerifiable: reader.flag("MFA_\(kind)_VERIFY_ENABLED") ?? fallback.isVerifiable)
    }
}
