public import Core

/// How text messages leave the house.
public protocol TextMessenger: Sendable {
    /// Answers with the service's id of the message, or nil when it gives none.
    func send(_ message: TextMessage) async throws(TextMessageFailure) -> String?
}

/// A text message with a code in it.
public struct TextMessage: Sendable {
    /// By which service it travels.
    public enum Channel: String, Sendable { case sms, whatsapp }

    /// E.164 digits without `+`.
    public let recipient: String
    public let channel: Channel
    /// The whole text, code included.
    public let text: Secret<String>
    /// The code alone, for services that write the text themselves.
    public let code: Secret<String>

    public init(recipient: String, channel: Channel, text: Secret<String>, code: Secret<String>) {
        self.recipient = recipient
        self.channel = channel
        self.text = text
        self.code = code
    }
}

/// Why a text message was not taken. `cause` is for the log: no numbers, no codes.
public struct TextMessageFailure: Error, Sendable {
    public let cause: String
    public init(cause: String) { self.cause = cause }
}
