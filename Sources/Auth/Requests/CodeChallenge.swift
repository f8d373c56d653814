/// A PKCE code challenge as a request brings it (RFC 7636).
struct CodeChallenge: Sendable, Hashable {
    enum Method: String, Sendable { case s256, plain }

    let method: Method
    let challenge: String

    /// Nil when the request carries none. Throws `.invalid` for half a challenge, an unknown method and wrong characters.
    static func read(_ fields: Fields) throws(AuthError) -> CodeChallenge? {
        let method = try fields.filledText("code_challenge_method")
        let challenge = try fields.filledText("code_challenge")
        guard method != nil || challenge != nil else { return nil }
        guard let method, let challenge else {
            throw .invalid("PKCE flow requires code_challenge_method and code_challenge")
        }
        guard let known = Method(rawValue: method.lowercased()) else {
            throw .invalid("code challenge method is not supported: use s256 or plain")
        }
        let length = AuthLimits.codeChallengeCharacters
        guard length.contains(challenge.utf8.count) else {
            throw .invalid(
                "code challenge has to be between \(length.lowerBound) and \(length.upperBound) characters")
        }
        guard isWellFormed(challenge) else {
            throw .invalid(
                "code challenge can only contain alphanumeric characters, hyphens, periods, underscores and tildes")
        }
        return CodeChallenge(method: known, challenge: challenge)
    }

    /// Whether it has only the characters of RFC 7636, section 4.2.
    static func isWellFormed(_ challenge: String) -> Bool { challenge.utf8.allSatisfy(isUnreserved) }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || "-._~".utf8.contains(byte)
    }
}
