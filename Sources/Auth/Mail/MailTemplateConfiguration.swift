/// The words of mails (contract, section 8).
public struct MailTemplateConfiguration: Sendable {
    /// Where bodies come from: the path of a file, a URL, or a path below the app's URL. Environment:
    /// `GOTRUE_MAILER_TEMPLATES_*`.
    public var bodies: [Mail.Kind: String] = [:]
    /// Subjects, which are templates too. Environment: `GOTRUE_MAILER_SUBJECTS_*`.
    public var subjects: [Mail.Kind: String] = [:]

    public init() {}
}

extension Mail.Kind {
    /// The name of the kind in settings and headers. The two mails of a change of address share one.
    public var templateName: String {
        switch self {
        case .confirmation: "confirmation"
        case .invite: "invite"
        case .recovery: "recovery"
        case .magicLink: "magic_link"
        case .reauthentication: "reauthentication"
        case .emailChangeNew, .emailChangeCurrent: "email_change"
        case .passwordChanged: "password_changed_notification"
        case .emailChanged: "email_changed_notification"
        case .phoneChanged: "phone_changed_notification"
        case .identityLinked: "identity_linked_notification"
        case .identityUnlinked: "identity_unlinked_notification"
        case .factorEnrolled: "mfa_factor_enrolled_notification"
        case .factorUnenrolled: "mfa_factor_unenrolled_notification"
        }
    }

    /// All kinds, for settings.
    public static let allKinds: [Mail.Kind] = [
        .confirmation, .invite, .recovery, .magicLink, .reauthentication, .emailChangeNew, .emailChangeCurrent,
        .passwordChanged, .emailChanged, .phoneChanged, .identityLinked, .identityUnlinked, .factorEnrolled,
        .factorUnenrolled,
    ]
}
