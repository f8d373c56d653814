internal import Core

/// What sign-in with other providers may cost.
enum ExternalLimits {
    /// Characters of a stranger's text that an error repeats.
    static let echoedCharactersMax = 64
    /// Characters of an error description of a provider that is passed on to the app.
    static let descriptionCharactersMax = 512
    /// A form that a provider posts to the callback: a code, a state, a name.
    static let callbackForm = ByteCount.kibibytes(64)
    /// An ID token: with groups and photos they reach some 8 KiB; the gateway's own tokens have the same bound.
    static let idToken = ByteCount.kibibytes(16)
    /// Answers of providers: key sets and profiles are a few KiB.
    static let answer = ByteCount.kibibytes(256)
    /// Longest wait for one answer of a provider: a browser waits behind it, and up to three follow each other.
    static let answerTime: Duration = .seconds(5)
    /// Nesting of a provider's JSON.
    static let depthMax = 32
    /// Keys looked at in a provider's key set; large providers publish about ten.
    static let keysMax = 64
    /// Issuers and key sets kept: each tenant of Azure is an issuer of its own.
    static let issuersKeptMax = 64
    /// For how long discovery documents and keys are believed.
    static let directoryLifetime: Duration = .seconds(3600)
    /// For how long a failure to fetch one is believed, so that a provider that is down is not asked at every request.
    static let failureLifetime: Duration = .seconds(10)
    /// Shortest time between two fetches of a key set because of an unknown key: a stranger chooses the key's name.
    static let keysRefetchInterval: Duration = .seconds(30)
    /// How far ahead a provider's clock may be; go-oidc, which GoTrue uses, allows as much.
    static let clockSkew: Duration = .seconds(300)
    /// Bytes of one claim that is kept; some providers send photos inline, and claims travel in access tokens.
    static let claimBytesMax = 2048
    /// Bytes of the claims that only one provider has, printed as JSON; beyond it none of them is kept.
    static let customClaimsBytesMax = 4096
    /// Addresses of one profile that are looked at.
    static let emailsMax = 50
    /// Parameters of a request that are passed on to the provider.
    static let passedParametersMax = 32
    /// How often a sign-in is tried again that met another one of the same person.
    static let linkingAttemptsMax = 3
    /// For how long an expired flow is kept, so that its late user is told that it expired.
    static let flowExpiredKept: Duration = .seconds(600)
    /// For how long a flow that was begun is kept for what it tells about; mails wait for up to a day, and an operator
    /// may have chosen a week.
    static let flowKeptMax: Duration = .seconds(7 * 86_400)
}
