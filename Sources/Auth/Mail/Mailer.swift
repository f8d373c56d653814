public import Core

/// How the auth service's mails leave the house. Implementations hand over quickly: the call is made inside the
/// transaction that stores what the mail is about, so that neither exists without the other.
public protocol Mailer: Sendable {
    /// Takes responsibility for the mail. Throws when it cannot; everything that belongs to it is then rolled back.
    func send(_ mail: Mail) async throws(MailFailure)
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

        /// What `GET /verify` takes as type; nil for mails without a link.
        var linkType: String? {
            switch self {
            case .confirmation: "signup"
            case .invite: "invite"
            case .recovery: "recovery"
            case .magicLink: "magiclink"
            case .emailChangeNew, .emailChangeCurrent: "email_change"
            case .reauthentication: nil
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
}

/// Why a mail was not taken. `cause` is for the log: no addresses, no codes.
public struct MailFailure: Error, Sendable {
    public let cause: String
    public init(cause: String) { self.cause = cause }
}
