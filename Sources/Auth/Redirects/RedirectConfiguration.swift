/// Where links and redirects may lead (contract, section 6.6).
public struct RedirectConfiguration: Sendable {
    /// The app's own URL: where everything leads that names no other allowed place. Environment: `GOTRUE_SITE_URL`.
    public var siteURL = "http://localhost:3000"
    /// Globs of further places. Environment: `GOTRUE_URI_ALLOW_LIST`.
    public var allowList: [String] = []
    /// The URL under which this service is reached, without a slash at its end: `https://example.org/auth/v1`. Links in
    /// mails and callbacks are built from it, never from headers. Environment: `API_EXTERNAL_URL`.
    public var serviceURL = "http://127.0.0.1:8000/auth/v1"

    public init() {}
}
