/// What mails need (contract, sections 8 and 10).
public struct MailConfiguration: Sendable {
    /// Notices that are sent. Environment: `GOTRUE_MAILER_NOTIFICATIONS_*_ENABLED`.
    public var notices: Set<Mail.Kind> = []

    public init() {}
}
