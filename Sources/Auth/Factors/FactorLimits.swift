internal import Core

/// What second factors and passkeys may cost, and how often they may be guessed at.
enum FactorLimits {
    /// Bytes of a new TOTP secret: as wide as the hash (RFC 4226, section 4, R6).
    static let secretBytes = 20
    /// Characters of a stored TOTP secret that is read: far beyond any that is written.
    static let secretCharactersMax = 256
    /// Characters of a factor's name: a line on a screen.
    static let nameCharactersMax = 255
    /// Bytes of an issuer's name, so that the code to scan stays small enough to be scanned.
    static let issuerBytesMax = 120
    /// Bytes of a passkey's name, as the original has it.
    static let passkeyNameBytesMax = 120

    /// Guesses at one challenge. More are made of typing errors by nobody.
    static let challengeAttemptsMax = 5
    /// Failed guesses at one factor before each further one has to wait.
    static let freeFailures = 5
    /// The first wait in seconds; it doubles with each failure.
    static let waitSecondsMin = 30
    /// The longest wait in seconds. 96 guesses a day against a million codes, of which three are right, succeed once in
    /// nine years.
    static let waitSecondsMax = 900
    /// After this time without one, failures are forgotten.
    static let failureMemory: Duration = .seconds(24 * 3600)
    /// Answered and expired challenges are kept this long, so that a late answer is told why it is refused.
    static let challengeMemory: Duration = .seconds(24 * 3600)
    /// Expired ceremonies are kept this long, for the same reason.
    static let ceremonyMemory: Duration = .seconds(3600)
    /// Expired ceremonies removed at each new one: more than are made, so that they never pile up.
    static let ceremoniesSwept = 20

    /// Bytes of a credential response: the largest attestations have a few certificates.
    static let credentialBytesMax = 64 * 1024
    /// Bytes of a WebAuthn challenge; the standard asks for 16 at least (WebAuthn, section 13.4.3).
    static let ceremonyChallengeBytes = 32
    /// Bytes of a credential id (WebAuthn, section 4).
    static let credentialIDBytesMax = 1023
    /// Transports that are kept of a credential; the standard knows half a dozen.
    static let transportsMax = 8
    /// Nesting of CBOR: attestations have three levels.
    static let cborDepthMax = 8
    /// Items of all kinds in one CBOR document.
    static let cborItemsMax = 512
    /// Times the moment of a challenge is moved when another factor was challenged at the very same one.
    static let challengeMomentAttempts = 5
}
