public import Core
public import Cryptography

/// Signs JSON Web Tokens (RFC 7519) with the one key that signs.
public struct TokenIssuer: Sendable {
    private let key: SigningKey
    /// The header segment and the dot after it: the same for every token of a key.
    private let prefix: [UInt8]

    /// Signs with `key`.
    public init(key: SigningKey) {
        self.key = key
        var header: JSONObject = ["alg": .string(key.algorithm.rawValue)]
        if let keyID = key.keyID { header["kid"] = .string(keyID) }
        header["typ"] = "JWT"
        prefix = Array((Base64URL.encode(JSON.object(header).bytes) + ".").utf8)
    }

    /// Signs with the signer of `keys`. Throws `.noSigningKey` if it has none.
    public init(keys: TokenKeySet) throws(TokenError) {
        guard let key = keys.signer else { throw .noSigningKey }
        self.init(key: key)
    }

    /// The signed token: header `{"alg","kid"?,"typ":"JWT"}` and `claims` in their order. Throws `.signingFailed`, and
    /// `.tooLarge` for a token that no verifier would take.
    public func sign(claims: JSONObject) throws(TokenError) -> String {
        let signed = prefix + Array(Base64URL.encode(JSON.object(claims).bytes).utf8)
        let signature: [UInt8]
        do throws(KeyError) { signature = try key.sign(signed) } catch { throw .signingFailed(error) }
        let token = signed + [UInt8(ascii: ".")] + Array(Base64URL.encode(signature).utf8)
        guard token.count <= TokenLimits.token.bytes else {
            throw .tooLarge(bytes: token.count, bytesMax: TokenLimits.token.bytes)
        }
        return String(decoding: token, as: UTF8.self)
    }
}
