internal import HTTPTypes
internal import HummingbirdCore

/// Cross-origin answers (Fetch standard, section 3.2; gateway contract, section 3).
struct CORSPolicy: Sendable {
    let allowedOrigins: [String]

    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    /// Ten minutes, so that a changed policy shows soon.
    private static let maxAgeSeconds = "600"

    /// A preflight carries both headers; a plain OPTIONS (TUS) belongs to the service.
    static func isPreflight(_ request: HTTPRequest) -> Bool {
        request.method == .options && request.headerFields[.origin] != nil
            && request.headerFields[.accessControlRequestMethod] != nil
    }

    /// The answer to a preflight; nil where the service has to answer it.
    func preflight(_ request: HTTPRequest, surface: (any Surface)?) -> Response? {
        guard let rules = surface?.crossOriginRules else {
            return .empty(.noContent, headers: preflightHeaders(request, surface: surface))
        }
        return rules.preflightHeaders(request).map { .empty(.ok, headers: $0) }
    }

    private func preflightHeaders(_ request: HTTPRequest, surface: (any Surface)?) -> HTTPFields {
        var headers = HTTPFields()
        allow(request.headerFields[.origin], surface: surface, in: &headers)
        headers[.accessControlAllowMethods] = CORSPolicy.methods
        if let asked = request.headerFields[.accessControlRequestHeaders] {
            headers[.accessControlAllowHeaders] = asked
            CORSPolicy.vary("Access-Control-Request-Headers", in: &headers)
        }
        headers[.accessControlMaxAge] = CORSPolicy.maxAgeSeconds
        return headers
    }

    /// Adds what every answer carries, errors included.
    func decorate(_ headers: inout HTTPFields, origin: String?, surface: (any Surface)?) {
        if let rules = surface?.crossOriginRules {
            return rules.decorate(&headers, origin: origin, exposed: surface?.exposedHeaders ?? [])
        }
        allow(origin, surface: surface, in: &headers)
        if let exposed = surface?.exposedHeaders, !exposed.isEmpty {
            headers[.accessControlExposeHeaders] = exposed.joined(separator: ", ")
        }
    }

    private func allow(_ origin: String?, surface: (any Surface)?, in headers: inout HTTPFields) {
        let withCredentials = surface?.allowsBrowserCredentials ?? false
        if allowedOrigins.isEmpty, !withCredentials {
            headers[.accessControlAllowOrigin] = "*"
            return
        }
        CORSPolicy.vary("Origin", in: &headers)
        guard let origin else {
            if allowedOrigins.isEmpty { headers[.accessControlAllowOrigin] = "*" }
            return
        }
        guard allowedOrigins.isEmpty || allowedOrigins.contains(origin) else { return }
        headers[.accessControlAllowOrigin] = origin
        if withCredentials { headers[.accessControlAllowCredentials] = "true" }
    }

    private static func vary(_ name: String, in headers: inout HTTPFields) {
        headers[.vary] = headers[.vary].map { $0 + ", " + name } ?? name
    }
}
