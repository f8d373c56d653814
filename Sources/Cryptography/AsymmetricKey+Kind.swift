internal import Core

extension AsymmetricKey {
    /// What a key is.
    enum Kind: Sendable, Hashable {
        case rsa
        case curve(EllipticCurve)
        case edwards(EdwardsCurve)

        /// `kty` of RFC 7517.
        var keyType: String {
            switch self {
            case .rsa: "RSA"
            case .curve: "EC"
            case .edwards: "OKP"
            }
        }

        /// The kind of the keys that we issue `algorithm` with; nil for a shared secret and for what we do not issue.
        init?(issuing algorithm: SignatureAlgorithm) {
            switch algorithm {
            case .rs256: self = .rsa
            case .es256: self = .curve(.p256)
            case .hs256, .hs384, .hs512, .rs384, .rs512, .ps256, .ps384, .ps512, .es384, .es512, .edDSA: return nil
            }
        }

        /// What a JWK of the type is, by its curve. Throws ``KeyError`` for curves that are not ours.
        init(_ jwk: JSONObject, keyType: String) throws(KeyError) {
            if keyType == "RSA" {
                self = .rsa
                return
            }
            guard let curve = jwk["crv"]?.string else { throw .missingMember("crv") }
            if keyType == "EC", let curve = EllipticCurve(rawValue: curve) {
                self = .curve(curve)
            } else if keyType == "OKP", let curve = EdwardsCurve(rawValue: curve) {
                self = .edwards(curve)
            } else {
                throw .unsupported(member: "crv", value: curve)
            }
        }
    }
}
