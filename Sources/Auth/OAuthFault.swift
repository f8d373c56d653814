internal import HTTPTypes

/// An error in the shape of OAuth 2.0 (RFC 6749, section 5.2): `{"error", "error_description"}`.
struct OAuthFault: Sendable {
    /// `invalid_request`, `invalid_grant`, …
    let error: String
    let description: String
    var status = HTTPResponse.Status.badRequest
}
