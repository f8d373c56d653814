/// What clients of the OAuth server may store and ask. Lengths are those of the columns.
enum OAuthServerLimits {
    static let redirectURIsMax = 10
    static let uriCharactersMax = 2048
    static let nameCharactersMax = 1024
    static let scopeCharactersMax = 4096
    static let stateCharactersMax = 4096
    static let nonceCharactersMax = 255
    /// Bytes of randomness in client secrets and authorization codes: 256 bits cannot be guessed.
    static let secretBytes = 32
    /// Characters of the id by which the consent page speaks of a request: 190 bits.
    static let authorizationIDCharacters = 32
    /// How long a client has to redeem a code. RFC 6749 (section 4.1.2) recommends ten minutes at most.
    static let codeLifetime: Duration = .seconds(300)
    /// How long ended requests stay, so that a code presented again is noticed.
    static let endedRequestsKept: Duration = .seconds(86_400)
    /// Ended requests removed with each new one: more than come, so that they never pile up.
    static let endedRequestsRemovedAtOnce = 20
    /// Clients and grants in one answer.
    static let listedMax = 1000
    /// How long an ID token is valid, in seconds: clients read it at once.
    static let idTokenLifetimeSeconds = 3600
}
