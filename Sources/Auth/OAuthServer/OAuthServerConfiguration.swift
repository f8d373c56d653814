/// The OAuth 2.1 server (contract, sections 6.14 and 10): apps of others sign our users in.
public struct OAuthServerConfiguration: Sendable {
    /// Environment: `GOTRUE_OAUTH_SERVER_ENABLED`.
    public var isEnabled = false
    /// Anybody may register a client (RFC 7591). Environment: `GOTRUE_OAUTH_SERVER_ALLOW_DYNAMIC_REGISTRATION`.
    public var isDynamicRegistrationAllowed = false
    /// The path of the app's page below its URL that asks users for their consent; without it no request is taken.
    /// Environment: `GOTRUE_OAUTH_SERVER_AUTHORIZATION_PATH`.
    public var authorizationPath = ""
    /// How long a user has to consent. Environment: `GOTRUE_OAUTH_SERVER_AUTHORIZATION_TTL`.
    public var requestLifetime: Duration = .seconds(600)
    /// The scopes of a request that names none. Environment: `GOTRUE_OAUTH_SERVER_DEFAULT_SCOPE`.
    public var defaultScope = "email"

    public init() {}
}
