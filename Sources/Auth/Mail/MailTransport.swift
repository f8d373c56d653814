public import Core

/// How a written mail travels.
public protocol MailTransport: Sendable {
    /// Hands the mail over. Returns when somebody else answers for it.
    func deliver(_ message: MailMessage) async throws(MailFailure)
}

/// A mail ready to be sent. Its texts hold codes, so they are secret.
public struct MailMessage: Sendable {
    /// The name of its template: `confirmation`, `recovery`, …
    public let type: String
    /// The address to send to.
    public let recipient: String
    /// One line.
    public let subject: Secret<String>
    public let html: Secret<String>
    /// The same for readers of plain text.
    public let text: Secret<String>

    public init(
        type: String, recipient: String, subject: Secret<String>, html: Secret<String>, text: Secret<String>
    ) {
        self.type = type
        self.recipient = recipient
        self.subject = subject
        self.html = html
        self.text = text
    }
}
