internal import HTTPTypes

/// Cross-origin answers of a service that stands by itself, as WAI's middleware gives them for PostgREST: nothing
/// without an `Origin`, and listed origins may send credentials.
public struct CrossOriginRules: Sendable, Hashable {
    /// Origins that browsers may call from; empty means any.
    public var allowedOrigins: [String]

    public init(allowedOrigins: [String]) { self.allowedOrigins = allowedOrigins }

    private static let methods = "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD"
    /// A day.
    private static let maxAgeSeconds = "86400"
    /// What browsers may send anyhow; upstream lists them all the same.
    private static let simpleHeaders = ["Accept", "Accept-Language", "Content-Language"]

    /// Nil for an origin that is not listed: the request is then the service's, as if it were no preflight.
    func preflightHeaders(_ request: HTTPRequest) -> HTTPFields? {
        var headers = HTTPFields()
        guard allow(request.headerFields[.origin], in: &headers) else { return nil }
        headers[.accessControlAllowMethods] = CrossOriginRules.methods
        let asked = request.headerFields[.accessControlRequestHeaders] ?? ""
        let named = asked.split(separator: ",").map { String($0).trimmingSpaces() }
        headers[.accessControlAllowHeaders] = (["Authorization"] + named + CrossOriginRules.simpleHeaders)
            .joined(separator: ", ")
        headers[.accessControlMaxAge] = CrossOriginRules.maxAgeSeconds
        return headers
    }

    func decorate(_ headers: inout HTTPFields, origin: String?, exposed: [String]) {
        guard allow(origin, in: &headers), !exposed.isEmpty else { return }
        headers[.accessControlExposeHeaders] = exposed.joined(separator: ", ")
    }

    /// Says whether the origin may read the answer.
    private func allow(_ origin: String?, in headers: inout HTTPFields) -> Bool {
        guard let origin else { return false }
        if allowedOrigins.isEmpty {
            headers[.accessControlAllowOrigin] = "*"
            return true
        }
        guard allowedOrigins.contains(origin) else { return false }
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlAllowCredentials] = "true"
        return true
    }
}
