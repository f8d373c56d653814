internal import Core
internal import HTTPTypes

/// The whole answer as a database function raised it with SQLSTATE `PGRST`: MESSAGE is the body, DETAIL the status
/// and the headers, both JSON.
struct RaisedAnswer: Sendable {
    let code: String
    let message: String
    let details: String?
    let hint: String?
    let status: HTTPResponse.Status
    let headers: [(name: String, value: String)]

    /// Throws ``RequestError/raiseUnusable(_:)``.
    init(message messageText: String, detail detailText: String?) throws(RequestError) {
        guard let body = RaisedAnswer.object(messageText), let code = body["code"]?.string,
            let message = body["message"]?.string,
            let details = RaisedAnswer.optionalText(body["details"]), let hint = RaisedAnswer.optionalText(body["hint"])
        else { throw .raiseUnusable(.message(messageText)) }
        guard let detailText else { throw .raiseUnusable(.detailMissing) }
        guard let head = RaisedAnswer.object(detailText), let status = head["status"]?.int,
            (200...599).contains(status), let headers = head["headers"]?.object,
            let statusText = RaisedAnswer.optionalText(head["status_text"])
        else { throw .raiseUnusable(.detail(detailText)) }
        self.code = code
        self.message = message
        self.details = details.text
        self.hint = hint.text
        let known = HTTPResponse.Status(code: status)
        self.status =
            statusText.text.map { HTTPResponse.Status(code: status, reasonPhrase: ReasonPhrase.cleaned($0)) } ?? known
        var pairs: [(name: String, value: String)] = []
        for (name, value) in headers.members {
            guard let text = value.string else { throw .raiseUnusable(.detail(detailText)) }
            pairs.append((name, text))
        }
        self.headers = pairs
    }

    private static func object(_ text: String) -> JSONObject? {
        // A text that is no JSON is one of the mistakes the caller reports; why it is none is not told.
        (try? JSON(parsing: text))?.object
    }

    /// Present and a text, or absent or null; nil when it is something else.
    private static func optionalText(_ value: JSON?) -> (text: String?, Void)? {
        switch value {
        case nil, .some(.null): (nil, ())
        case .some(.string(let text)): (text, ())
        case .some(.bool), .some(.number), .some(.array), .some(.object): nil
        }
    }
}
