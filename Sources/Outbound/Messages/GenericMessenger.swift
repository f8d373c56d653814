public import Auth
public import Core

/// Any service that takes a JSON object: `{"to": "+49…", "channel": "sms", "message": "…", "code": "…"}`, with a bearer
/// token if there is one. A status of 200 to 299 means that it was taken; an `id` in the answer becomes the message's.
public struct GenericMessenger: TextMessenger {
    private let web: any WebClient
    private let url: String
    private let token: Secret<String>?

    /// - Parameters:
    ///   - url: Environment: `SMS_HTTP_URL`.
    ///   - token: Environment: `SMS_HTTP_TOKEN`.
    public init(web: any WebClient, url: String, token: Secret<String>?) {
        self.web = web
        self.url = url
        self.token = token
    }

    public func send(_ message: TextMessage) async throws(TextMessageFailure) -> String? {
        let body: JSON = [
            "to": .string("+" + message.recipient), "channel": .string(message.channel.rawValue),
            "message": .string(message.text.reveal()), "code": .string(message.code.reveal()),
        ]
        var request = WebRequest(url)
        request.method = "POST"
        request.headers = [("content-type", "application/json")]
        if let token { request.headers.append(("authorization", "Bearer \(token.reveal())")) }
        request.body = body.bytes
        request.timeLimit = .seconds(10)
        let response: WebResponse
        do throws(WebFailure) { response = try await web.send(request) } catch {
            throw TextMessageFailure(cause: "the service cannot be reached: \(error)")
        }
        guard (200...299).contains(response.status) else {
            throw TextMessageFailure(cause: "the service answered \(response.status)")
        }
        // The id is welcome and not owed.
        do throws(JSONError) {
            let answer = try JSON(parsing: response.body)
            return answer["id"]?.string ?? answer["message_id"]?.string
        } catch {
            return nil
        }
    }
}
