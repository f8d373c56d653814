internal import Core
internal import Cryptography

/// What a token says about its own signature (RFC 7515, section 4.1).
struct TokenHeader {
    let algorithm: String
    let keyID: String?

    init(base64URL text: Span<UInt8>) throws(TokenError) {
        guard let bytes = Base64URL.decode(text) else { throw .undecodable(.header) }
        if let plain = try TokenHeader(scanning: bytes) {
            self = plain
            return
        }
        let limits = JSONLimits(bytesMax: TokenLimits.token.bytes, depthMax: TokenLimits.claimsDepthMax)
        // Where the JSON goes wrong does not matter to anybody: the token is refused.
        guard let header = (try? JSON(parsing: bytes, limits: limits))?.object else { throw .notAnObject(.header) }
        guard header["crit"] == nil else { throw .criticalExtensions }
        guard let algorithm = header["alg"]?.string else { throw .algorithmMissing }
        self.algorithm = algorithm
        // A `kid` that is no text names no key, just like an absent one.
        keyID = header["kid"]?.string
    }

    /// Nil when a scan cannot decide and the parser must.
    private init?(scanning bytes: [UInt8]) throws(TokenError) {
        var algorithm: Range<Int>?
        var keyID: Range<Int>?
        var isPlain = true
        var scanner = ClaimScanner(bytes, depthMax: TokenLimits.claimsDepthMax)
        let isObject = scanner.scan { name, value in
            // `typ` and `cty` mean nothing here; every other name of more letters may be `crit`.
            guard name.count == 3 else {
                isPlain = false
                return
            }
            let isText: Bool
            if case .text = value.kind { isText = true } else { isText = false }
            switch (name[0], name[1], name[2]) {
            case (UInt8(ascii: "a"), UInt8(ascii: "l"), UInt8(ascii: "g")):
                if algorithm != nil || !isText { isPlain = false }
                algorithm = value.range
            case (UInt8(ascii: "k"), UInt8(ascii: "i"), UInt8(ascii: "d")):
                if keyID != nil || !isText { isPlain = false }
                keyID = value.range
            default: break
            }
        }
        guard isObject, isPlain, let algorithm,
            let name = String(validating: bytes[algorithm], as: UTF8.self),
            let rest = String(validating: bytes, as: UTF8.self), !rest.isEmpty
        else { return nil }
        self.algorithm = name
        self.keyID = keyID.map { String(decoding: bytes[$0], as: UTF8.self) }
    }
}
