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
}
