internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres
internal import Tokens

extension Endpoints {
    /// A sign-in to be stored, with refresh tokens of the configured version.
    func opening(
        userID: String, method: String, passwordHash: String? = nil, _ request: GatewayRequest, now: Timestamp
    ) -> SessionOpening {
        SessionOpening(
            userID: userID, method: method, passwordHash: passwordHash,
            isCounted: configuration.refreshTokenVersion == 2,
            request: request, now: now)
    }

    /// The session as clients read it (contract, section 3), with a new access token.
    ///
    /// - Parameter method: what the custom access token hook is told; `token_refresh` on refresh.
    func answer(
        _ grant: Grant, method: String, weakness: WeakPassword? = nil, extra: JSONObject = [:], now: Timestamp
    ) async throws -> Response {
        let token = try await accessToken(for: grant, method: method, now: now)
        var body = grant.session(token)
        for (key, value) in extra.members { body[key] = value }
        if let weakness { body["weak_password"] = weakness.json }
        return .json(
            .object(body),
            headers: [
                .userID: grant.user.id, .sessionID: grant.session.id,
                // Tokens must not stay in any cache (RFC 6749, section 5.1).
                .cacheControl: "no-store",
            ])
    }

    /// Signs the access token of a session. Every access token of a user is made here, so that what must see all of
    /// them sees all of them.
    func accessToken(for grant: Grant, method: String, now: Timestamp) async throws -> IssuedToken {
        let claims = try await customized(
            AccessToken.claims(user: grant.user, session: grant.session, configuration: configuration, now: now),
            for: grant, method: method, now: now)
        let expiry = AccessToken.expiry(
            user: grant.user, session: grant.session, configuration: configuration, now: now)
        return IssuedToken(text: try signed(claims), lifetime: expiry - now.seconds, expiry: expiry)
    }

    /// A token that verifiers take. Metadata that is too much for one, in a restored database or of a hook, is left out:
    /// the app can read it at `GET /user`, while without a token nobody could even make it less. What admins wrote
    /// stays, since rules about who may do what rest on it.
    private func signed(_ claims: JSONObject) throws(TokenError) -> String {
        do throws(TokenError) {
            if JSON.object(claims).depth <= TokenLimits.claimsDepthMax { return try issuer.sign(claims: claims) }
        } catch {
            guard case .tooLarge = error else { throw error }
        }
        observer.observe(.warning("an access token was signed without user_metadata, which is too much for a token"))
        var lean = claims
        lean["user_metadata"] = [:]
        return try issuer.sign(claims: lean)
    }

    /// Names what was being done in the database's refusals; others pass as they are.
    func during<Answer: Sendable>(_ step: AuthError.Step, _ body: () async throws -> Answer) async throws -> Answer {
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw AuthError.database(error, during: step)
        }
    }
}
