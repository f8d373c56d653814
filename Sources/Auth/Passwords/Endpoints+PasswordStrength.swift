internal import Core
internal import Cryptography
internal import HTTPTypes

/// How strong a password is, breaches included.
extension Endpoints {
    /// Throws `.weakPassword`, `.invalid` for a password that bcrypt would cut, and a refusal when breaches cannot be
    /// looked up and have to be.
    func checkStrength(of password: String) async throws(AuthError) {
        try PasswordPolicy.checkLength(of: password)
        let policy = PasswordPolicy(configuration)
        let isBreached = try await isBreached(password, mustKnow: configuration.isBreachLookupRequired)
        if let weakness = policy.weakness(of: password, isBreached: isBreached) { throw .weakPassword(weakness) }
    }

    /// What is weak about a password that was right: never a reason to refuse its owner.
    func weakness(of password: String) async throws(AuthError) -> WeakPassword? {
        let isBreached = try await isBreached(password, mustKnow: false)
        return PasswordPolicy(configuration).weakness(of: password, isBreached: isBreached)
    }

    private func isBreached(_ password: String, mustKnow: Bool) async throws(AuthError) -> Bool {
        guard let breaches = peers.breaches else { return false }
        do throws(BreachLookupFailure) {
            // SHA-1 because the lists are made of it; nothing is kept.
            return try await breaches.contains(hash: Hex.encode(Digest.hash(.sha1, of: password)).uppercased())
        } catch {
            observer.observe(.warning("breached passwords cannot be looked up: \(error.cause)"))
            guard mustKnow else { return false }
            throw .refused(
                Refusal(
                    .internalServerError, .unexpectedFailure,
                    "Unable to perform password strength check with HaveIBeenPwned.org."))
        }
    }
}
