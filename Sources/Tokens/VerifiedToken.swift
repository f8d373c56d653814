public import Core
public import Cryptography

/// A token whose signature and times have been checked. Only ``TokenVerifier`` makes one.
public struct VerifiedToken: Sendable {
    /// The algorithm of the signature.
    public let algorithm: SignatureAlgorithm
    /// The header's `kid`.
    public let keyID: String?
    /// The claims, in the token's order.
    public let claims: JSONObject
    /// The exact JSON text that was signed: what `request.jwt.claims` is set to.
    public let claimsText: String
    /// The claim `role`: the database role.
    public let role: String?
    /// The claim `sub`: the user's id for access tokens.
    public let subject: String?
    /// The claim `session_id` of access tokens; API keys have none.
    public let sessionID: String?
    /// The claim `exp`; nil for tokens without end.
    public let expiresAt: Timestamp?
    /// The claim `nbf`.
    public let notBefore: Timestamp?
    /// The claim `iat`.
    public let issuedAt: Timestamp?

    /// Who a request with this token acts as; `defaultRole` stands in for a missing `role`.
    public func caller(defaultRole: String = "anon") -> Caller {
        Caller(role: role ?? defaultRole, subject: subject, claimsText: claimsText)
    }

    /// Throws `.expired` from the second of `exp` on and `.notYetValid` before `nbf`.
    func checkTimes(at now: Timestamp) throws(TokenError) {
        if let expiresAt, now >= expiresAt { throw .expired(at: expiresAt) }
        if let notBefore, now < notBefore { throw .notYetValid(before: notBefore) }
    }
}
