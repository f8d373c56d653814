internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `POST /oauth/token` (OAuth 2.1, section 3.2).
extension Endpoints {
    func oauthToken(_ request: GatewayRequest) async throws -> Response {
        try requireOAuthServer()
        let parameters = try await OAuthParameters(request)
        let name = try parameters.required("grant_type")
        let client = try await authenticatedClient(request, parameters)
        guard let grant = OAuthClient.GrantType(rawValue: name) else {
            throw AuthError.oauthFault("unsupported_grant_type", "Unsupported grant type: \(name)")
        }
        guard client.mayUse(grant) else {
            throw AuthError.oauthFault("unauthorized_client", "Client is not allowed to use grant type: \(name)")
        }
        return switch grant {
        case .authorizationCode: try await codeGrant(request, parameters, client)
        case .refreshToken: try await clientRefresh(request, parameters, client)
        }
    }

    private func clientRefresh(
        _ request: GatewayRequest, _ parameters: OAuthParameters, _ client: OAuthClient
    ) async throws -> Response {
        let token = try parameters.required("refresh_token")
        guard RefreshTokens.isPlausible(token) else { throw AuthError.refreshTokenMalformed.forTokenEndpoint }
        let now = clock.now()
        let grant: Grant
        do {
            grant = try await refreshed(token, clientID: client.id, request, now: now)
        } catch let error as AuthError {
            throw error.forTokenEndpoint
        }
        return try await tokenAnswer(grant, client, method: "token_refresh", idToken: nil, now: now)
    }

    // MARK: Codes

    private func codeGrant(
        _ request: GatewayRequest, _ parameters: OAuthParameters, _ client: OAuthClient
    ) async throws -> Response {
        let hash = OAuthSecret.hash(try parameters.required("code"))
        let now = clock.now()
        let outcome = try await during(.issuingSession) {
            try await database.transaction { transaction in
                let results = try await transaction.run([
                    OAuthAuthorizationStatements.lock(codeHash: hash),
                    OAuthAuthorizationStatements.findUser(codeHash: hash),
                ])
                guard let row = results[0].first else {
                    return CodeOutcome.refused(.invalidGrant("Invalid authorization code"))
                }
                let authorization = try OAuthAuthorization(row)
                switch CodeDecision.decide(authorization, client: client, parameters, now: now) {
                case .refuse(let error): return .refused(error)
                case .replay:
                    // Two have the code; nobody knows which of them is the thief (OAuth 2.1, section 4.1.3).
                    try await transaction.run(
                        OAuthAuthorizationStatements.endSession(id: authorization.id, clientID: client.id))
                    return .replayed
                case .redeem:
                    return try await redeem(
                        authorization, of: try results[1].first.map { row in try User(row) }, request, now: now,
                        in: transaction)
                }
            }
        }
        switch outcome {
        case .refused(let error): throw error
        case .replayed:
            observer.observe(.warning("an authorization code was presented again; the session it gave has been ended"))
            throw AuthError.invalidGrant("Invalid authorization code")
        case .granted(let grant, let authorization, let authenticatedAt):
            return try await tokenAnswer(
                grant, client, method: OAuthToken.method,
                idToken: try idToken(for: grant, authorization, authenticatedAt: authenticatedAt, now: now), now: now)
        }
    }

    private func redeem(
        _ authorization: OAuthAuthorization, of user: User?, _ request: GatewayRequest, now: Timestamp,
        in transaction: Transaction
    ) async throws -> CodeOutcome {
        guard let user else { return .refused(.invalidGrant("User not found for authorization code")) }
        guard !user.isBanned(at: now) else { return .refused(.invalidGrant("User is banned")) }
        let opening = SessionOpening(
            id: authorization.id, userID: user.id, method: OAuthToken.method,
            isCounted: configuration.refreshTokenVersion == 2,
            oauthClientID: authorization.client.id, scopes: authorization.scopes.text, request: request, now: now)
        let entry = audit(
            .login, by: AuditEntry.Actor(user),
            traits: [
                "provider_type": "oauth_provider_authorization_code", "client_id": .string(authorization.client.id),
            ], request, now: now)
        let results = try await transaction.run(
            [OAuthAuthorizationStatements.redeem(id: authorization.id)] + entry + opening.statements)
        guard let grant = try opening.opened(results) else {
            return .refused(.invalidGrant("User not found for authorization code"))
        }
        return .granted(grant, authorization, authenticatedAt: user.lastSignInAt ?? now)
    }

    /// The answer in the words of RFC 6749, section 5.1: tokens, and nothing about the user.
    private func tokenAnswer(
        _ grant: Grant, _ client: OAuthClient, method: String, idToken: String?, now: Timestamp
    ) async throws -> Response {
        let token = try await accessToken(for: grant, method: method, now: now)
        var body: JSONObject = [
            "access_token": .string(token.text), "token_type": "bearer", "expires_in": .int(token.lifetime),
        ]
        if client.mayUse(.refreshToken) { body["refresh_token"] = .string(grant.refreshToken) }
        if let idToken { body["id_token"] = .string(idToken) }
        if let scopes = grant.session.scopes { body["scope"] = .string(scopes) }
        return .json(
            .object(body),
            headers: [.cacheControl: "no-store", .userID: grant.user.id, .sessionID: grant.session.id])
    }
}

/// What sessions of clients say about how they began.
enum OAuthToken {
    static let method = "oauth_provider/authorization_code"
}

/// A refusal is a value, not a throw: what a replay ended is committed all the same.
private enum CodeOutcome: Sendable {
    case granted(Grant, OAuthAuthorization, authenticatedAt: Timestamp)
    case replayed
    case refused(AuthError)
}

/// What becomes of an authorization code that a client presents, itself authenticated.
enum CodeDecision: Sendable {
    case redeem
    /// It was redeemed before.
    case replay
    case refuse(AuthError)

    static func decide(
        _ authorization: OAuthAuthorization, client: OAuthClient, _ parameters: OAuthParameters, now: Timestamp
    ) -> CodeDecision {
        guard authorization.client.id == client.id else {
            return .refuse(.invalidGrant("Authorization code was not issued for this client"))
        }
        switch authorization.status {
        case .redeemed: return .replay
        case .pending, .denied: return .refuse(.invalidGrant("Invalid authorization code"))
        case .approved: break
        }
        guard authorization.isOpen(at: now) else {
            return .refuse(.invalidGrant("Authorization code has expired"))
        }
        if let resource = parameters["resource"], resource != authorization.resource {
            return .refuse(
                .invalidGrant("Authorization code resource does not match the resource parameter"))
        }
        if let uri = parameters["redirect_uri"], uri != authorization.redirectURI {
            return .refuse(.invalidGrant("Invalid redirect_uri"))
        }
        guard let verifier = parameters["code_verifier"] else {
            return .refuse(.invalidGrant("PKCE verification failed: code_verifier is required"))
        }
        guard !authorization.challenge.isEmpty,
            constantTimeEqual(OAuthSecret.hash(verifier), authorization.challenge)
        else {
            return .refuse(
                .invalidGrant("PKCE verification failed: code challenge does not match previously saved code verifier"))
        }
        return .redeem
    }
}
