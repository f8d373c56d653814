public import Auth
public import Core

/// MessageBird's SMS interface.
public struct MessageBirdMessenger: TextMessenger {
    private let post: FormPost
    private let originator: String

    /// - Parameters:
    ///   - accessKey: Environment: `GOTRUE_SMS_MESSAGEBIRD_ACCESS_KEY`.
    ///   - originator: Environment: `GOTRUE_SMS_MESSAGEBIRD_ORIGINATOR`.
    ///   - url: where the service is, without a path.
    public init(
        web: any WebClient, accessKey: Secret<String>, originator: String, url: String = "https://rest.messagebird.com"
    ) {
        post = FormPost(
            web: web, url: url + "/messages", headers: [("authorization", "AccessKey \(accessKey.reveal())")])
        self.originator = originator
    }

    public func send(_ message: TextMessage) async throws(TextMessageFailure) -> String? {
        try message.requireSMS("messagebird")
        let (status, answer) = try await post.send([
            ("originator", originator), ("body", message.text.reveal()), ("recipients", message.recipient),
            ("type", "sms"), ("datacoding", "unicode"),
        ])
        guard (200...299).contains(status) else {
            throw TextMessageFailure(
                cause: "messagebird answered \(status), code \(answer["errors"]?.array?.first?["code"]?.int ?? 0)")
        }
        guard let sent = answer["recipients"]?["totalSentCount"]?.int, sent > 0 else {
            throw TextMessageFailure(cause: "messagebird sent it to nobody")
        }
        return answer["id"]?.string
    }
}
