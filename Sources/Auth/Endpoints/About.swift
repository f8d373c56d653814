internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Tokens

/// What the service says about itself, to anybody.
extension Endpoints {
    /// `GET /health`. Clients look for GoTrue's name.
    func health() -> Response {
        .json([
            "version": .string(configuration.version), "name": "GoTrue",
            "description": "GoTrue is a user registration and authentication API",
        ])
    }

    /// `GET /.well-known/jwks.json`: the public keys alone.
    func keySet() -> Response {
        .json(verifier.keys.publicJWKS, headers: [.cacheControl: "public, max-age=600"])
    }

    /// `GET /settings`
    func settings() -> Response {
        var external: JSONObject = ["anonymous_users": .bool(configuration.areAnonymousUsersEnabled)]
        for provider in Endpoints.externalProviders { external[provider] = false }
        for (provider, settings) in configuration.external.providers.sorted(by: { $0.key < $1.key }) {
            external[provider] = .bool(settings.isEnabled)
        }
        external["email"] = .bool(configuration.isEmailEnabled)
        external["phone"] = .bool(configuration.phone.isEnabled)
        return .json([
            "external": .object(external), "disable_signup": .bool(configuration.isSignUpDisabled),
            "mailer_autoconfirm": .bool(configuration.isEmailAutoconfirmed),
            "phone_autoconfirm": .bool(configuration.phone.isAutoconfirmed),
            "sms_provider": .string(configuration.phone.providerName), "saml_enabled": false,
            "saml_private_key_next_configured": false,
            "passkeys_enabled": .bool(configuration.factors.arePasskeysEnabled),
        ])
    }

    /// The external providers clients ask about, served or not.
    private static let externalProviders = [
        "apple", "azure", "bitbucket", "discord", "facebook", "figma", "fly", "github", "gitlab", "google", "kakao",
        "keycloak", "linkedin", "linkedin_oidc", "notion", "slack", "slack_oidc", "snapchat", "spotify", "twitch",
        "twitter", "vercel_marketplace", "workos", "x", "zoom",
    ]
}
