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
        /// Confirm a new address, sent to it.
        case emailChangeNew
        /// Confirm that the address is to change, sent to the present one.
        case emailChangeCurrent

        /// As GoTrue's errors name it.
        var name: String {
            switch self {
            case .confirmation: "confirmation"
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
}

/// Why a mail was not taken. `cause` is for the log: no addresses, no codes.
public struct MailFailure: Error, Sendable {
    public let cause: String
    public init(cause: String) { self.cause = cause }
}
