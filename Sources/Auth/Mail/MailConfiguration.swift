/// What mails need (contract, sections 8 and 10).
public struct MailConfiguration: Sendable {
    /// Whom `GET /verify` shows a page with a button in place of acting at once.
    public enum LinkConfirmation: String, Sendable, CaseIterable {
        /// Programs that follow links before people do.
        case scanners
        /// Everybody: no program can use up a link.
        case always
        /// Nobody, as GoTrue does.
        case never
    }

    /// How long codes and links in mails can be used. GoTrue's own default is a day; this is the hosted one.
    /// Environment: `GOTRUE_MAILER_OTP_EXP`.
    public var codeLifetime: Duration = .seconds(3600)
    /// Sign-in by link or code without a password. Environment: `GOTRUE_EXTERNAL_EMAIL_MAGIC_LINK_ENABLED`.
    public var allowsMagicLinks = true
    /// External logins may sign in while their address is not confirmed. Environment:
    /// `GOTRUE_MAILER_ALLOW_UNVERIFIED_EMAIL_SIGN_INS`.
    public var allowsUnverifiedSignIns = false
    /// When not empty, the only addresses that are written to; labels (`name+label@…`) are overlooked. Environment:
    /// `GOTRUE_EXTERNAL_EMAIL_AUTHORIZED_ADDRESSES`.
    public var authorizedAddresses: [String] = []
    /// Environment: `MAILER_LINK_CONFIRMATION`.
    public var linkConfirmation = LinkConfirmation.scanners
    /// Notices that are sent. Environment: `GOTRUE_MAILER_NOTIFICATIONS_*_ENABLED`.
    public var notices: Set<Mail.Kind> = []

    public init() {}
}
