public import Cryptography

/// Why configured keys make no key set. `index` counts the JWKs from 0.
public enum TokenKeySetError: Error, Sendable, Hashable, CustomStringConvertible {
    case notAnObject(index: Int)
    case key(index: Int, KeyError)
    /// The JWT secret (`position` 0) or one of the previous secrets (1 and up) is not usable.
    case secret(position: Int, KeyError)
    /// An RSA or P-256 key without `kid`: tokens could not name it.
    case keyIDMissing(index: Int)
    case keyIDRepeated(String)
    /// Two JWKs have `sign` among their `key_ops`.
    case severalSigners
    /// No JWK signs and the shared secret must not.
    case noSigner
    /// Neither a secret nor a JWK.
    case empty
    /// The JWT secret was said to be base64 and is not.
    case notBase64
    case tooMany(count: Int, countMax: Int)

    public var description: String {
        switch self {
        case .notAnObject(let index): "JWT key \(index) is not a JSON object"
        case .key(let index, let error): "JWT key \(index): \(error)"
        case .secret(0, let error): "the JWT secret: \(error)"
        case .secret(let position, let error): "previous JWT secret \(position): \(error)"
        case .keyIDMissing(let index): "JWT key \(index) has no \"kid\""
        case .keyIDRepeated(let name): "two JWT keys have the \"kid\" \(name)"
        case .severalSigners: "more than one JWT key has \"sign\" in its \"key_ops\"; exactly one may"
        case .noSigner: "no JWT key has \"sign\" in its \"key_ops\", and the JWT secret is not allowed to sign"
        case .empty: "neither a JWT secret nor JWT keys are configured"
        case .notBase64: "the JWT secret is not base64"
        case .tooMany(let count, let max): "\(count) JWT keys are configured, at most \(max) are accepted"
        }
    }
}
