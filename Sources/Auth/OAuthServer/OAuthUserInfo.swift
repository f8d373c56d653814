internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Tokens

/// What a client learns about a user, by the scopes of its session: `GET /oauth/userinfo` and ID tokens (OpenID Connect
/// Core 1.0, sections 5.3 and 2).
extension Endpoints {
    /// A session of the user's own has no scopes, so it shows the subject alone.
    func userInfo(_ request: GatewayRequest, by bearer: Bearer) throws -> Response {
        let user = bearer.user
        let scopes = OAuthScopes(bearer.session?.scopes ?? "")
        var claims: JSONObject = ["sub": .string(user.id)]
        claims.merge(removingNulls: user.claims(scopes))
        if scopes.contains(.profile) { claims["user_metadata"] = JSON.object(user.userMetadata).sorted }
        if scopes.contains(.phone) {
            if !user.phone.isEmpty { claims["phone"] = .string(user.phone) }
            if user.phoneConfirmedAt != nil { claims["phone_verified"] = true }
        }
        return .json(.object(claims), headers: [.cacheControl: "no-store"])
    }

    /// Nil without the scope `openid`, and where tokens are signed with a secret that clients cannot have.
    func idToken(
        for grant: Grant, _ authorization: OAuthAuthorization, authenticatedAt: Timestamp, now: Timestamp
    ) throws -> String? {
        guard authorization.scopes.contains(.openid), let signer = verifier.keys.signer,
            !signer.algorithm.isSymmetric
        else { return nil }
        var claims: JSONObject = [
            "iss": .string(configuration.issuer ?? configuration.redirects.serviceURL),
            "sub": .string(grant.user.id), "aud": [.string(authorization.client.id)],
            "exp": .int(now.seconds + OAuthServerLimits.idTokenLifetimeSeconds), "iat": .int(now.seconds),
            "auth_time": .int(authenticatedAt.seconds),
        ]
        if !authorization.nonce.isEmpty { claims["nonce"] = .string(authorization.nonce) }
        claims.merge(removingNulls: grant.user.claims(authorization.scopes))
        claims["client_id"] = .string(authorization.client.id)
        return try issuer.sign(claims: claims)
    }
}

extension User {
    /// The standard claims that scopes ask for (OpenID Connect Core 1.0, section 5.4), as far as there is something to
    /// say.
    fileprivate func claims(_ scopes: OAuthScopes) -> JSONObject {
        var claims: JSONObject = [:]
        if scopes.contains(.email), !email.isEmpty {
            claims["email"] = .string(email)
            claims["email_verified"] = .bool(isEmailConfirmed)
        }
        if scopes.contains(.phone), !phone.isEmpty {
            claims["phone_number"] = .string(phone)
            claims["phone_number_verified"] = .bool(phoneConfirmedAt != nil)
        }
        if scopes.contains(.profile) {
            let name = metadataText("name") ?? (email.isEmpty ? nil : email)
            if let name { claims["name"] = .string(name) }
            if let picture = metadataText("picture") ?? metadataText("avatar_url") {
                claims["picture"] = .string(picture)
            }
            if let handle = metadataText("preferred_username") ?? metadataText("username") {
                claims["preferred_username"] = .string(handle)
            }
            claims["updated_at"] = .int(updatedAt.seconds)
        }
        return claims
    }

    private func metadataText(_ key: String) -> String? {
        // An ID token has no more room than other tokens.
        guard let text = userMetadata[key]?.string, !text.isEmpty, text.utf8.count <= ExternalLimits.claimBytesMax
        else { return nil }
        return text
    }
}
