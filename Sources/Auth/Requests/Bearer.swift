internal import Core
internal import Gateway
internal import HTTPTypes
internal import Tokens

/// Who a bearer token belongs to, after the token itself, the user row and the session row have been checked.
struct Bearer: Sendable {
    let user: User
    /// Nil for tokens that name no session. Its level is the lower of the token's and the session's.
    let session: Session?
    let token: VerifiedToken

    /// Whether the token names an audience, and the one that the request asks for if it asks. The header decides nothing
    /// else: accounts are looked up and made for the configured audience alone.
    func isForAudience(of request: GatewayRequest) -> Bool {
        guard let audience = token.audience else { return false }
        let asked = request.headers[.requestedAudience] ?? ""
        return asked.isEmpty || asked == audience
    }
}

/// Proof that an admin asks: only ``Endpoints/admin(_:)`` makes one.
struct AdminBearer: Sendable {}

extension VerifiedToken {
    /// Whether it was signed after a second factor was shown.
    var isRaised: Bool { ["aal2", "aal3"].contains(claims["aal"]?.string) }

    /// The claim `aud`: a text, or the first of a list (RFC 7519, section 4.1.3).
    var audience: String? { audienceClaim.flatMap { $0.string ?? $0.array?.first?.string } }
}
