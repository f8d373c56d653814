public import Core

extension VerificationKey {
    /// The keys that a JWK (RFC 7517) stands for, one for each algorithm that its type, its curve and its `alg` allow:
    /// a shared secret without `alg` verifies HS256, HS384 and HS512, an RSA key both paddings with the three hashes, a
    /// curve the one algorithm that belongs to it. Of a private JWK only the public half is used. Secrets need 32 bytes
    /// whatever the hash is: the wider ones make a key no weaker.
    ///
    /// For verifying what others issue. Throws as ``init(jwk:)`` does.
    public static func all(jwk: JSONObject) throws(KeyError) -> [VerificationKey] {
        let header = try JWKHeader(jwk, operation: "verify")
        guard header.keyType != "oct" else {
            let secret = try JWKHeader.secret(in: jwk)
            try checkLength(of: secret)
            return try header.algorithms(of: nil).map { algorithm in
                VerificationKey(
                    algorithm: algorithm, keyID: header.keyID,
                    material: .shared(HMACKey(secret: secret, digest: algorithm.digest ?? .sha256)))
            }
        }
        let kind = try AsymmetricKey.Kind(jwk, keyType: header.keyType)
        let algorithms = try header.algorithms(of: kind)
        let key = try AsymmetricKey(jwk: jwk, kind: kind, isPrivate: false)
        return algorithms.map { VerificationKey(algorithm: $0, keyID: header.keyID, material: .asymmetric(key)) }
    }
}
