internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Tokens

/// What the OAuth server says about itself (OpenID Connect Discovery 1.0, RFC 8414); one document serves both.
extension Endpoints {
    /// `GET /.well-known/openid-configuration`
    func openIDConfiguration() -> Response {
        .json(.object(serverMetadata), headers: [.cacheControl: "public, max-age=600"])
    }

    /// `GET /.well-known/oauth-authorization-server`
    func authorizationServerMetadata() throws -> Response {
        try requireOAuthServer()
        return openIDConfiguration()
    }

    private var serverMetadata: JSONObject {
        let base = configuration.redirects.serviceURL
        func list(_ items: [String]) -> JSON { .array(items.map { .string($0) }) }
        let methods = list(OAuthClient.Method.allCases.map(\.rawValue))
        var metadata: JSONObject = [
            "issuer": .string(configuration.issuer ?? base),
            "authorization_endpoint": .string(base + "/oauth/authorize"),
            "token_endpoint": .string(base + "/oauth/token"),
            "jwks_uri": .string(base + "/.well-known/jwks.json"),
            "userinfo_endpoint": .string(base + "/oauth/userinfo"),
            "revocation_endpoint": .string(base + "/oauth/revoke"),
        ]
        if configuration.oauthServer.isEnabled, configuration.oauthServer.isDynamicRegistrationAllowed {
            metadata["registration_endpoint"] = .string(base + "/oauth/clients/register")
        }
        metadata["scopes_supported"] = list(OAuthScopes.Scope.allCases.map(\.rawValue))
        metadata["response_types_supported"] = ["code"]
        metadata["response_modes_supported"] = ["query"]
        metadata["grant_types_supported"] = list(OAuthClient.GrantType.allCases.map(\.rawValue))
        metadata["subject_types_supported"] = ["public"]
        metadata["id_token_signing_alg_values_supported"] = list(
            [verifier.keys.signer?.algorithm].compactMap { $0 }.filter { !$0.isSymmetric }.map(\.rawValue))
        metadata["token_endpoint_auth_methods_supported"] = methods
        metadata["revocation_endpoint_auth_methods_supported"] = methods
        metadata["claims_supported"] = [
            "sub", "aud", "iss", "exp", "iat", "auth_time", "nonce", "email", "email_verified", "phone_number",
            "phone_number_verified", "name", "picture", "preferred_username", "updated_at",
        ]
        metadata["code_challenge_methods_supported"] = ["S256"]
        return metadata
    }
}
