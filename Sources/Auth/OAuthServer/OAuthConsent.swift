internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// What the app's consent page asks: `GET /oauth/authorizations/{id}` and `POST /oauth/authorizations/{id}/consent`.
extension Endpoints {
    /// Shows the request to the first user who asks and to nobody else from then on. One whose scopes the user has
    /// granted before is approved at once.
    func readAuthorization(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        try requireOwnPage(request)
        let id = request.parameter("authorization_id")
        let now = clock.now()
        let code = OAuthSecret.make()
        return try await database.transaction { transaction in
            let results = try await transaction.run([
                OAuthAuthorizationStatements.lock(authorizationID: id),
                OAuthAuthorizationStatements.granted(authorizationID: id, userID: bearer.user.id),
            ])
            let authorization = try Self.pending(
                results[0], now: now, otherwise: "authorization request cannot be processed")
            if let owner = authorization.userID, owner != bearer.user.id { throw AuthError.authorizationMissing }
            if authorization.userID == nil {
                try await transaction.run(
                    OAuthAuthorizationStatements.setUser(id: authorization.id, userID: bearer.user.id))
            }
            if let granted = results[1].first, OAuthScopes(try granted.text(0)).covers(authorization.scopes) {
                try await transaction.run(
                    OAuthAuthorizationStatements.approve(
                        id: authorization.id, codeHash: OAuthSecret.hash(code), now: now))
                return Self.redirection(authorization, [(name: "code", value: code)])
            }
            return .json(
                Self.details(authorization, id: id, user: bearer.user), headers: [.cacheControl: "no-store"])
        }
    }

    func decideAuthorization(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        try requireOwnPage(request)
        let action = try await Fields(request).text("action")
        guard let action, ["approve", "deny"].contains(action) else {
            throw AuthError.invalid("action must be 'approve' or 'deny'")
        }
        let id = request.parameter("authorization_id")
        let now = clock.now()
        let code = OAuthSecret.make()
        return try await database.transaction { transaction in
            let result = try await transaction.run(OAuthAuthorizationStatements.lock(authorizationID: id))
            let authorization = try Self.pending(
                result, now: now, otherwise: "authorization request is no longer pending")
            // Nobody decides what they have not been shown.
            guard authorization.userID == bearer.user.id else { throw AuthError.authorizationMissing }
            guard action == "approve" else {
                try await transaction.run(OAuthAuthorizationStatements.deny(id: authorization.id))
                return Self.redirection(
                    authorization,
                    [
                        (name: "error", value: "access_denied"),
                        (name: "error_description", value: "User denied the request"),
                    ])
            }
            try await transaction.run([
                OAuthAuthorizationStatements.approve(
                    id: authorization.id, codeHash: OAuthSecret.hash(code), now: now),
                OAuthAuthorizationStatements.grant(
                    userID: bearer.user.id, clientID: authorization.client.id, scopes: authorization.scopes.text,
                    now: now),
            ])
            return Self.redirection(authorization, [(name: "code", value: code)])
        }
    }

    /// Pages of other origins do not ask users for their consent.
    private func requireOwnPage(_ request: GatewayRequest) throws(AuthError) {
        try requireOAuthServer()
        if let origin = request.headers[.origin], !origin.isEmpty, !redirects.allows(origin) {
            throw .invalid("unauthorized request origin")
        }
    }

    /// Throws `.authorizationMissing` for none and for one that has expired.
    private static func pending(
        _ result: ResultSet, now: Timestamp, otherwise text: String
    ) throws -> OAuthAuthorization {
        guard let row = result.first else { throw AuthError.authorizationMissing }
        let authorization = try OAuthAuthorization(row)
        guard authorization.isOpen(at: now) else { throw AuthError.authorizationMissing }
        guard authorization.status == .pending else { throw AuthError.invalid(text) }
        return authorization
    }

    private static func redirection(
        _ authorization: OAuthAuthorization, _ pairs: [(name: String, value: String)]
    ) -> Response {
        .json(["redirect_url": .string(authorization.answer(pairs))], headers: [.cacheControl: "no-store"])
    }

    private static func details(_ authorization: OAuthAuthorization, id: String, user: User) -> JSON {
        var shown: JSONObject = ["id": .string(user.id)]
        if !user.email.isEmpty { shown["email"] = .string(user.email) }
        return [
            "authorization_id": .string(id), "redirect_uri": .string(authorization.redirectURI),
            "client": authorization.client.shownJSON, "user": .object(shown),
            "scope": .string(authorization.scopes.text),
        ]
    }
}
