internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `GET /oauth/authorize`: keeps the request and sends the browser to the app's consent page.
extension Endpoints {
    func authorizeClient(_ request: GatewayRequest) async throws -> Response {
        try requireOAuthServer()
        // Until both are known to be right, nobody may be sent anywhere (RFC 6749, section 4.1.2.1).
        let (client, redirectURI) = try await addressee(request.query)
        func fault(_ error: String, _ description: String) -> Response {
            var pairs = [(name: "error", value: error), (name: "error_description", value: description)]
            if let state = request.query["state"], !state.isEmpty { pairs.append((name: "state", value: state)) }
            return .empty(
                .found,
                headers: [.location: OAuthRedirectURI.adding(pairs, to: redirectURI), .cacheControl: "no-store"])
        }
        let asked: AuthorizationRequest
        do throws(AuthorizationRequest.Fault) {
            asked = try AuthorizationRequest(
                request.query, clientID: client.id, redirectURI: redirectURI,
                defaultScope: configuration.oauthServer.defaultScope)
        } catch {
            return fault(error.error, error.description)
        }
        guard let page = consentPage else {
            return fault("server_error", "oauth authorization path not configured")
        }
        let id = SecureRandom.text(
            length: OAuthServerLimits.authorizationIDCharacters, alphabet: SecureRandom.alphanumerics)
        let now = clock.now()
        try await database.run(
            .serviceItself,
            [
                OAuthAuthorizationStatements.removeEnded(now: now),
                OAuthAuthorizationStatements.insert(
                    asked, id: id, now: now, lifetime: configuration.oauthServer.requestLifetime),
            ])
        return .empty(
            .found, headers: [.location: "\(page)?authorization_id=\(id)", .cacheControl: "no-store"])
    }

    /// The client that asks and where it wants to be answered: one of its registered URIs, to the letter.
    private func addressee(_ query: Query) async throws -> (OAuthClient, String) {
        for name in ["client_id", "redirect_uri"] {
            let values = query.values(name)
            guard let value = values.first, !value.isEmpty else { throw AuthError.invalid("\(name) is required") }
            guard values.count == 1 else { throw AuthError.invalid("\(name) must not be repeated") }
        }
        guard let id = query["client_id"].flatMap(UUIDText.canonical) else { throw AuthError.oauthClientMalformed }
        guard let row = try await database.run(OAuthClientStatements.find(id: id)).first else {
            throw AuthError.oauthClientUnknown
        }
        let client = try OAuthClient(row)
        guard let redirectURI = query["redirect_uri"], client.redirectURIs.contains(redirectURI) else {
            throw AuthError.invalid("invalid redirect_uri")
        }
        return (client, redirectURI)
    }

    /// The app's page; nil when none is configured.
    private var consentPage: String? {
        let path = configuration.oauthServer.authorizationPath
        guard !path.isEmpty else { return nil }
        var base = configuration.redirects.siteURL
        while base.hasSuffix("/") { base.removeLast() }
        return base + (path.hasPrefix("/") ? path : "/" + path)
    }
}
