internal import Core

/// What a JSON Web Key says about itself beside its numbers (RFC 7517, section 4).
struct JWKHeader {
    let keyType: String
    /// `alg` as it stands.
    let declared: String?
    let keyID: String?

    /// Reads and checks the members for a key that is wanted to `operation` (`sign` or `verify`).
    init(_ jwk: JSONObject, operation: String) throws(KeyError) {
        guard let keyType = jwk["kty"] else { throw .missingMember("kty") }
        guard let keyType = keyType.string else { throw .invalidMember("kty") }
        guard ["oct", "RSA", "EC", "OKP"].contains(keyType) else {
            throw .unsupported(member: "kty", value: keyType)
        }
        self.keyType = keyType
        if let declared = jwk["alg"], declared.string == nil { throw .invalidMember("alg") }
        declared = jwk["alg"]?.string
        if let use = jwk["use"], use != "sig" { throw .purpose(wanted: operation) }
        if let operations = jwk["key_ops"] {
            guard let operations = operations.array else { throw .invalidMember("key_ops") }
            // Whoever may sign may verify: the private key is at hand.
            guard operations.contains(.string(operation)) || operation == "verify" && operations.contains("sign") else {
                throw .purpose(wanted: operation)
            }
        }
        if let keyID = jwk["kid"], keyID.string == nil { throw .invalidMember("kid") }
        keyID = jwk["kid"]?.string
    }

    /// The one algorithm of keys of this type that is among ``SignatureAlgorithm/issued``.
    var issuedAlgorithm: SignatureAlgorithm {
        get throws(KeyError) {
            let algorithm: SignatureAlgorithm =
                switch keyType {
                case "oct": .hs256
                case "RSA": .rs256
                case "EC": .es256
                default: throw .unsupported(member: "kty", value: keyType)
                }
            if let declared, declared != algorithm.rawValue {
                throw SignatureAlgorithm(rawValue: declared)?.isIssued == true
                    ? .algorithmMismatch(declared: declared, keyType: keyType)
                    : .unsupported(member: "alg", value: declared)
            }
            return algorithm
        }
    }

    /// The algorithms that a key of `kind` may be used with: the one declared, else all that its type has.
    func algorithms(of kind: AsymmetricKey.Kind?) throws(KeyError) -> [SignatureAlgorithm] {
        let possible: [SignatureAlgorithm] =
            switch kind {
            case nil: [.hs256, .hs384, .hs512]
            case .rsa: [.rs256, .rs384, .rs512, .ps256, .ps384, .ps512]
            case .curve(let curve): [curve.algorithm]
            case .edwards: [.edDSA]
            }
        guard let declared else { return possible }
        guard let algorithm = SignatureAlgorithm(rawValue: declared) else {
            throw .unsupported(member: "alg", value: declared)
        }
        guard possible.contains(algorithm) else {
            throw .algorithmMismatch(declared: declared, keyType: keyType)
        }
        return [algorithm]
    }

    /// The secret of a symmetric key.
    static func secret(in jwk: JSONObject) throws(KeyError) -> [UInt8] {
        guard let secret = jwk["k"] else { throw .missingMember("k") }
        guard let text = secret.string, let bytes = Base64URL.decode(text) else { throw .invalidMember("k") }
        return bytes
    }
}
