/// The signature algorithms of JSON Web Algorithms (RFC 7518, RFC 8037) that can be verified. Tokens are issued with
/// ``issued`` only: the JavaScript client verifies no others.
public enum SignatureAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// HMAC with SHA-256 under a shared secret.
    case hs256 = "HS256"
    case hs384 = "HS384"
    case hs512 = "HS512"
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    /// RSASSA-PSS with SHA-256, MGF1 of the same hash and a salt as long as it (RFC 7518, section 3.5).
    case ps256 = "PS256"
    case ps384 = "PS384"
    case ps512 = "PS512"
    /// ECDSA on P-256 with SHA-256; the signature is r and s, 32 bytes each.
    case es256 = "ES256"
    /// ECDSA on P-384 with SHA-384; 48 bytes each.
    case es384 = "ES384"
    /// ECDSA on P-521 with SHA-512; 66 bytes each.
    case es512 = "ES512"
    /// Ed25519 or Ed448, as the key's curve says.
    case edDSA = "EdDSA"

    /// The algorithms of keys that this program makes and signs with, and of tokens by anybody but a foreign issuer.
    public static let issued: Set<SignatureAlgorithm> = [.hs256, .rs256, .es256]

    /// Whether it is among ``issued``.
    public var isIssued: Bool { SignatureAlgorithm.issued.contains(self) }

    /// Whether the key that verifies is a secret, because it also signs.
    public var isSymmetric: Bool {
        switch self {
        case .hs256, .hs384, .hs512: true
        case .rs256, .rs384, .rs512, .ps256, .ps384, .ps512, .es256, .es384, .es512, .edDSA: false
        }
    }

    /// What the message is hashed with; nil for algorithms that hash by themselves.
    var digest: DigestAlgorithm? {
        switch self {
        case .hs256, .rs256, .ps256, .es256: .sha256
        case .hs384, .rs384, .ps384, .es384: .sha384
        case .hs512, .rs512, .ps512, .es512: .sha512
        case .edDSA: nil
        }
    }

    /// Whether an RSA signature is padded as PSS.
    var isPSS: Bool {
        switch self {
        case .ps256, .ps384, .ps512: true
        case .hs256, .hs384, .hs512, .rs256, .rs384, .rs512, .es256, .es384, .es512, .edDSA: false
        }
    }
}
