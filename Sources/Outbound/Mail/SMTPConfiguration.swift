public import Core

/// The server that takes mails, and who they come from (contract, sections 8 and 10).
public struct SMTPConfiguration: Sendable {
    /// How the connection is encrypted. Environment: `SMTP_TLS`.
    public enum Encryption: String, Sendable, CaseIterable {
        /// From its first byte on (RFC 8314); what port 465 is for.
        case implicit
        /// By STARTTLS, without which nothing is sent.
        case required
        /// By STARTTLS if the server offers it: somebody on the way can take the offer out.
        case opportunistic
        /// Never.
        case none
    }

    /// Environment: `GOTRUE_SMTP_HOST`.
    public var host: String
    /// Environment: `GOTRUE_SMTP_PORT`.
    public var port = 587
    /// Nil logs in nowhere. Environment: `GOTRUE_SMTP_USER`, `GOTRUE_SMTP_PASS`.
    public var user: Secret<String>?
    public var password: Secret<String>?
    /// The sender's address. Environment: `GOTRUE_SMTP_ADMIN_EMAIL`.
    public var senderAddress: String
    /// The sender's name; empty for none. Environment: `GOTRUE_SMTP_SENDER_NAME`.
    public var senderName = ""
    /// Further headers, `$messageType` standing for the kind of mail. Environment: `GOTRUE_SMTP_HEADERS`, a JSON object
    /// of lists.
    public var headers: [(name: String, value: String)] = []
    /// Nil takes the port's and host's custom: 465 is implicit, this machine opportunistic, everything else required.
    public var encryption: Encryption?
    /// Certificates in PEM that the server's is checked against, in place of the system's. Environment: `SMTP_CA_FILE`.
    public var certificateFile: String?
    /// A private folder for messages on their way; made if it is missing.
    public var directory: String

    public init(host: String, senderAddress: String, directory: String) {
        self.host = host
        self.senderAddress = senderAddress
        self.directory = directory
    }

    /// What is wrong with it, for the operator; nil when nothing is. What is written into the mail program's
    /// configuration and into headers may hold no control characters.
    public var problem: String? {
        let texts =
            [host, senderAddress, senderName, certificateFile ?? "", user?.reveal() ?? "", password?.reveal() ?? ""]
            + headers.flatMap { [$0.name, $0.value] }
        guard texts.allSatisfy({ $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }) else {
            return "a value holds a control character"
        }
        let isHost = host.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-.:_".utf8.contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        guard isHost, !host.isEmpty, !host.hasPrefix("-") else { return "the host is no name or address" }
        // The mail program takes everything behind the first colon for the password.
        if user?.reveal().contains(":") == true { return "the user's name holds a colon" }
        guard MIMEMessage.isAddress(senderAddress) else { return "the sender's address is no address" }
        guard headers.allSatisfy({ MIMEMessage.isOwnHeader($0.name) }) else {
            return "a header has a name that is no header's, or one that every mail has already"
        }
        return nil
    }

    var effectiveEncryption: Encryption {
        if let encryption { return encryption }
        if port == 465 { return .implicit }
        return ["localhost", "127.0.0.1", "::1"].contains(host) ? .opportunistic : .required
    }
}
