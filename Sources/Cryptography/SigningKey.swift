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
        let algorithm = try header.issuedAlgorithm
        guard let kind = AsymmetricKey.Kind(issuing: algorithm) else {
            try self.init(secret: JWKHeader.secret(in: jwk), keyID: header.keyID)
            return
        }
        self.init(try AsymmetricKey(jwk: jwk, kind: kind, isPrivate: true), algorithm, header.keyID)
    }

    /// A new key: 32 random bytes, RSA with 2048 bits (which takes up to a second) or P-256. Throws `.unsupported` for
    /// an algorithm that is not among ``SignatureAlgorithm/issued``.
    public static func generate(_ algorithm: SignatureAlgorithm, keyID: String? = nil) throws(KeyError) -> SigningKey {
        switch algorithm {
        case .hs256: try SigningKey(secret: SecureRandom.bytes(Limits.secretBytesMin), keyID: keyID)
        case .rs256: SigningKey(try AsymmetricKey(generating: .rsa), algorithm, keyID)
        case .es256: SigningKey(try AsymmetricKey(generating: .curve(.p256)), algorithm, keyID)
        case .hs384, .hs512, .rs384, .rs512, .ps256, .ps384, .ps512, .es384, .es512, .edDSA:
            throw KeyError.unsupported(member: "alg", value: algorithm.rawValue)
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
                    keyType: key.kind.keyType, operations: operations,
                    members: key.publicMembers + key.privateMembers))
        }
    }
}
