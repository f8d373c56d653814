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
        role = try VerifiedToken.text("role", in: claims)
        subject = try VerifiedToken.text("sub", in: claims)
        sessionID = try VerifiedToken.text("session_id", in: claims)
        expiresAt = try VerifiedToken.time("exp", in: claims)
        notBefore = try VerifiedToken.time("nbf", in: claims)
        issuedAt = try VerifiedToken.time("iat", in: claims)
    }

    private static func text(_ name: String, in claims: JSONObject) throws(TokenError) -> String? {
        guard let claim = claims[name], !claim.isNull else { return nil }
        guard let text = claim.string else { throw .claimNotText(name) }
        return text
    }

    /// A NumericDate (RFC 7519, section 2): seconds, perhaps with a fraction. A time as text, or null, is an error and
    /// not an absent claim, or a token could live for ever by a slip of its maker.
    private static func time(_ name: String, in claims: JSONObject) throws(TokenError) -> Timestamp? {
        guard let claim = claims[name] else { return nil }
        guard let seconds = claim.double else { throw .claimNotNumeric(name) }
        guard seconds.isFinite, abs(seconds) <= TokenLimits.secondsMax else { throw .claimOutOfRange(name) }
        return Timestamp(microseconds: Int64((seconds * 1_000_000).rounded()))
    }
}
