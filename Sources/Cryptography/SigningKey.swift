public import Core

/// A key that signs, together with the half that verifies.
public struct SigningKey: Sendable {
    /// The half that verifies; for HS256 the same secret.
    public let verificationKey: VerificationKey
    /// The algorithm of every signature by this key.
    public var algorithm: SignatureAlgorithm { verificationKey.algorithm }
    /// The `kid` that tokens name the key by.
    public var keyID: String? { verificationKey.keyID }

    /// A shared secret for HS256. Throws `.weakSecret` below 32 bytes (RFC 7518, section 3.2).
    public init(secret: [UInt8], keyID: String? = nil) throws(KeyError) {
        verificationKey = try VerificationKey(secret: secret, keyID: keyID)
    }

    /// The key in a private JWK (RFC 7517) that may sign. Throws on weak keys, unknown types, wrong purposes, a missing
    /// private half and halves that do not belong together.
    public init(jwk: JSONObject) throws(KeyError) {
        let header = try JWKHeader(jwk, operation: "sign")
        switch header.algorithm {
        case .hs256: try self.init(secret: JWKHeader.secret(in: jwk), keyID: header.keyID)
        case .rs256, .es256:
            let kind: AsymmetricKey.Kind = header.algorithm == .rs256 ? .rsa : .p256
            self.init(try AsymmetricKey(jwk: jwk, kind: kind, isPrivate: true), header.algorithm, header.keyID)
        }
    }

    /// A new key: 32 random bytes, RSA with 2048 bits (which takes up to a second) or P-256.
    public static func generate(_ algorithm: SignatureAlgorithm, keyID: String? = nil) throws(KeyError) -> SigningKey {
        switch algorithm {
        case .hs256: try SigningKey(secret: SecureRandom.bytes(Limits.secretBytesMin), keyID: keyID)
        case .rs256: SigningKey(try AsymmetricKey(generating: .rsa), algorithm, keyID)
        case .es256: SigningKey(try AsymmetricKey(generating: .p256), algorithm, keyID)
        }
    }

    private init(_ key: AsymmetricKey, _ algorithm: SignatureAlgorithm, _ keyID: String?) {
        verificationKey = VerificationKey(algorithm: algorithm, keyID: keyID, material: .asymmetric(key))
    }

    /// The signature of `message` as JOSE writes it. Throws `.refused` if OpenSSL cannot sign.
    public func sign(_ message: [UInt8]) throws(KeyError) -> [UInt8] {
        switch verificationKey.material {
        case .shared(let key): key.authenticate(message.span)
        case .asymmetric(let key): try key.sign(message)
        }
    }

    /// The whole key as a JWK that may sign and verify. Secret.
    public var privateJWK: Secret<JSONObject> {
        let operations: [JSON] = ["sign", "verify"]
        return switch verificationKey.material {
        case .shared(let key):
            Secret(
                verificationKey.jwk(
                    keyType: "oct", operations: operations, members: [("k", .string(Base64URL.encode(key.secret)))]))
        case .asymmetric(let key):
            Secret(
                verificationKey.jwk(
                    keyType: key.kind.rawValue, operations: operations,
                    members: key.publicMembers + key.privateMembers))
        }
    }
}
