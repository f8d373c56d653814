internal import HTTPTypes

/// A refusal that needs no facts: what GoTrue answers word for word (contract, section 2). Each flow declares its own
/// as static members in a file of its own.
struct Refusal: Sendable {
    let status: HTTPResponse.Status
    let code: AuthError.Code
    let text: String

    init(_ status: HTTPResponse.Status, _ code: AuthError.Code, _ text: String) {
        self.status = status
        self.code = code
        self.text = text
    }
}
