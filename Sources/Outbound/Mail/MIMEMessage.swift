internal import Auth
internal import Core
internal import Cryptography

/// A mail as it travels (RFC 5322, RFC 2045): plain text and HTML as alternatives.
struct MIMEMessage: Sendable {
    let bytes: [UInt8]

    /// - Parameters:
    ///   - id: unique; becomes the left part of the Message-ID.
    ///   - headers: checked by ``isOwnHeader(_:)``.
    init(
        _ message: MailMessage, senderAddress: String, senderName: String, headers: [(name: String, value: String)],
        id: String, boundary: String, now: Timestamp
    ) {
        let domain = senderAddress.split(separator: "@").last.map(String.init) ?? "localhost"
        var lines = [
            "From: \(MIMEMessage.mailbox(senderAddress, name: senderName))",
            "To: <\(message.recipient)>",
            "Subject: \(EncodedText.header(message.subject.reveal()))",
            "Date: \(MIMEMessage.date(now))",
            "Message-ID: <\(id)@\(domain)>",
            "MIME-Version: 1.0",
            // Nobody's holiday is to answer a code (RFC 3834, section 5).
            "Auto-Submitted: auto-generated",
        ]
        for header in headers {
            let value = header.value.replacing("$messageType", with: message.type)
            lines.append("\(header.name): \(EncodedText.header(value))")
        }
        lines.append("Content-Type: multipart/alternative; boundary=\"\(boundary)\"")
        let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
        // The last alternative is the one to prefer.
        let parts = [("plain", message.text), ("html", message.html)].map { type, body in
            "--\(boundary)\r\nContent-Type: text/\(type); charset=utf-8\r\n"
                + "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + EncodedText.quotedPrintable(body.reveal())
                + "\r\n"
        }
        bytes = Array((head + parts.joined() + "--\(boundary)--\r\n").utf8)
    }

    private static func mailbox(_ address: String, name: String) -> String {
        guard !name.isEmpty else { return "<\(address)>" }
        let encoded = EncodedText.header(name)
        if encoded.hasPrefix("=?") { return "\(encoded) <\(address)>" }
        let escaped = encoded.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\" <\(address)>"
    }

    /// Whether an address can stand between angle brackets in a header and in the mail program's configuration.
    static func isAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && text.utf8.count <= 320
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"<>()[],;:\\\"".utf8.contains($0) }
    }

    /// Whether the operator may add a header of this name: its characters are right (RFC 5322, section 3.6.8) and it is
    /// none of those that the message has of itself.
    static func isOwnHeader(_ name: String) -> Bool {
        let own: Set = [
            "from", "to", "cc", "bcc", "subject", "date", "message-id", "mime-version", "content-type",
            "content-transfer-encoding", "auto-submitted",
        ]
        return !name.isEmpty && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }
            && !own.contains(name.lowercased())
    }

    /// RFC 5322, section 3.3: `Mon, 23 Nov 2026 10:32:00 +0000`.
    static func date(_ time: Timestamp) -> String {
        let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let text = Array(time.rfc3339(fractionDigits: 0))
        let month = Int(String(text[5...6])) ?? 1
        // 1 January 1970 was a Thursday.
        let day = days[((time.seconds / 86_400) % 7 + 7) % 7]
        return
            "\(day), \(String(text[8...9])) \(months[month - 1]) \(String(text[0...3])) \(String(text[11...18])) +0000"
    }
}
