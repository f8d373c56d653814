public import Core
internal import Cryptography

/// Verifies JSON Web Tokens (RFC 7519 over RFC 7515's compact form) by the rules that all services share: three strict
/// base64url segments, the algorithm bound to the key, `exp` and `nbf` checked to the second. A missing `exp` is
/// accepted, because API keys may have none; `iss` and `aud` are for the services to judge.
public struct TokenVerifier: Sendable {
    /// The keys that tokens are checked with.
    public let keys: TokenKeySet
    private let claimRules: ClaimRules

    public init(keys: TokenKeySet, claims claimRules: ClaimRules = .own) {
        self.keys = keys
        self.claimRules = claimRules
    }

    /// The token's content if a configured key signed it and it is valid at `now`. Throws the first reason against it.
    public func verify(_ token: String, now: Timestamp) throws(TokenError) -> VerifiedToken {
        let count = token.utf8.count
        guard count <= TokenLimits.token.bytes else {
            throw .tooLarge(bytes: count, bytesMax: TokenLimits.token.bytes)
        }
        let bytes = Array(token.utf8)
        do throws(TokenError) {
            return try verify(bytes, now: now)
        } catch {
            // Whatever else is wrong with it, a text of more segments is no token.
            let segments = TokenSegments.count(bytes)
            throw segments == 3 ? error : .segmentCount(segments)
        }
    }

    private func verify(_ bytes: [UInt8], now: Timestamp) throws(TokenError) -> VerifiedToken {
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
        let verified = try VerifiedToken(
            payload: payload, algorithm: key.algorithm, keyID: header.keyID, rules: claimRules)
        try verified.checkTimes(at: now)
        return verified
    }
}

/// Where the two dots of a compact token are.
private struct TokenSegments {
    private let first: Int
    private let second: Int
    private let count: Int

    /// Looks for the first dot from the left and the last from the right: what lies between them has no third one if it
    /// is base64url, which is seen when it is decoded. Throws `.segmentCount` for fewer than two.
    init(_ bytes: [UInt8]) throws(TokenError) {
        let text = bytes.span
        var first = 0
        while first < text.count, text[first] != UInt8(ascii: ".") { first &+= 1 }
        var second = text.count &- 1
        while second > first, text[second] != UInt8(ascii: ".") { second &-= 1 }
        guard first < second else { throw .segmentCount(TokenSegments.count(bytes)) }
        self.first = first
        self.second = second
        count = bytes.count
    }

    /// How many segments there are; 0 for no text at all.
    static func count(_ bytes: [UInt8]) -> Int {
        bytes.isEmpty ? 0 : 1 + bytes.count { $0 == UInt8(ascii: ".") }
    }

    var header: Range<Int> { 0..<first }
    var claims: Range<Int> { first + 1..<second }
    var signature: Range<Int> { second + 1..<count }
    /// What the signature is over: header and claims as they were sent.
    var signed: Range<Int> { 0..<second }
}
