/// Where it is looked up whether a password is in a public breach.
public protocol BreachedPasswords: Sendable {
    /// - Parameter hash: the password's SHA-1 in 40 upper-case hexadecimal digits.
    /// Throws when it cannot be told.
    func contains(hash: String) async throws(BreachLookupFailure) -> Bool
}

/// Why a password could not be looked up. `cause` is for the log: no hashes.
public struct BreachLookupFailure: Error, Sendable {
    public let cause: String
    public init(cause: String) { self.cause = cause }
}
