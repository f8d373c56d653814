internal import Core
internal import Postgres

/// A row of `auth.oauth_authorizations`: a client's request for a user's consent, and then the code it got.
///
/// A request is `pending` until somebody decides, then `approved` or `denied`; an approved one whose code was redeemed
/// becomes `expired`, the only status left that takes no code. Its row stays for a while and its id is that of the
/// session that came of it, so that a code presented again ends that session.
struct OAuthAuthorization: Sendable {
    enum Status: String, Sendable {
        case pending, approved, denied
        case redeemed = "expired"
    }

    let id: String
    /// Who was shown it first; only they decide.
    let userID: String?
    let redirectURI: String
    let scopes: OAuthScopes
    let state: String
    let resource: String
    /// The PKCE challenge: base64url of the verifier's SHA-256.
    let challenge: String
    let nonce: String
    let status: Status
    let expiresAt: Timestamp
    let client: OAuthClient

    /// Reads what ``OAuthAuthorizationStatements`` selects.
    init(_ row: Row) throws(DatabaseError) {
        var reader = RowReader(row)
        id = try reader.text()
        userID = reader.optionalText()
        redirectURI = try reader.text()
        scopes = OAuthScopes(try reader.text())
        state = try reader.text()
        resource = try reader.text()
        challenge = try reader.text()
        nonce = try reader.text()
        guard let status = Status(rawValue: try reader.text()) else {
            throw .unexpectedResult("an authorization of an unknown status")
        }
        self.status = status
        expiresAt = try reader.time()
        client = try OAuthClient(row, from: 10)
    }

    /// Whether it can still be decided at all.
    func isOpen(at now: Timestamp) -> Bool { now < expiresAt }

    /// Where the client is told what became of it.
    func answer(_ pairs: [(name: String, value: String)]) -> String {
        OAuthRedirectURI.adding(pairs + (state.isEmpty ? [] : [(name: "state", value: state)]), to: redirectURI)
    }
}
