internal import Core

/// What an access token says (contract, section 4): always as the database has it now.
enum AccessToken {
    /// The claims in GoTrue's order.
    static func claims(
        user: User, session: Session, configuration: AuthConfiguration, now: Timestamp
    ) -> JSONObject {
        var claims: JSONObject = [:]
        if let issuer = configuration.issuer { claims["iss"] = .string(issuer) }
        claims["sub"] = .string(user.id)
        claims["aud"] = .string(user.audience)
        claims["exp"] = .int(expiry(user: user, session: session, configuration: configuration, now: now))
        claims["iat"] = .int(now.seconds)
        claims["email"] = .string(user.email)
        claims["phone"] = .string(user.phone)
        claims["app_metadata"] = JSON.object(user.appMetadata).sorted
        claims["user_metadata"] = JSON.object(user.userMetadata).sorted
        claims["role"] = .string(user.role.isEmpty ? configuration.defaultRole : user.role)
        claims["aal"] = .string(session.aal)
        claims["amr"] = .array(session.methods.map(\.json))
        claims["session_id"] = .string(session.id)
        claims["is_anonymous"] = .bool(user.isAnonymous)
        if let client = session.oauthClientID { claims["client_id"] = .string(client) }
        if let scopes = session.scopes, !scopes.isEmpty { claims["scope"] = .string(scopes) }
        return claims
    }

    static func lifetimeSeconds(_ configuration: AuthConfiguration) -> Int {
        Int(configuration.accessTokenLifetime.components.seconds)
    }

    /// A token without the second factor that its user has does not outlive the time the session is given for it.
    static func expiry(user: User, session: Session, configuration: AuthConfiguration, now: Timestamp) -> Int {
        let regular = now.seconds + lifetimeSeconds(configuration)
        guard let most = configuration.factors.lowAssuranceMax, user.hasVerifiedFactor, !session.isRaised else {
            return regular
        }
        return min(regular, session.createdAt.advanced(by: most).seconds)
    }
}
