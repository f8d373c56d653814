public import Auth
public import Core

/// Vonage's SMS interface, formerly Nexmo's.
public struct VonageMessenger: TextMessenger {
    private let post: FormPost
    private let key: String
    private let secret: Secret<String>
    private let sender: String

    /// - Parameters:
    ///   - key: Environment: `GOTRUE_SMS_VONAGE_API_KEY`.
    ///   - secret: Environment: `GOTRUE_SMS_VONAGE_API_SECRET`.
    ///   - sender: Environment: `GOTRUE_SMS_VONAGE_FROM`.
    ///   - url: where the service is, without a path.
    public init(
        web: any WebClient, key: String, secret: Secret<String>, sender: String, url: String = "https://rest.nexmo.com"
    ) {
        post = FormPost(web: web, url: url + "/sms/json")
        self.key = key
        self.secret = secret
        self.sender = sender
    }

    public func send(_ message: TextMessage) async throws(TextMessageFailure) -> String? {
        try message.requireSMS("vonage")
        let text = message.text.reveal()
        var fields = [
            ("from", sender), ("to", message.recipient), ("text", text), ("api_key", key),
            ("api_secret", secret.reveal()),
        ]
        // Anything that is not ASCII would arrive as question marks.
        if !text.utf8.allSatisfy({ $0 < 0x80 }) { fields.append(("type", "unicode")) }
        let (status, answer) = try await post.send(fields)
        guard let first = answer["messages"]?.array?.first else {
            throw TextMessageFailure(cause: "vonage answered \(status) without a message")
        }
        guard first["status"]?.string == "0" else {
            throw TextMessageFailure(cause: "vonage refused with status \(Int(first["status"]?.string ?? "") ?? -1)")
        }
        return first["message-id"]?.string
    }
}
