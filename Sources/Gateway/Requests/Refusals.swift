internal import Core
internal import HTTPTypes
internal import HummingbirdCore

/// Answers of the gateway itself, before any service is asked.
enum Refusals {
    static let targetTooLong = message("URI too long", status: .uriTooLong)
    static let noMount = Response.json(["message": "no Route matched with those values"], status: .notFound)

    static func requestLine(_ error: RequestLineError, _ surface: any Surface) -> Response {
        let text =
            switch error {
            case .badEscape, .notUTF8, .badPath: "The request's URL holds an invalid percent escape"
            case .tooManyQueryItems: "The request's URL holds too many query parameters"
            case .tooLong: "URI too long"
            }
        return surface.refusal(text, status: .badRequest) ?? message(text, status: .badRequest)
    }

    static func key(_ refusal: KeyGuard.Refusal) -> Response {
        switch refusal {
        case .missing:
            unauthorized(
                "No API key found in request", hint: "No `apikey` request header or url param was found.")
        case .wrong:
            unauthorized(
                "Invalid API key", hint: "Double check your Supabase `anon` or `service_role` API key.")
        case .tooLow: message("You cannot consume this service", status: .forbidden)
        case .secretInBrowser:
            unauthorized(
                "Forbidden use of secret API key in browser",
                hint: "Secret API keys belong on servers only. Revoke this one: whoever saw the page has it.")
        }
    }

    private static func unauthorized(_ message: String, hint: String) -> Response {
        .json(
            ["message": .string(message), "hint": .string(hint)], status: .unauthorized,
            headers: [.wwwAuthenticate: "Key"])
    }

    private static func message(_ text: String, status: HTTPResponse.Status) -> Response {
        .json(["message": .string(text)], status: status)
    }
}
