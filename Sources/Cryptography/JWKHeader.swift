internal import Core

/// What a JSON Web Key says about itself beside its numbers (RFC 7517, section 4).
struct JWKHeader {
    let algorithm: SignatureAlgorithm
    let keyID: String?

    /// Reads and checks the members for a key that is wanted to `operation` (`sign` or `verify`).
    init(_ jwk: JSONObject, operation: String) throws(KeyError) {
        guard let keyType = jwk["kty"] else { throw .missingMember("kty") }
        guard let keyType = keyType.string else { throw .invalidMember("kty") }
        algorithm =
            switch keyType {
            case "oct": .hs256
            case "RSA": .rs256
            case "EC": .es256
            default: throw .unsupported(member: "kty", value: keyType)
            }
        if let declared = jwk["alg"] {
            guard let declared = declared.string else { throw .invalidMember("alg") }
            guard declared == algorithm.rawValue else {
                throw SignatureAlgorithm(rawValue: declared) == nil
                    ? .unsupported(member: "alg", value: declared)
                    : .algorithmMismatch(declared: declared, keyType: keyType)
            }
        }
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

    /// The secret of a symmetric key.
    static func secret(in jwk: JSONObject) throws(KeyError) -> [UInt8] {
        guard let secret = jwk["k"] else { throw .missingMember("k") }
        guard let text = secret.string, let bytes = Base64URL.decode(text) else { throw .invalidMember("k") }
        return bytes
    }
}
