/// A stored password hash of any kind that can be checked.
enum StoredPassword: Sendable, Hashable {
    case bcrypt(String)
    case argon2(Argon2Hash)
    case firebase(FirebaseHash)

    /// Reads a stored hash. Throws `.malformedHash`, `.unsupportedHash`, and `.costOutOfRange` or `.parameterOutOfRange`
    /// for hashes that cost more to check than is affordable.
    init(_ hash: String) throws(PasswordError) {
        guard hash.utf8.count <= Limits.storedHashBytesMax else { throw .malformedHash }
        switch hash.split(separator: "$", maxSplits: 2, omittingEmptySubsequences: false).dropFirst().first {
        case "argon2i", "argon2id": self = .argon2(try Argon2Hash(hash))
        case "fbscrypt": self = .firebase(try FirebaseHash(hash))
        default:
            try Bcrypt.check(hash: hash)
            self = .bcrypt(hash)
        }
    }

    /// Refuses what cannot be the password, or would be cut.
    func check(password: String) throws(PasswordError) {
        switch self {
        case .bcrypt: try Bcrypt.check(password: password)
        case .argon2, .firebase:
            let count = password.utf8.count
            guard count <= Limits.importedPasswordBytesMax else {
                throw .tooLong(bytes: count, bytesMax: Limits.importedPasswordBytesMax)
            }
        }
    }

    /// Whether a checked password is the one. Blocks for the full cost of the hash.
    func matches(_ password: String) throws(PasswordError) -> Bool {
        switch self {
        case .bcrypt(let hash): constantTimeEqual(try Bcrypt.hash(password, setting: hash), hash)
        case .argon2(let hash): try hash.matches(password)
        case .firebase(let hash): try hash.matches(password)
        }
    }
}
