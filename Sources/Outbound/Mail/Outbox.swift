public import Auth
public import Core
internal import Cryptography
internal import Synchronization

/// Keeps mails in memory instead of sending them: for development, where nobody is to be written to. The newest are
/// kept, and a restart forgets them.
public final class Outbox: MailTransport {
    struct Entry: Sendable {
        let id: String
        let sentAt: Timestamp
        let message: MailMessage
    }

    private let clock: any WallClock
    private let kept = Mutex<[Entry]>([])

    public init(clock: any WallClock) { self.clock = clock }

    public func deliver(_ message: MailMessage) async throws(MailFailure) {
        let size = message.html.reveal().utf8.count + message.text.reveal().utf8.count
        guard size <= OutboundLimits.outboxMail.bytes else { throw MailFailure(cause: "a mail is too large to keep") }
        let entry = Entry(id: SecureRandom.uuid(), sentAt: clock.now(), message: message)
        kept.withLock { entries in
            entries.append(entry)
            if entries.count > OutboundLimits.outboxMails { entries.removeFirst() }
        }
    }

    /// Newest first.
    var entries: [Entry] { kept.withLock { $0.reversed() } }
    func entry(_ id: String) -> Entry? { kept.withLock { $0.first { $0.id == id } } }
    func clear() { kept.withLock { $0 = [] } }
}

extension Outbox.Entry {
    /// With everything that is in the mail, codes included: that is what an outbox is for.
    var json: JSON {
        [
            "id": .string(id), "type": .string(message.type), "to": .string(message.recipient),
            "subject": .string(message.subject.reveal()), "created_at": .string(sentAt.rfc3339()),
            "text": .string(message.text.reveal()), "html": .string(message.html.reveal()),
        ]
    }
}
