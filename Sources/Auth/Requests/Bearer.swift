internal import Core
internal import Gateway
internal import Tokens

/// Who a bearer token belongs to, after the token itself, the user row and the session row have been checked.
struct Bearer: Sendable {
    let user: User
    /// Nil for tokens that name no session.
    let session: Session?
    let token: VerifiedToken
}

/// Proof that an admin asks: only ``Endpoints/admin(_:)`` makes one.
struct AdminBearer: Sendable {}

extension VerifiedToken {
    /// The claim `aud`: a text, or the first of a list (RFC 7519, section 4.1.3).
    var audience: String? { audienceClaim.flatMap { $0.string ?? $0.array?.first?.string } }
}
