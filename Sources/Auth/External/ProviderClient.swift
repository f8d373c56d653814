internal import Core
internal import Cryptography

/// What is said to a provider, and what is made of its answers.
struct ProviderClient: Sendable {
    let web: any WebClient
    let directory: ProviderDirectory
    let now: Timestamp

    // MARK: The way there

    /// The URL that the browser is sent to.
    func authorizationURL(
        _ provider: ExternalProvider, state: String, scopes: String, verifier: String?,
        passing passed: [(name: String, value: String)]
    ) async throws(ProviderFailure) -> String {
        let endpoint = try await endpoint(.authorization, of: provider).url
        var pairs = [
            (name: "client_id", value: provider.clientID), (name: "redirect_uri", value: provider.redirectURI),
            (name: "response_type", value: "code"), (name: "scope", value: provider.scopes(asked: scopes)),
            (name: "state", value: state),
        ]
        if provider.kind == .apple { pairs.append(("response_mode", "form_post")) }
        if let verifier {
            pairs.append(("code_challenge", Base64URL.encode(Digest.hash(.sha256, of: verifier))))
            pairs.append(("code_challenge_method", "S256"))
        }
        let own = Set(pairs.map(\.name))
        pairs += passed.filter { !own.contains($0.name) }
        return endpoint + (endpoint.contains("?") ? "&" : "?") + PercentEncoding.form(pairs)
    }

    // MARK: The way back

    /// Exchanges the provider's code for its tokens.
    func exchange(
        code: String, verifier: String?, with provider: ExternalProvider
    ) async throws(ProviderFailure) -> ProviderTokens {
        let endpoint = try await endpoint(.token, of: provider)
        let secret = provider.settings.secret?.reveal() ?? ""
        var form = [
            (name: "grant_type", value: "authorization_code"), (name: "code", value: code),
            (name: "redirect_uri", value: provider.redirectURI),
        ]
        if let verifier { form.append(("code_verifier", verifier)) }
        var request = WebRequest(endpoint.url)
        request.method = "POST"
        request.reach = endpoint.reach
        request.headers = [("content-type", "application/x-www-form-urlencoded")]
        if try await takesSecretInForm(provider) {
            form += [("client_id", provider.clientID), ("client_secret", secret)]
        } else {
            // Both halves are form-encoded first (RFC 6749, section 2.3.1).
            let pair = PercentEncoding.encode(provider.clientID) + ":" + PercentEncoding.encode(secret)
            request.headers.append(("authorization", "Basic " + Base64.encode(Array(pair.utf8))))
        }
        request.body = Array(PercentEncoding.form(form).utf8)
        return try ProviderTokens(try await web.ask(request, what: "the exchange of a code"))
    }

    /// Who signed in, as the provider tells it.
    func profile(_ tokens: ProviderTokens, from provider: ExternalProvider) async throws(ProviderFailure)
        -> ExternalProfile
    {
        switch provider.kind {
        case .github: return try await gitHubProfile(tokens, provider)
        case .gitlab: return try await gitLabProfile(tokens, provider)
        case .discord: return try ExternalProfile(discord: try await userInfo(tokens, provider), provider)
        case .facebook: return try await facebookProfile(tokens, provider)
        case .slack: return try ExternalProfile(slack: try await userInfo(tokens, provider), provider)
        case .keycloak: return try ExternalProfile(keycloak: try await userInfo(tokens, provider), provider)
        case .apple, .azure, .linkedIn: return try await identityProfile(tokens, provider)
        case .google, .openID:
            guard tokens.idToken != nil else {
                let claims = try await userInfo(tokens, provider)
                return try ExternalProfile(openID: claims, issuer: provider.issuer ?? "", provider.kind)
            }
            return try await identityProfile(tokens, provider)
        }
    }

    // MARK: ID tokens

    private func identityProfile(
        _ tokens: ProviderTokens, _ provider: ExternalProvider
    ) async throws(ProviderFailure) -> ExternalProfile {
        guard let text = tokens.idToken else { throw ProviderFailure(cause: "the provider sent no ID token") }
        let proven: IDClaims
        do throws(IDTokenFault) {
            proven = try await self.proven(text, by: provider)
            try proven.checkAudience([provider.clientID])
            try proven.checkAccessToken(tokens.accessToken)
        } catch {
            throw ProviderFailure(cause: error.cause)
        }
        var claims = proven.claims
        if provider.kind == .openID, (claims["email"]?.string ?? "").isEmpty {
            // Small tokens leave it to the other endpoint; it counts only if it speaks of the same person (section
            // 5.3.2).
            let more = try await userInfo(tokens, provider)
            guard more["sub"]?.string == proven.subject else {
                throw ProviderFailure(cause: "the user information is about somebody else")
            }
            for (name, value) in more.members where claims[name] == nil || claims[name] == "" { claims[name] = value }
        }
        return try ExternalProfile(openID: claims, issuer: proven.issuer, provider.kind)
    }
}
