internal import Core
internal import Cryptography
internal import Tokens

/// What signs and verifies tokens: access tokens by the JWT secret or, where JWKs are configured, by the one that
/// signs; URLs of the storage API always by the secret.
struct SigningKeys: Sendable {
    let issuer: TokenIssuer
    let verifier: TokenVerifier
    let urlIssuer: TokenIssuer
    let urlVerifier: TokenVerifier

    /// Throws `.keys` with what is wrong with the configured ones.
    init(_ keys: InstallationKeys, previous: [Secret<String>], jwtKeys: Secret<String>?) throws(StartupError) {
        do {
            let secretOnly = try TokenKeySet(secret: keys.jwtSecret, previousSecrets: previous)
            var all = secretOnly
            if let jwtKeys {
                guard let list = try JSON(parsing: jwtKeys.reveal()).array else {
                    throw StartupError.keys("JWT_KEYS must be a JSON array of JWKs")
                }
                // Legacy API keys are signed with the secret and keep working beside asymmetric keys.
                all = try TokenKeySet(
                    secret: keys.jwtSecret, previousSecrets: previous, keys: list,
                    validMethods: [.hs256, .rs256, .es256])
            }
            issuer = try TokenIssuer(keys: all)
            verifier = TokenVerifier(keys: all)
            urlIssuer = try TokenIssuer(keys: secretOnly)
            urlVerifier = TokenVerifier(keys: secretOnly)
        } catch let error as StartupError {
            throw error
        } catch is JSONError {
            throw .keys("JWT_KEYS is not JSON")
        } catch {
            throw .keys("\(error)")
        }
    }
}
