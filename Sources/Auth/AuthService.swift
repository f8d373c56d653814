public import Core
public import Cryptography
public import Gateway
public import HTTPTypes
public import Postgres
public import Tokens

/// The auth service: accounts, sessions and tokens, with the wire format of GoTrue.
public struct AuthService: Surface {
    public let name = "auth"
    public let routes: RouteTable
    public let exposedHeaders = ["X-Total-Count", "Link", "X-Supabase-Api-Version"]
    /// The OAuth server's metadata where clients look that know its issuer alone; for the mount `/.well-known`.
    public let discovery: OAuthDiscoverySurface
    private let renderer = ErrorRenderer()

    /// - Parameters:
    ///   - database: a pool that logs in as `supabase_auth_admin`; nothing here runs as a caller's role, because auth's
    ///     tables are the service's own.
    ///   - peers: how mails and text messages leave and other servers are called; without a mailer everything that
    ///     needs a mail is refused with status 500 and a cause in the log, and nothing is stored.
    public init(
        database: Database, issuer: TokenIssuer, verifier: TokenVerifier, hasher: PasswordHasher,
        peers: AuthPeers, clock: any WallClock, observer: any Observer, configuration: AuthConfiguration
    ) {
        let endpoints = Endpoints(
            database: database, issuer: issuer, verifier: verifier, hasher: hasher, peers: peers, clock: clock,
            observer: observer, configuration: configuration, redirects: RedirectPolicy(configuration.redirects))
        routes = Routes.guarded(Routes.table(endpoints), by: endpoints)
        discovery = OAuthDiscoverySurface(endpoints, exposedHeaders: exposedHeaders)
    }

    /// Browsers navigate to some paths, so these ask for no key (gateway contract, section 1).
    public func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement {
        let isOpen =
            ["/verify", "/callback", "/authorize"].contains(path) || path.hasPrefix("/.well-known/")
            || path.hasPrefix("/sso/saml/") || Routes.openToOAuthClients.contains(path)
        return isOpen ? .none : .anyKey
    }

    public func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        renderer.render(error, for: request)
    }
}
