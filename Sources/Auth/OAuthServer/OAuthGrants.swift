internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `GET` and `DELETE /user/oauth/grants`: what a user has allowed to whom, and taking it back.
extension Endpoints {
    func listGrants(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        try requireOAuthServer()
        let result = try await database.run(OAuthAuthorizationStatements.grants(userID: bearer.user.id))
        let grants = try result.rows.map { row -> JSON in
            var reader = RowReader(row)
            let scopes = OAuthScopes(try reader.text())
            let grantedAt = try reader.time()
            return [
                "client": try OAuthClient(row, from: 2).shownJSON,
                "scopes": .array(scopes.names.map { .string($0) }), "granted_at": .string(grantedAt.rfc3339()),
            ]
        }
        return .json(.array(grants))
    }

    func revokeGrant(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        try requireOAuthServer()
        guard let asked = request.query["client_id"], !asked.isEmpty else {
            throw AuthError.invalid("client_id query parameter is required")
        }
        guard let clientID = UUIDText.canonical(asked) else { throw AuthError.invalid("invalid client_id format") }
        let now = clock.now()
        let userID = bearer.user.id
        let revocation = OAuthAuthorizationStatements.revoke(userID: userID, clientID: clientID, now: now)
        let entry = audit(
            .tokenRevoked, by: AuditEntry.Actor(bearer.user),
            traits: ["oauth_client_id": .string(clientID), "action": "revoke_oauth_grant"], request, now: now)
        try await database.transaction { transaction in
            guard try await transaction.run(revocation).first?.isEmpty == false else { throw AuthError.consentMissing }
            if !entry.isEmpty { try await transaction.run(entry) }
        }
        return .empty(.noContent)
    }
}
