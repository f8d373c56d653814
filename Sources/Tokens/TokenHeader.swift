internal import Core
internal import Cryptography

/// What a token says about its own signature (RFC 7515, section 4.1).
struct TokenHeader {
    let algorithm: String
    let keyID: String?

    init(base64URL text: Span<UInt8>) throws(TokenError) {
        guard let bytes = Base64URL.decode(text) else { throw .undecodable(.header) }
        let limits = JSONLimits(bytesMax: TokenLimits.token.bytes, depthMax: TokenLimits.claimsDepthMax)
        // Where the JSON goes wrong does not matter to anybody: the token is refused.
        guard let header = (try? JSON(parsing: bytes, limits: limits))?.object else { throw .notAnObject(.header) }
        guard header["crit"] == nil else { throw .criticalExtensions }
        guard let algorithm = header["alg"]?.string else { throw .algorithmMissing }
        self.algorithm = algorithm
        // A `kid` that is no text names no key, just like an absent one.
        keyID = header["kid"]?.string
    }
}
