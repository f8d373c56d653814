public import Core

/// How the auth service's mails leave the house: from a ``MessageQueue``, or, where somebody waits to hear whether it could
/// be sent, when what the mail is about is committed. Without a queue (in development) mails are sent inside that
/// transaction, so that neither exists without the other; implementations that are used so hand over quickly.
public protocol Mailer: Sendable {
    /// Takes responsibility for the mail. Throws when it cannot; everything that belongs to it is then rolled back.
    func send(_ mail: Mail) async throws(MailFailure)
    /// Takes responsibility for mails that belong together: those to the old and the new address of a change.
    func send(_ mails: [Mail]) async throws(MailFailure)
}

extension Mailer {
    /// One after the other.
    public func send(_ mails: [Mail]) async throws(MailFailure) {
        for mail in mails { try await send(mail) }
    }
}

/// A mail to write. Its code and token are secret: whoever has them can act as the user.
public struct Mail: Sendable {
    /// What it asks for.
    public enum Kind: Sendable, Hashable {
        /// Confirm a new account.
        case confirmation
        /// An admin's invitation.
        case invite
        /// A new password is to be set.
        case recovery
        /// Sign in without a password.
        case magicLink
        /// A code before the password changes.
        case reauthentication
        /// Confirm a new address, sent to it.
        case emailChangeNew
        /// Confirm that the address is to change, sent to the present one.
        case emailChangeCurrent
        // Notices: something was done to the account, and its owner is to know. They have neither code nor link.
        case passwordChanged
        case emailChanged
        case phoneChanged
        case identityLinked
        case identityUnlinked
        case factorEnrolled
        case factorUnenrolled

        /// What `GET /verify` takes as type; nil for mails without a link.
        var linkType: String? {
            switch self {
            case .confirmation: "signup"
            case .invite: "invite"
            case .recovery: "recovery"
            case .magicLink: "magiclink"
            case .emailChangeNew, .emailChangeCurrent: "email_change"
            case .reauthentication, .passwordChanged, .emailChanged, .phoneChanged, .identityLinked, .identityUnlinked,
                .factorEnrolled, .factorUnenrolled:
                nil
            }
        }

        /// As GoTrue's errors name it.
        var name: String {
            switch self {
            case .confirmation: "confirmation"
            case .invite: "invite"
            case .recovery: "recovery"
            case .magicLink: "magic link"
            case .reauthentication: "reauthentication"
            case .emailChangeNew, .emailChangeCurrent: "email change"
            case .passwordChanged: "password changed notification"
            case .emailChanged: "email changed notification"
            case .phoneChanged: "phone changed notification"
            case .identityLinked: "identity linked notification"
            case .identityUnlinked: "identity unlinked notification"
            case .factorEnrolled: "MFA factor enrolled notification"
            case .factorUnenrolled: "MFA factor unenrolled notification"
            }
        }
    }

    public let kind: Kind
    /// The address to send to.
    public let recipient: String
    /// The digits to type.
    public let code: Secret<String>
    /// What the link carries as `token`.
    public let token: Secret<String>
    /// The address an account is changing to; nil for other kinds.
    public let newEmail: String?
    /// The user's metadata, for templates.
    public let userMetadata: JSONObject
    /// The user's present address; differs from `recipient` when a new address is asked.
    public let userEmail: String
    /// Where the link leads after it was redeemed: judged by the allow-list already.
    public let redirectTo: String
    /// The link to follow, with token, type and redirect; empty for kinds without a link.
    public let link: Secret<String>
    /// What a notice is about.
    public var facts = Facts()
    /// The account as clients read it, for the hook that sends mails.
    var user: JSON = .null

    /// What was changed, in notices; empty elsewhere.
    public struct Facts: Sendable {
        public var oldEmail = ""
        public var phone = ""
        public var oldPhone = ""
        /// The provider of an identity: `google`, `github`, …
        public var provider = ""
        /// `totp`, `phone` or `webauthn`.
        public var factorType = ""

        public init() {}
    }
}

/// Why a mail was not taken. `cause` is for the log: no addresses, no codes.
public struct MailFailure: Error, Sendable {
    public let cause: String
    /// What the client is told instead of the general text: a hook's own words.
    let refusal: Refusal?

    public init(cause: String) { self.init(cause: cause, refusal: nil) }

    init(cause: String, refusal: Refusal?) {
        self.cause = cause
        self.refusal = refusal
    }
}
