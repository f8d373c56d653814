/// What this module's work may cost.
enum Limits {
    /// Bytes of a shared HMAC secret: below 256 bits the secret is weaker than HS256 itself (RFC 7518, section 3.2).
    static let secretBytesMin = 32
    /// Bits of an RSA modulus: RFC 7518, section 3.3 asks for at least 2048.
    static let rsaBitsMin = 2048
    /// Bits of an RSA modulus: verification slows down with the square of it, and nobody signs with more.
    static let rsaBitsMax = 8192
    /// Bytes of a password: bcrypt looks at no more, so a longer one would be cut without a word.
    static let passwordBytesMax = 72
    /// Cost of a stored bcrypt hash that we agree to check: each step doubles the time, and 16 is about four seconds.
    static let bcryptCostMax = 16
    /// Cost of a bcrypt hash that the algorithm defines as the least.
    static let bcryptCostMin = 4
    /// Keyed HMAC contexts kept for reuse by one key: about as many as there are event loops on a large machine.
    static let hmacContextsKept = 16
}
