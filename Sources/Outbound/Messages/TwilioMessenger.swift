public import Auth
public import Core

/// Twilio's Programmable Messaging, for SMS and WhatsApp, and services that speak like it.
public struct TwilioMessenger: TextMessenger {
    private let post: FormPost
    private let sender: String
    private let contentID: String?

    /// - Parameters:
    ///   - account: Environment: `GOTRUE_SMS_TWILIO_ACCOUNT_SID`.
    ///   - token: Environment: `GOTRUE_SMS_TWILIO_AUTH_TOKEN`.
    ///   - sender: a messaging service's id or a number. Environment: `GOTRUE_SMS_TWILIO_MESSAGE_SERVICE_SID`.
    ///   - contentID: the template of WhatsApp messages. Environment: `GOTRUE_SMS_TWILIO_CONTENT_SID`.
    ///   - url: where the service is, without a path.
    public init(
        web: any WebClient, account: String, token: Secret<String>, sender: String, contentID: String? = nil,
        url: String = "https://api.twilio.com"
    ) {
        post = FormPost(
            web: web, url: "\(url)/2010-04-01/Accounts/\(FormPost.encode(account))/Messages.json",
            headers: [FormPost.basic(account, token)])
        self.sender = sender
        self.contentID = contentID
    }

    public func send(_ message: TextMessage) async throws(TextMessageFailure) -> String? {
        let (status, answer) = try await post.send(fields(message))
        guard status == 200 || status == 201 else {
            throw TextMessageFailure(cause: "twilio answered \(status), code \(answer["code"]?.int ?? 0)")
        }
        if let state = answer["status"]?.string, ["failed", "undelivered"].contains(state) {
            throw TextMessageFailure(cause: "twilio says \(state), code \(answer["error_code"]?.int ?? 0)")
        }
        return answer["sid"]?.string
    }

    private func fields(_ message: TextMessage) -> [(String, String)] {
        let number = "+" + message.recipient
        switch message.channel {
        case .sms:
            return [
                ("To", number), ("Channel", "sms"), ("From", sender), ("Body", message.text.reveal()),
            ]
        case .whatsapp:
            // A number takes the channel's prefix, a messaging service's id does not.
            let digits = sender.hasPrefix("+") ? sender.dropFirst() : Substring(sender)
            let isNumber = !digits.isEmpty && digits.allSatisfy { $0.isASCII && $0.isNumber }
            var fields = [
                ("To", "whatsapp:" + number), ("Channel", "whatsapp"),
                ("From", isNumber ? "whatsapp:" + sender : sender),
            ]
            if let contentID {
                fields.append(("ContentSid", contentID))
                fields.append(("ContentVariables", JSON.object(["1": .string(message.code.reveal())]).text))
            } else {
                fields.append(("Body", message.text.reveal()))
            }
            return fields
        }
    }
}
