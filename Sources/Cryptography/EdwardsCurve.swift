/// The curves of EdDSA keys, by their names in JSON Web Keys (RFC 8037, section 2).
enum EdwardsCurve: String, Sendable, Hashable, CaseIterable {
    case ed25519 = "Ed25519"
    case ed448 = "Ed448"

    /// Bytes of a public key.
    var width: Int {
        switch self {
        case .ed25519: 32
        case .ed448: 57
        }
    }
}
