import Auth
import Core
import Synchronization

/// Keeps the mails it is given, or refuses them.
final class RecordingMailer: Mailer {
    private let mails = Mutex<[Mail]>([])
    private let refusing = Mutex(false)

    var sent: [Mail] { mails.withLock { $0 } }
    func refuse() { refusing.withLock { $0 = true } }

    func send(_ mail: Mail) async throws(MailFailure) {
        if refusing.withLock({ $0 }) { throw MailFailure(cause: "the test's mailer refuses") }
        mails.withLock { $0.append(mail) }
    }
}

/// Keeps the text messages it is given, or refuses them.
final class RecordingMessenger: TextMessenger {
    private let messages = Mutex<[TextMessage]>([])
    private let refusing = Mutex(false)

    var sent: [TextMessage] { messages.withLock { $0 } }
    func refuse(_ refuses: Bool = true) { refusing.withLock { $0 = refuses } }

    func send(_ message: TextMessage) async throws(TextMessageFailure) -> String? {
        if refusing.withLock({ $0 }) { throw TextMessageFailure(cause: "the test's messenger refuses") }
        return messages.withLock { messages in
            messages.append(message)
            return "message-\(messages.count)"
        }
    }
}

/// Keeps what only the log may show.
final class RecordingObserver: Observer {
    private let kept = Mutex<[String]>([])
    private let warned = Mutex<[String]>([])
    var causes: [String] { kept.withLock { $0 } }
    var warnings: [String] { warned.withLock { $0 } }

    func observe(_ observation: Observation) {
        if case .requestFailed(_, _, let cause) = observation { kept.withLock { $0.append(cause) } }
        if case .messageNotSent(let kind, let cause) = observation { kept.withLock { $0.append("\(kind): \(cause)") } }
        if case .warning(let text) = observation { warned.withLock { $0.append(text) } }
    }
}
