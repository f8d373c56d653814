/// Why a password was neither hashed nor checked. None of these says that a password is wrong.
public enum PasswordError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Longer than bcrypt reads; it would be cut without a word.
    case tooLong(bytes: Int, bytesMax: Int)
    /// Contains a NUL character, at which C would end it.
    case containsNUL
    /// The stored hash is of a scheme that is not supported. `scheme` is its identifier (`argon2id`), at most 16 characters.
    case unsupportedHash(scheme: String)
    /// The stored hash names a scheme but is not of its form.
    case malformedHash
    /// The stored hash, or the configuration, asks for more work than is affordable, or less than bcrypt allows.
    case costOutOfRange(cost: Int, costMin: Int, costMax: Int)
    /// A stored hash names a parameter under its least or over what is affordable.
    case parameterOutOfRange(name: String, value: Int, min: Int, max: Int)
    /// As many passwords as may wait are waiting; try again later.
    case overloaded(waiting: Int)
    /// The caller was cancelled before the work began.
    case cancelled
    /// The hasher has been shut down.
    case stopped
    /// The library refused to work.
    case failed(step: String)

    public var description: String {
        switch self {
        case .tooLong(let bytes, let max): "the password has \(bytes) bytes, at most \(max) are accepted"
        case .containsNUL: "the password contains a NUL character"
        case .unsupportedHash(let scheme): "password hashes of scheme \"\(scheme)\" are not supported"
        case .malformedHash: "the stored password hash is malformed"
        case .costOutOfRange(let cost, let min, let max): "bcrypt cost \(cost) is outside \(min) to \(max)"
        case .parameterOutOfRange(let name, let value, let min, let max):
            "the hash's parameter \(name) is \(value), which is outside \(min) to \(max)"
        case .overloaded(let waiting): "\(waiting) passwords are already waiting to be hashed"
        case .cancelled: "the caller left before the password was hashed"
        case .stopped: "the password hasher has been shut down"
        case .failed(let step): "the hashing library failed (\(step))"
        }
    }
}
