internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres
internal import Tokens

/// `POST /oauth/revoke` (RFC 7009): a client gives a token back. With it goes its session, and with that every other
/// token of the same grant.
extension Endpoints {
    func revokeToken(_ request: GatewayRequest) async throws -> Response {
        try requireOAuthServer()
        let parameters = try await OAuthParameters(request)
        let client = try await authenticatedClient(request, parameters)
        let token = try parameters.required("token")
        // A token that is unknown or somebody else's needs no answer of its own (section 2.2).
        if let statement = try await ending(of: token, client) { try await database.run(statement) }
        return .empty(.ok, headers: [.cacheControl: "no-store"])
    }

    /// `token_type_hint` is not needed: the kinds cannot be mistaken for each other.
    private func ending(of token: String, _ client: OAuthClient) async throws -> SQL? {
        if token.contains(".") {
            // A token that does not verify is no token of ours.
            guard let verified = try? tokens.verify(token, with: verifier, now: clock.now()),
                let sessionID = verified.sessionID.flatMap(UUIDText.canonical)
            else { return nil }
            return OAuthAuthorizationStatements.endSession(id: sessionID, clientID: client.id)
        }
        guard RefreshTokens.isPlausible(token) else { return nil }
        guard let counted = CountedRefreshToken(token) else {
            return OAuthAuthorizationStatements.endSession(refreshToken: token, clientID: client.id)
        }
        let row = try await database.run(RefreshTokenStatements.find(sessionID: counted.sessionID)).first
        guard let session = try row.map({ row in try Session(row) }),
            let key = session.counterKey.flatMap({ Base64URL.decode($0.reveal()) }), counted.isSigned(with: key)
        else { return nil }
        return OAuthAuthorizationStatements.endSession(id: session.id, clientID: client.id)
    }
}
