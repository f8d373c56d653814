internal import Auth

extension Setting {
    /// Codes and links in mails.
    static let authMail: [Setting] = [
        Setting(
            "Auth", "MAILER_OTP_EXP", aliases: ["GOTRUE_MAILER_OTP_EXP"], .duration, default: "3600",
            "How long codes and links in mails can be used."),
        Setting(
            "Auth", "MAILER_OTP_LENGTH", aliases: ["GOTRUE_MAILER_OTP_LENGTH"], .integer(6...10), default: "6",
            "Digits of the codes in mails."),
        Setting(
            "Auth", "SMTP_MAX_FREQUENCY", aliases: ["GOTRUE_SMTP_MAX_FREQUENCY"], .duration, default: "60",
            "Shortest time between two mails to one address, whether it has an account or not."),
        Setting(
            "Auth", "MAILER_SECURE_EMAIL_CHANGE_ENABLED", aliases: ["GOTRUE_MAILER_SECURE_EMAIL_CHANGE_ENABLED"],
            .flag, default: "true", "A change of address is confirmed from both addresses."),
        Setting(
            "Auth", "ENABLE_MAGIC_LINK", aliases: ["GOTRUE_EXTERNAL_EMAIL_MAGIC_LINK_ENABLED"], .flag,
            default: "true", "Sign-in by link or code without a password."),
        Setting(
            "Auth", "MAILER_ALLOW_UNVERIFIED_EMAIL_SIGN_INS",
            aliases: ["GOTRUE_MAILER_ALLOW_UNVERIFIED_EMAIL_SIGN_INS"], .flag, default: "false",
            "External logins may sign in before their address is confirmed; not together with autoconfirm."),
        Setting(
            "Auth", "EMAIL_AUTHORIZED_ADDRESSES", aliases: ["GOTRUE_EXTERNAL_EMAIL_AUTHORIZED_ADDRESSES"], .list,
            default: "any", "The only addresses that are written to."),
        Setting(
            "Auth", "MAILER_LINK_CONFIRMATION", .oneOf(["scanners", "always", "never"]), default: "scanners",
            "Who is shown a page with a button in place of being led on by a link: programs that look where links lead, everybody or nobody."
        ),
        Setting(
            "Auth", "PASSWORD_REQUIRE_REAUTHENTICATION",
            aliases: ["GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_REAUTHENTICATION"], .flag, default: "false",
            "Who signed in more than a day ago changes the password with a code only."),
    ]
}

extension ServerConfiguration {
    mutating func readAuthMail(_ reader: inout SettingsReader) {
        auth.mail.codeLifetime = reader.duration("MAILER_OTP_EXP") ?? auth.mail.codeLifetime
        auth.mailedCodeLength = reader.integer("MAILER_OTP_LENGTH") ?? auth.mailedCodeLength
        auth.mailInterval = reader.duration("SMTP_MAX_FREQUENCY") ?? auth.mailInterval
        auth.isEmailChangeSecure = reader.flag("MAILER_SECURE_EMAIL_CHANGE_ENABLED") ?? auth.isEmailChangeSecure
        auth.mail.allowsMagicLinks = reader.flag("ENABLE_MAGIC_LINK") ?? auth.mail.allowsMagicLinks
        auth.mail.allowsUnverifiedSignIns =
            reader.flag("MAILER_ALLOW_UNVERIFIED_EMAIL_SIGN_INS") ?? auth.mail.allowsUnverifiedSignIns
        // Only what was asked for: without a way to send mail, addresses count as confirmed by default.
        if auth.mail.allowsUnverifiedSignIns, reader.flag("ENABLE_EMAIL_AUTOCONFIRM") == true {
            reader.complain(
                "MAILER_ALLOW_UNVERIFIED_EMAIL_SIGN_INS", "and ENABLE_EMAIL_AUTOCONFIRM exclude each other")
        }
        auth.mail.authorizedAddresses = (reader.list("EMAIL_AUTHORIZED_ADDRESSES") ?? []).filter { $0 != "any" }
        auth.mail.linkConfirmation =
            reader.text("MAILER_LINK_CONFIRMATION").flatMap(MailConfiguration.LinkConfirmation.init)
            ?? auth.mail.linkConfirmation
        auth.isReauthenticationRequired =
            reader.flag("PASSWORD_REQUIRE_REAUTHENTICATION") ?? auth.isReauthenticationRequired
    }
}
