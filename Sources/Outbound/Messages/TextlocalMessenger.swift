public import Auth
public import Core

/// Textlocal's SMS interface.
public struct TextlocalMessenger: TextMessenger {
    private let post: FormPost
    private let key: Secret<String>
    private let sender: String

    /// - Parameters:
    ///   - key: Environment: `GOTRUE_SMS_TEXTLOCAL_API_KEY`.
    ///   - sender: Environment: `GOTRUE_SMS_TEXTLOCAL_SENDER`.
    ///   - url: where the service is, without a path.
    public init(
        web: any WebClient, key: Secret<String>, sender: String, url: String = "https://api.textlocal.in"
    ) {
        post = FormPost(web: web, url: url + "/send")
        self.key = key
        self.sender = sender
    }

    public func send(_ message: TextMessage) async throws(TextMessageFailure) -> String? {
        try message.requireSMS("textlocal")
        let (status, answer) = try await post.send([
            ("sender", sender), ("apikey", key.reveal()), ("message", message.text.reveal()),
            ("numbers", message.recipient),
        ])
        guard answer["status"]?.string == "success" else {
            throw TextMessageFailure(
                cause: "textlocal answered \(status), code \(answer["errors"]?.array?.first?["code"]?.int ?? 0)")
        }
        let id = answer["messages"]?.array?.first?["id"]
        return id?.string ?? id?.int.map(String.init)
    }
}
