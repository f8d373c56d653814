public import Core

/// A key that tells whether a signature is genuine, bound to the one algorithm it may be used with: a public key
/// can never be mistaken for an HMAC secret.
public struct VerificationKey: Sendable {
    enum Material: Sendable {
        case shared(HMACKey)
        case asymmetric(AsymmetricKey)
    }

    /// The only algorithm this key verifies.
    public let algorithm: SignatureAlgorithm
    /// The `kid` that tokens name the key by.
    public let keyID: String?
    let material: Material

    init(algorithm: SignatureAlgorithm, keyID: String?, material: Material) {
        self.algorithm = algorithm
        self.keyID = keyID
        self.material = material
    }

    /// A shared secret for HS256. Throws `.weakSecret` below 32 bytes (RFC 7518, section 3.2).
    public init(secret: [UInt8], keyID: String? = nil) throws(KeyError) {
        try VerificationKey.checkLength(of: secret)
        self.init(algorithm: .hs256, keyID: keyID, material: .shared(HMACKey(secret: secret)))
    }

    static func checkLength(of secret: [UInt8]) throws(KeyError) {
        guard secret.count >= Limits.secretBytesMin else {
            throw .weakSecret(bytes: secret.count, bytesMin: Limits.secretBytesMin)
        }
    }

    /// The key in a JWK (RFC 7517) that may verify, by one of ``SignatureAlgorithm/issued``; of a private JWK only the public half is used. Throws on weak keys,
    /// unknown types, wrong purposes and numbers that OpenSSL refuses.
    public init(jwk: JSONObject) throws(KeyError) {
        let header = try JWKHeader(jwk, operation: "verify")
        let algorithm = try header.issuedAlgorithm
        guard let kind = AsymmetricKey.Kind(issuing: algorithm) else {
            try self.init(secret: JWKHeader.secret(in: jwk), keyID: header.keyID)
            return
        }
        self.init(
            algorithm: algorithm, keyID: header.keyID,
            material: .asymmetric(try AsymmetricKey(jwk: jwk, kind: kind, isPrivate: false)))
    }

    /// Whether `signature`, as JOSE writes it, is genuine for `message`.
    public func isValid(_ signature: [UInt8], for message: Span<UInt8>) -> Bool {
        switch material {
        case .shared(let key): constantTimeEqual(signature, key.authenticate(message))
        case .asymmetric(let key): key.isValid(signature, for: message, by: algorithm)
        }
    }

    /// Whether `signature`, as JOSE writes it, is genuine for `message`.
    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool { isValid(signature, for: message.span) }

    /// The key as others may see it: `kty`, `kid`, `alg`, `use`, `key_ops` and the public numbers. Nil for a shared
    /// secret, which has no public half.
    public var publicJWK: JSONObject? {
        guard case .asymmetric(let key) = material else { return nil }
        return jwk(keyType: key.kind.keyType, operations: ["verify"], members: key.publicMembers)
    }

    func jwk(keyType: String, operations: [JSON], members: [(String, JSON)]) -> JSONObject {
        var jwk: JSONObject = ["kty": .string(keyType)]
        if let keyID { jwk["kid"] = .string(keyID) }
        jwk["alg"] = .string(algorithm.rawValue)
        jwk["use"] = "sig"
        jwk["key_ops"] = .array(operations)
        for (name, value) in members { jwk[name] = value }
        return jwk
    }
}
