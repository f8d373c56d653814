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
    /// Bytes of a stored hash of any kind: the width of `auth.users.encrypted_password` is 255, and wrapped or Firebase's
    /// hashes with long keys are a little more where the column was widened.
    static let storedHashBytesMax = 1024
    /// Bytes of a password that other systems' hashes are checked with: they took more than bcrypt does.
    static let importedPasswordBytesMax = 1024
    /// KiB of memory of an argon2 hash: GoTrue's own bound, a gibibyte.
    static let argon2MemoryMax = 1 << 20
    /// KiB of memory that every hashing thread may use at once; larger hashes take turns.
    static let argon2MemoryShared = 128 << 10
    /// Passes of an argon2 hash: GoTrue's own bound.
    static let argon2PassesMax = 20
    /// Lanes of an argon2 hash: GoTrue's own bound.
    static let argon2LanesMax = 16
    /// Bytes of argon2's salt: the library wants 8, RFC 9106 recommends 16.
    static let argon2SaltBytes = 8...64
    /// Bytes of an argon2 hash: below 16 a wrong password might pass by chance, above 64 nobody goes.
    static let argon2HashBytes = 16...64
    /// Logarithm of scrypt's N; Firebase uses 14.
    static let scryptExponentMax = 20
    /// scrypt's r; Firebase uses 8.
    static let scryptBlocksMax = 32
    /// scrypt's p; Firebase uses 1.
    static let scryptLanesMax = 16
    /// Bytes of memory of a scrypt hash: sixteen times Firebase's.
    static let scryptMemoryMax = 256 << 20
    /// Bytes of Firebase's signer key, which is 64, and of a salt with its separator.
    static let signerKeyBytesMax = 256
}
