public import Core
public import Cryptography

/// A token whose signature and times have been checked. Only ``TokenVerifier`` makes one.
public struct VerifiedToken: Sendable {
    /// The algorithm of the signature.
    public let algorithm: SignatureAlgorithm
    /// The header's `kid`.
    public let keyID: String?
    /// The exact JSON text that was signed: what `request.jwt.claims` is set to.
    public let claimsText: String
    /// The claim `role`: the database role.
    public var role: String? { registered.role }
    /// The claim `sub`: the user's id for access tokens.
    public var subject: String? { registered.subject }
    /// The claim `session_id` of access tokens; API keys have none.
    public var sessionID: String? { registered.sessionID }
    /// The claim `aud` as it is: a text, or a list of them (RFC 7519, section 4.1.3).
    public var audienceClaim: JSON? { registered.audience }
    /// The claim `exp`; nil for tokens without end.
    public var expiresAt: Timestamp? { registered.expiresAt }
    /// The claim `nbf`.
    public var notBefore: Timestamp? { registered.notBefore }
    /// The claim `iat`.
    public var issuedAt: Timestamp? { registered.issuedAt }
    private let registered: RegisteredClaims

    /// Reads claims whose signature has been verified.
    init(
        payload: [UInt8], algorithm: SignatureAlgorithm, keyID: String?, rules: ClaimRules
    ) throws(TokenError) {
        self.algorithm = algorithm
        self.keyID = keyID
        guard let text = String(validating: payload, as: UTF8.self) else { throw .notAnObject(.claims) }
        claimsText = text
        if let scanned = try RegisteredClaims(scanning: payload, rules: rules) {
            registered = scanned
        } else {
            guard let claims = VerifiedToken.parse(payload) else { throw .notAnObject(.claims) }
            registered = try RegisteredClaims(claims, rules: rules)
        }
    }

    /// All claims, in the token's order. Parsed at every call: whoever needs several keeps them.
    public var claims: JSONObject { VerifiedToken.parse(Array(claimsText.utf8)) ?? [:] }

    /// Where the JSON goes wrong does not matter to anybody: the token is refused.
    private static func parse(_ payload: [UInt8]) -> JSONObject? {
        let limits = JSONLimits(bytesMax: TokenLimits.token.bytes, depthMax: TokenLimits.claimsDepthMax)
        return (try? JSON(parsing: payload, limits: limits))?.object
    }

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
