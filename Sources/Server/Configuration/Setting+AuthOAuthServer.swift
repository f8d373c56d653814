internal import Auth

extension Setting {
    /// The OAuth 2.1 server.
    static let authOAuthServer: [Setting] = [
        Setting(
            "OAuth server", "OAUTH_SERVER_ENABLED", aliases: ["GOTRUE_OAUTH_SERVER_ENABLED"], .flag, default: "false",
            "Apps of others may sign users in, with their consent."),
        Setting(
            "OAuth server", "OAUTH_SERVER_ALLOW_DYNAMIC_REGISTRATION",
            aliases: ["GOTRUE_OAUTH_SERVER_ALLOW_DYNAMIC_REGISTRATION"], .flag, default: "false",
            "Such apps may register themselves."),
        Setting(
            "OAuth server", "OAUTH_SERVER_AUTHORIZATION_PATH", aliases: ["GOTRUE_OAUTH_SERVER_AUTHORIZATION_PATH"],
            .text, "Path below SITE_URL of the app's page that asks for consent; without it no request is taken."),
        Setting(
            "OAuth server", "OAUTH_SERVER_AUTHORIZATION_TTL", aliases: ["GOTRUE_OAUTH_SERVER_AUTHORIZATION_TTL"],
            .duration, default: "600", "How long a user has to consent."),
        Setting(
            "OAuth server", "OAUTH_SERVER_DEFAULT_SCOPE", aliases: ["GOTRUE_OAUTH_SERVER_DEFAULT_SCOPE"], .text,
            default: "email",
            "Scopes of a request that names none: openid, profile, email, phone, offline_access, with spaces between."),
    ]
}

extension ServerConfiguration {
    mutating func readAuthOAuthServer(_ reader: inout SettingsReader) {
        let server = auth.oauthServer
        auth.oauthServer.isEnabled = reader.flag("OAUTH_SERVER_ENABLED") ?? server.isEnabled
        auth.oauthServer.isDynamicRegistrationAllowed =
            reader.flag("OAUTH_SERVER_ALLOW_DYNAMIC_REGISTRATION") ?? server.isDynamicRegistrationAllowed
        auth.oauthServer.authorizationPath = reader.text("OAUTH_SERVER_AUTHORIZATION_PATH") ?? server.authorizationPath
        auth.oauthServer.requestLifetime = reader.duration("OAUTH_SERVER_AUTHORIZATION_TTL") ?? server.requestLifetime
        if auth.oauthServer.requestLifetime == .zero {
            reader.complain("OAUTH_SERVER_AUTHORIZATION_TTL", "must be longer than nothing")
        }
        auth.oauthServer.defaultScope = reader.text("OAUTH_SERVER_DEFAULT_SCOPE") ?? server.defaultScope
    }
}
