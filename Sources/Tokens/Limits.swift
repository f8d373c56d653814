public import Core

/// What this module's work may cost.
public enum TokenLimits {
    /// Longest token looked at: hosted access tokens with much metadata stay under 8 KiB, and HTTP servers cap headers
    /// at 16 KiB.
    public static let token = ByteCount.kibibytes(16)
    /// A JWK set in a setting: 32 RSA keys with all their members stay under it.
    static let keySet = ByteCount.kibibytes(256)
    /// Nesting of claims: app and user metadata are objects of objects at most in practice.
    public static let claimsDepthMax = 32
    /// Latest time a claim may name, in seconds: the end of the year 9999, the last that PostgreSQL clients all print.
    static let secondsMax = 253_402_300_799.0
    /// Characters of a stranger's algorithm or key name that an error repeats.
    static let echoedCharactersMax = 64
    /// Presented legacy keys whose verification is remembered: four are configured, more during a rotation.
    static let legacyKeysCached = 64
    /// Keys in a key set: a rotation needs two or three.
    static let keysMax = 32
}
