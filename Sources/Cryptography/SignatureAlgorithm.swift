/// The signature algorithms of JSON Web Algorithms (RFC 7518) in use here. Edwards curves are left out on purpose: the
/// JavaScript client cannot verify them.
public enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// HMAC with SHA-256 under a shared secret.
    case hs256 = "HS256"
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rs256 = "RS256"
    /// ECDSA on P-256 with SHA-256; the signature is r and s, 32 bytes each.
    case es256 = "ES256"

    /// Whether the key that verifies is a secret, because it also signs.
    public var isSymmetric: Bool { self == .hs256 }
}
