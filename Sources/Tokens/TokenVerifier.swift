public import Core
internal import Cryptography

/// Verifies JSON Web Tokens (RFC 7519 over RFC 7515's compact form) by the rules that all services share: three strict
/// base64url segments, the algorithm bound to the key, `exp` and `nbf` checked to the second. A missing `exp` is
/// accepted, because API keys may have none; `iss` and `aud` are for the services to judge.
public struct TokenVerifier: Sendable {
    /// The keys that tokens are checked with.
    public let keys: TokenKeySet

    public init(keys: TokenKeySet) { self.keys = keys }

    /// The token's content if a configured key signed it and it is valid at `now`. Throws the first reason against it.
    public func verify(_ token: String, now: Timestamp) throws(TokenError) -> VerifiedToken {
        let count = token.utf8.count
        guard count <= TokenLimits.token.bytes else {
            throw .tooLarge(bytes: count, bytesMax: TokenLimits.token.bytes)
        }
        let bytes = Array(token.utf8)
        let text = bytes.span
        let segments = try TokenSegments(bytes)
        let header = try TokenHeader(base64URL: text.extracting(segments.header))
        let candidates = try keys.candidates(algorithm: header.algorithm, keyID: header.keyID)
        guard let signature = Base64URL.decode(text.extracting(segments.signature)) else {
            throw .undecodable(.signature)
        }
        guard let key = candidates.first(where: { $0.isValid(signature, for: text.extracting(segments.signed)) }) else {
            throw .signatureInvalid
        }
        // Claims are looked at only now: nothing a stranger wrote reaches the JSON parser but a short header.
        guard let payload = Base64URL.decode(text.extracting(segments.claims)) else { throw .undecodable(.claims) }
        let verified = try VerifiedToken(payload: payload, algorithm: key.algorithm, keyID: header.keyID)
        try verified.checkTimes(at: now)
        return verified
    }
}

/// Where the two dots of a compact token are.
private struct TokenSegments {
    private let first: Int
    private let second: Int
    private let count: Int

    init(_ bytes: [UInt8]) throws(TokenError) {
        var first = -1
        var second = -1
        var segments = 1
        let text = bytes.span
        for index in text.indices where text[index] == UInt8(ascii: ".") {
            if first < 0 { first = index } else if second < 0 { second = index }
            segments += 1
        }
        guard segments == 3 else { throw .segmentCount(bytes.isEmpty ? 0 : segments) }
        self.first = first
        self.second = second
        count = bytes.count
    }

    var header: Range<Int> { 0..<first }
    var claims: Range<Int> { first + 1..<second }
    var signature: Range<Int> { second + 1..<count }
    /// What the signature is over: header and claims as they were sent.
    var signed: Range<Int> { 0..<second }
}
