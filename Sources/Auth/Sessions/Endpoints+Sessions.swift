internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres
internal import Tokens

extension Endpoints {
    /// The session as clients read it (contract, section 3), with a new access token.
    func answer(_ grant: Grant, weakness: WeakPassword? = nil, now: Timestamp) throws -> Response {
        let claims = AccessToken.claims(
            user: grant.user, session: grant.session, configuration: configuration, now: now)
        var body: JSONObject = [
            "access_token": .string(try issuer.sign(claims: claims)), "token_type": "bearer",
            "expires_in": .int(AccessToken.lifetimeSeconds(configuration)),
            "expires_at": .int(AccessToken.expiry(configuration: configuration, now: now)),
            "refresh_token": .string(grant.refreshToken), "user": grant.user.json,
        ]
        if let weakness { body["weak_password"] = weakness.json }
        return .json(
            .object(body),
            headers: [
                .userID: grant.user.id, .sessionID: grant.session.id,
                // Tokens must not stay in any cache (RFC 6749, section 5.1).
                .cacheControl: "no-store",
            ])
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
