internal import Core
internal import Cryptography

extension VerifiedToken {
    /// Reads claims whose signature has been verified.
    init(payload: [UInt8], algorithm: SignatureAlgorithm, keyID: String?) throws(TokenError) {
        let limits = JSONLimits(bytesMax: TokenLimits.token.bytes, depthMax: TokenLimits.claimsDepthMax)
        // Where the JSON goes wrong does not matter to anybody: the token is refused.
        guard let claims = (try? JSON(parsing: payload, limits: limits))?.object else { throw .notAnObject(.claims) }
        self.algorithm = algorithm
        self.keyID = keyID
        self.claims = claims
        claimsText = String(decoding: payload, as: UTF8.self)
        // One pass: looking six names up one by one costs more than the signature.
        var texts = (role: String?.none, subject: String?.none, sessionID: String?.none)
        var times = (expiresAt: Timestamp?.none, notBefore: Timestamp?.none, issuedAt: Timestamp?.none)
        for (name, claim) in claims.members {
            switch name {
            case "role": texts.role = try VerifiedToken.text(claim, name)
            case "sub": texts.subject = try VerifiedToken.text(claim, name)
            case "session_id": texts.sessionID = try VerifiedToken.text(claim, name)
            case "exp": times.expiresAt = try VerifiedToken.time(claim, name)
            case "nbf": times.notBefore = try VerifiedToken.time(claim, name)
            case "iat": times.issuedAt = try VerifiedToken.time(claim, name)
            default: break
            }
        }
        (role, subject, sessionID) = texts
        (expiresAt, notBefore, issuedAt) = times
    }

    private static func text(_ claim: JSON, _ name: String) throws(TokenError) -> String? {
        if case .null = claim { return nil }
        guard let text = claim.string else { throw .claimNotText(name) }
        return text
    }

    /// A NumericDate (RFC 7519, section 2): seconds, perhaps with a fraction. A time as text, or null, is an error and
    /// not an absent claim, or a token could live for ever by a slip of its maker.
    private static func time(_ claim: JSON, _ name: String) throws(TokenError) -> Timestamp {
        guard case .number(let text) = claim else { throw .claimNotNumeric(name) }
        guard let seconds = Double(text), seconds.isFinite, abs(seconds) <= TokenLimits.secondsMax else {
            throw .claimOutOfRange(name)
        }
        return Timestamp(microseconds: Int64((seconds * 1_000_000).rounded()))
    }
}
