/// What of the configuration decides how a request is read.
struct RequestRules: Sendable {
    /// Exposed schemas, the default first. Never empty.
    let schemas: [String]
    /// Whether `GET /` answers at all.
    var hasRoot = true
    /// The function that answers `GET /` in place of the OpenAPI document.
    var rootFunction: String?
    /// Whether `Prefer: tx=…` is heard.
    var requestsEndTransaction = false
}
