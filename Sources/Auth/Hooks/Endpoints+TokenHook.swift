internal import Core
internal import Postgres

/// The hook that may change what an access token says.
extension Endpoints {
    /// What a token cannot be used without: the other services and the clients read these.
    private static let requiredClaims = [
        "aud", "exp", "iat", "sub", "email", "phone", "role", "aal", "session_id", "is_anonymous",
    ]

    /// The claims as the hook wants them; unchanged when it is off. Throws its refusal; a session that was made for
    /// this very token then goes with it, since nobody was given a way to use it.
    func customized(_ claims: JSONObject, for grant: Grant, method: String, now: Timestamp) async throws -> JSONObject {
        guard hooks.isEnabled(.customAccessToken) else { return claims }
        do throws(AuthError) {
            return try await askedClaims(claims, for: grant, method: method)
        } catch {
            if grant.session.createdAt >= now {
                _ = try await during(.signingOut) {
                    try await database.run(SessionStatements.delete(id: grant.session.id))
                }
            }
            throw error
        }
    }

    private func askedClaims(
        _ claims: JSONObject, for grant: Grant, method: String
    ) async throws(AuthError) -> JSONObject {
        let answer = try await hooks.call(
            .customAccessToken,
            [
                "user_id": .string(grant.user.id), "claims": .object(claims), "authentication_method": .string(method),
            ], address: RequestContext.address)
        guard var changed = answer?["claims"]?.object else {
            throw hooks.refused(.claimsMissing, by: .customAccessToken)
        }
        let missing = Endpoints.requiredClaims.filter { !Endpoints.isUsable(changed[$0], as: $0) }
        guard missing.isEmpty else { throw hooks.refused(.claimsIncomplete(missing), by: .customAccessToken) }
        // What is a client's stays one: the other services refuse clients by this claim.
        if let client = claims["client_id"] { changed["client_id"] = client }
        return changed
    }

    private static func isUsable(_ value: JSON?, as claim: String) -> Bool {
        guard let value else { return false }
        return switch claim {
        case "exp", "iat": value.int != nil
        case "is_anonymous": value.bool != nil
        case "aud": value.string != nil || value.array != nil
        default: value.string != nil
        }
    }
}
