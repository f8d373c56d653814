/// Why a key cannot be used. Carries member names and sizes, never key material.
public enum KeyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A shared secret is shorter than the hash is wide.
    case weakSecret(bytes: Int, bytesMin: Int)
    /// An RSA modulus has a size outside what is safe (below) or affordable (above).
    case modulusSize(bits: Int, bitsMin: Int, bitsMax: Int)
    /// A JWK lacks a member.
    case missingMember(String)
    /// A member of a JWK is not of its form.
    case invalidMember(String)
    /// The key type, curve or algorithm that a JWK names is none of ours.
    case unsupported(member: String, value: String)
    /// `alg` names an algorithm that does not belong to the key type.
    case algorithmMismatch(declared: String, keyType: String)
    /// `use` or `key_ops` forbids what the key is wanted for.
    case purpose(wanted: String)
    /// A signing key was wanted and the JWK holds the public half only.
    case privateHalfMissing
    /// The private half does not belong to the public half.
    case pairMismatch
    /// OpenSSL refused the numbers of the key, for example a point that is not on the curve.
    case refused(step: String)

    public var description: String {
        switch self {
        case .weakSecret(let bytes, let min): "the shared secret has \(bytes) bytes, at least \(min) are needed"
        case .modulusSize(let bits, let min, let max): "the RSA key has \(bits) bits, \(min) to \(max) are accepted"
        case .missingMember(let name): "the JWK has no member \"\(name)\""
        case .invalidMember(let name): "the member \"\(name)\" of the JWK is not of its form"
        case .unsupported(let member, let value): "the JWK's \"\(member)\" is \"\(value)\", which is not supported"
        case .algorithmMismatch(let declared, let keyType):
            "\"\(declared)\" is no algorithm for a key of type \(keyType)"
        case .purpose(let wanted): "the JWK's \"use\" or \"key_ops\" does not allow it to \(wanted)"
        case .privateHalfMissing: "the JWK holds no private key"
        case .pairMismatch: "the private and the public half of the key do not belong together"
        case .refused(let step): "OpenSSL refused the key (\(step))"
        }
    }
}
