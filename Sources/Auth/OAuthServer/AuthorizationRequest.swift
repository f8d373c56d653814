internal import Core
internal import Gateway

/// What a client asks for at `GET /oauth/authorize` (OAuth 2.1, section 4.1.1).
struct AuthorizationRequest: Sendable {
    /// A mistake the client is told at its redirect URI.
    struct Fault: Error, Sendable, Hashable {
        let error: String
        let description: String

        init(_ error: String, _ description: String) {
            self.error = error
            self.description = description
        }
    }

    let clientID: String
    let redirectURI: String
    let scopes: OAuthScopes
    let state: String
    let resource: String
    let challenge: String
    let nonce: String

    /// Reads what is left once client and redirect URI are known to be right.
    init(_ query: Query, clientID: String, redirectURI: String, defaultScope: String) throws(Fault) {
        self.clientID = clientID
        self.redirectURI = redirectURI
        for name in Self.parameters where query.values(name).count > 1 {
            throw Fault("invalid_request", "\(name) must not be repeated")
        }
        let type = query["response_type"] ?? ""
        guard type.isEmpty || type == "code" else {
            throw Fault("unsupported_response_type", "only response_type=code is supported")
        }
        scopes = try Self.scopes(query["scope"] ?? "", defaultScope: defaultScope)
        state = query["state"] ?? ""
        nonce = query["nonce"] ?? ""
        resource = query["resource"] ?? ""
        guard state.unicodeScalars.count <= OAuthServerLimits.stateCharactersMax else {
            throw Fault("invalid_request", "state is too long")
        }
        guard nonce.unicodeScalars.count <= OAuthServerLimits.nonceCharactersMax else {
            throw Fault("invalid_request", "nonce is too long")
        }
        try Self.judge(resource: resource)
        challenge = try Self.challenge(query)
    }

    private static let parameters = [
        "response_type", "scope", "state", "resource", "code_challenge", "code_challenge_method", "nonce",
    ]

    private static func scopes(_ asked: String, defaultScope: String) throws(Fault) -> OAuthScopes {
        guard asked.utf8.count <= OAuthServerLimits.scopeCharactersMax else {
            throw Fault("invalid_scope", "scope is too long")
        }
        let scopes = OAuthScopes(asked.isEmpty ? defaultScope : asked)
        guard !scopes.names.isEmpty else { throw Fault("invalid_scope", "scope parameter cannot be empty") }
        if let unknown = scopes.firstUnknown { throw Fault("invalid_scope", "unsupported scope: \(unknown)") }
        return scopes
    }

    /// RFC 8707, section 2: an absolute URI without a fragment, and better without a query.
    private static func judge(resource: String) throws(Fault) {
        guard !resource.isEmpty else { return }
        guard resource.utf8.count <= OAuthServerLimits.uriCharactersMax, OAuthRedirectURI.isPrintable(resource),
            let place = RedirectPlace(resource), place.areEscapesWhole
        else { throw Fault("invalid_target", "resource must be an absolute URI") }
        guard !resource.contains("#") else {
            throw Fault("invalid_target", "resource must not include a fragment component")
        }
        guard !resource.contains("?") else {
            throw Fault("invalid_target", "resource must not include a query component")
        }
    }

    /// PKCE is mandatory, and only with S256: a plain challenge shows the verifier to whoever sees the request.
    private static func challenge(_ query: Query) throws(Fault) -> String {
        let challenge = query["code_challenge"] ?? ""
        let method = query["code_challenge_method"] ?? ""
        guard !challenge.isEmpty, !method.isEmpty else {
            throw Fault("invalid_request", "PKCE flow requires both code_challenge and code_challenge_method")
        }
        guard method.lowercased() == "s256" else {
            throw Fault("invalid_request", "code_challenge_method must be 'S256'")
        }
        let length = AuthLimits.codeChallengeCharacters
        guard length.contains(challenge.utf8.count) else {
            throw Fault(
                "invalid_request",
                "code_challenge must be between \(length.lowerBound) and \(length.upperBound) characters")
        }
        guard CodeChallenge.isWellFormed(challenge) else {
            throw Fault("invalid_request", "code_challenge holds characters that it cannot have")
        }
        return challenge
    }
}
