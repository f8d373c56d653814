public import Core
internal import Cryptography

/// The keys after a rotation.
public struct RotatedSigningKeys: Sendable {
    /// A JSON array of private JWKs: the value of `JWT_KEYS`.
    public let keys: Secret<String>
    /// Whether `medmitra.env` has them now.
    public let isStored: Bool
}

/// Rotation of the keys that sign access tokens.
enum SigningKeyRotation {
    /// `current` with a new first key that signs; the others only verify from now on, or are left out.
    /// Throws `.keys` for what is no list of JWKs.
    static func rotate(
        _ current: Secret<String>?, algorithm: String, forgetsOld: Bool, keyID: String
    ) throws(StartupError) -> Secret<String> {
        guard let kind = SignatureAlgorithm(rawValue: algorithm), kind.isIssued else {
            throw .keys("\(algorithm) is none of ES256, RS256 and HS256")
        }
        let new: JSONObject
        do throws(KeyError) { new = try SigningKey.generate(kind, keyID: keyID).privateJWK.reveal() } catch {
            throw .keys("a new key could not be made: \(error)")
        }
        guard let current else { return Secret(JSON.array([.object(new)]).text) }
        guard let list = (try? JSON(parsing: current.reveal()))?.array, list.allSatisfy({ $0.object != nil }) else {
            throw .keys("JWT_KEYS must be a JSON array of JWKs")
        }
        let kept = list.compactMap(\.object).filter { !forgetsOld || $0["key_ops"]?.array?.contains("sign") == true }
        let verifying = kept.map { key in
            var key = key
            key["key_ops"] = ["verify"]
            return JSON.object(key)
        }
        return Secret(JSON.array([.object(new)] + verifying).text)
    }
}

extension LoadedConfiguration {
    /// Adds a key that signs from the next start on. Throws ``StartupError``.
    public func rotateSigningKey(algorithm: String, forgetsOld: Bool) throws -> RotatedSigningKeys {
        let keys = try SigningKeyRotation.rotate(
            configuration.jwtKeys, algorithm: algorithm, forgetsOld: forgetsOld, keyID: SecureRandom.uuid())
        // A value from the environment or the .env file would win over what is written here.
        let text = try DataDirectory.read(directory.environmentFile) ?? ""
        let generated = try EnvironmentFile.parse(text, name: directory.environmentFile)
        let isElsewhere = configuration.jwtKeys != nil && generated["JWT_KEYS"] != configuration.jwtKeys?.reveal()
        guard !text.isEmpty, !isElsewhere else { return RotatedSigningKeys(keys: keys, isStored: false) }
        let others = text.split(separator: "\n", omittingEmptySubsequences: false).filter {
            !$0.hasPrefix("JWT_KEYS=")
        }
        var next = others.joined(separator: "\n")
        if !next.hasSuffix("\n") { next += "\n" }
        // JWKs hold neither single quotes nor line breaks.
        next += "JWT_KEYS='\(keys.reveal())'\n"
        try DataDirectory.writePrivately(next, to: directory.environmentFile)
        return RotatedSigningKeys(keys: keys, isStored: true)
    }
}
