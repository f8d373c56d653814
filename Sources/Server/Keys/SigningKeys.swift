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

    /// - Parameters:
    ///   - keyID: the `kid` of tokens that the secret signs.
    ///   - validMethods: the algorithms accepted; nil for all that there are keys of.
    /// Throws `.keys` with what is wrong with the configured ones.
    init(
        _ keys: InstallationKeys, previous: [Secret<String>], jwtKeys: Secret<String>?, keyID: String? = nil,
        validMethods: Set<SignatureAlgorithm>? = nil
    ) throws(StartupError) {
        do {
            let secretOnly = try TokenKeySet(
                secret: keys.jwtSecret, previousSecrets: previous, secretKeyID: keyID)
            var all = secretOnly
            if let jwtKeys {
                guard let list = try JSON(parsing: jwtKeys.reveal()).array else {
                    throw StartupError.keys("JWT_KEYS must be a JSON array of JWKs")
                }
                // Legacy API keys are signed with the secret and keep working beside asymmetric keys.
                all = try TokenKeySet(
                    secret: keys.jwtSecret, previousSecrets: previous, secretKeyID: keyID, keys: list,
                    validMethods: validMethods ?? [.hs256, .rs256, .es256])
            } else if let validMethods, !validMethods.contains(.hs256) {
                throw StartupError.keys("JWT_VALID_METHODS leaves out HS256, and there is no other key to sign with")
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
