internal import Core
internal import Cryptography

/// Hashing, always outside of transactions: it takes tens of milliseconds and must not hold a connection.
extension Endpoints {
    func hash(_ password: String) async throws(AuthError) -> String {
        do throws(PasswordError) { return try await hasher.hash(password) } catch { throw Self.refusal(error) }
    }

    /// Whether the password is the user's. A user who does not exist or has no password costs as much time as a wrong
    /// password.
    func verify(_ password: String, of user: User?) async throws(AuthError) -> Bool {
        do throws(PasswordError) {
            guard let hash = user?.passwordHash?.reveal() else { return try await hasher.verifyAgainstNobody(password) }
            return try await hasher.verify(password, against: hash)
        } catch {
            switch error {
            // No stored password is like that; the answer takes its time all the same.
            case .tooLong, .containsNUL: return try await verify("", of: nil)
            default: throw Self.refusal(error)
            }
        }
    }

    private static func refusal(_ error: PasswordError) -> AuthError {
        switch error {
        case .tooLong, .containsNUL:
            .invalid("Password cannot be longer than \(AuthLimits.passwordBytesMax) characters")
        case .overloaded: .overloaded
        case .unsupportedHash, .malformedHash, .costOutOfRange, .parameterOutOfRange, .cancelled, .stopped, .failed:
            .failed(cause: "password: \(error)")
        }
    }
}
