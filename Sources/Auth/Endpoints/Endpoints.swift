internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import Postgres
internal import Tokens

/// What the handlers work with. Each flow is an extension of this in a file of its own.
struct Endpoints: Sendable {
    let database: Database
    let issuer: TokenIssuer
    let verifier: TokenVerifier
    let tokens = TokenCache()
    let throttleUpkeep = ThrottleUpkeep()
    let providerDirectory = ProviderDirectory()
    let hasher: PasswordHasher
    let peers: AuthPeers
    let clock: any WallClock
    let observer: any Observer
    let configuration: AuthConfiguration
    let redirects: RedirectPolicy

    var mailer: (any Mailer)? { peers.mailer }

    /// The audience that look-ups use: the header, else that of a bearer who is no admin, else the configured one.
    /// A bearer that is no user's token does not matter here: clients send their API key as bearer when signed out.
    func audience(of request: GatewayRequest) -> String {
        if let asked = request.headers[.requestedAudience], !asked.isEmpty { return asked }
        guard case .token(let text) = request.credentials.bearer,
            let token = try? tokens.verify(text, with: verifier, now: clock.now()),
            !configuration.adminRoles.contains(token.role ?? "")
        else { return configuration.audience }
        return token.audience ?? configuration.audience
    }
}
