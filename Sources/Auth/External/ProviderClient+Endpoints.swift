internal import Core

extension ProviderClient {
    enum EndpointRole: Sendable { case authorization, token, userInfo }

    /// Where a provider is asked: as configured, else where it is known to be, else where its discovery document says.
    func endpoint(
        _ role: EndpointRole, of provider: ExternalProvider
    ) async throws(ProviderFailure) -> ProviderEndpoint {
        let settings = provider.settings
        let configured =
            switch role {
            case .authorization: settings.authorizationURL
            case .token: settings.tokenURL
            case .userInfo: settings.userInfoURL
            }
        if let url = configured ?? provider.knownURL(role) { return ProviderEndpoint(url) }
        let document = try await document(of: provider)
        let found =
            switch role {
            case .authorization: document.authorization
            case .token: document.token
            case .userInfo: document.userInfo
            }
        guard let found else { throw ProviderFailure(cause: "the discovery document has no \(role) endpoint") }
        return found
    }

    /// Known providers take the secret in the form; of others the discovery document tells.
    func takesSecretInForm(_ provider: ExternalProvider) async throws(ProviderFailure) -> Bool {
        guard provider.kind == .openID else { return true }
        // With its endpoints configured an issuer need not have discovery.
        if provider.settings.tokenURL != nil { return true }
        return try await document(of: provider).takesSecretInForm
    }

    private func document(of provider: ExternalProvider) async throws(ProviderFailure) -> ProviderDocument {
        guard let issuer = provider.settings.url ?? provider.issuer else {
            throw ProviderFailure(cause: "the provider has no issuer to discover")
        }
        return try await directory.document(of: issuer, reach: .configured, by: web, now: now)
    }

    // MARK: ID tokens

    /// What an ID token says, once a key of the provider has proven it and its issuer is the provider.
    func proven(_ text: String, by provider: ExternalProvider) async throws(IDTokenFault) -> IDClaims {
        let token = try IDToken(text)
        let issuer = try issuer(of: token, for: provider)
        let keys: ProviderKeys
        do throws(ProviderFailure) {
            let endpoint = try await keysEndpoint(of: provider, issuer: issuer)
            keys = try await directory.keys(
                at: endpoint.url, for: token, reach: endpoint.reach, by: web, now: now)
        } catch {
            throw .keysMissing(error)
        }
        let claims = try token.verified(with: keys, now: now)
        try claims.checkIssuer(issuer)
        return claims
    }

    /// The issuer that the token must have. Azure and Apple have several, of which the token itself names one.
    private func issuer(of token: IDToken, for provider: ExternalProvider) throws(IDTokenFault) -> String {
        let isOverridden = provider.settings.url != nil || provider.settings.issuer != nil
        switch provider.kind {
        case .azure where provider.issuer == nil:
            guard AzureIssuer.isGenuine(token.claimedIssuer) else { throw .issuer }
            return token.claimedIssuer
        case .apple where !isOverridden:
            guard ExternalProvider.appleIssuers.contains(token.claimedIssuer) else { throw .issuer }
            return token.claimedIssuer
        default:
            guard let issuer = provider.issuer else { throw .issuer }
            return issuer
        }
    }

    private func keysEndpoint(
        of provider: ExternalProvider, issuer: String
    ) async throws(ProviderFailure) -> ProviderEndpoint {
        if let url = provider.settings.keysURL ?? provider.knownKeysURL { return ProviderEndpoint(url) }
        let isOurs = provider.issuer == issuer
        let document = try await directory.document(
            of: isOurs ? provider.settings.url.map { provider.kind == .azure ? issuer : $0 } ?? issuer : issuer,
            reach: isOurs ? .configured : .publicHosts, by: web, now: now)
        guard let keys = document.keys else { throw ProviderFailure(cause: "the discovery document has no keys") }
        return keys
    }
}

extension ExternalProvider {
    static let appleIssuers = ["https://appleid.apple.com", "https://account.apple.com"]

    /// Where a known provider, or another installation of its software, has an endpoint; nil where discovery tells.
    fileprivate func knownURL(_ role: ProviderClient.EndpointRole) -> String? {
        let isOwn = settings.url == nil
        switch kind {
        case .apple:
            let paths = pick(role, "/auth/authorize", "/auth/token", nil)
            return isOwn ? paths.map { "https://appleid.apple.com" + $0 } : nil
        case .google:
            return isOwn
                ? pick(
                    role, "https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token",
                    "https://openidconnect.googleapis.com/v1/userinfo") : nil
        case .azure:
            return pick(role, "/oauth2/v2.0/authorize", "/oauth2/v2.0/token", nil)
                .map { base(AzureIssuer.common) + $0 }
        case .discord:
            return pick(role, "/oauth2/authorize", "/oauth2/token", "/users/@me")
                .map { base("https://discord.com") + "/api" + $0 }
        case .facebook:
            let host = role == .authorization ? "https://www.facebook.com" : "https://graph.facebook.com"
            let profile = "/me?fields=email,first_name,last_name,name,picture"
            return pick(role, "/dialog/oauth", "/oauth/access_token", profile).map { base(host) + $0 }
        case .github:
            guard role == .userInfo else {
                let path = role == .authorization ? "authorize" : "access_token"
                return base("https://github.com") + "/login/oauth/" + path
            }
            return isOwn ? "https://api.github.com/user" : base("") + "/api/v3/user"
        case .gitlab:
            return pick(role, "/oauth/authorize", "/oauth/token", "/api/v4/user")
                .map { base("https://gitlab.com") + $0 }
        case .keycloak:
            return pick(role, "auth", "token", "userinfo").map { base("") + "/protocol/openid-connect/" + $0 }
        case .linkedIn:
            let host = role == .userInfo ? "https://api.linkedin.com" : "https://www.linkedin.com"
            return pick(role, "/oauth/v2/authorization", "/oauth/v2/accessToken", "/v2/userinfo")
                .map { base(host) + $0 }
        case .slack:
            return pick(
                role, "/openid/connect/authorize", "/api/openid.connect.token", "/api/openid.connect.userInfo"
            ).map { base("https://slack.com") + $0 }
        case .openID: return nil
        }
    }

    private func pick(
        _ role: ProviderClient.EndpointRole, _ authorization: String, _ token: String, _ userInfo: String?
    ) -> String? {
        switch role {
        case .authorization: authorization
        case .token: token
        case .userInfo: userInfo
        }
    }

    fileprivate var knownKeysURL: String? {
        switch kind {
        case .keycloak: base("") + "/protocol/openid-connect/certs"
        case .google where settings.url == nil && settings.issuer == nil: "https://www.googleapis.com/oauth2/v3/certs"
        case .apple where settings.url == nil && settings.issuer == nil: "https://appleid.apple.com/auth/keys"
        case .linkedIn where settings.url == nil && settings.issuer == nil:
            "https://www.linkedin.com/oauth/openid/jwks"
        default: nil
        }
    }
}
