internal import Auth
internal import Core

extension Setting {
    /// External providers and redirects.
    static let authExternal: [Setting] =
        redirects + flows + ExternalConfiguration.knownProviders.flatMap(provider)

    private static let redirects: [Setting] = [
        Setting(
            "Redirects", "ADDITIONAL_REDIRECT_URLS", aliases: ["GOTRUE_URI_ALLOW_LIST"], .list,
            "Places besides SITE_URL to which links and sign-ins may lead, with *, **, ? and {a,b}."),
        Setting(
            "Redirects", "EXTERNAL_REDIRECTURL", aliases: ["GOTRUE_EXTERNAL_REDIRECTURL"], .url,
            "Where every sign-in with a provider leads, whatever it asked for."),
    ]

    private static let flows: [Setting] = [
        Setting(
            "External sign-in", "EXTERNAL_FLOW_STATE_EXPIRY_DURATION",
            aliases: ["GOTRUE_EXTERNAL_FLOW_STATE_EXPIRY_DURATION"], .duration, default: "300",
            "How long states and authorization codes are good for; at least 300 seconds."),
        Setting(
            "External sign-in", "EXTERNAL_STATE_COOKIE", .oneOf(["auto", "always", "never"]), default: "auto",
            "Whether a browser that comes back must have the cookie it left with; auto asks under https only."),
        Setting(
            "External sign-in", "EXTERNAL_IOS_BUNDLE_ID", aliases: ["GOTRUE_EXTERNAL_IOS_BUNDLE_ID"], .text,
            "A further audience of Apple's ID tokens."),
        Setting(
            "External sign-in", "EXTERNAL_ALLOWED_ID_TOKEN_ISSUERS",
            aliases: ["GOTRUE_EXTERNAL_ALLOWED_ID_TOKEN_ISSUERS"], .list,
            "Issuers whose ID tokens are taken for any client id. Whoever has a token of theirs can sign in."),
        Setting(
            "External sign-in", "SECURITY_MANUAL_LINKING_ENABLED",
            aliases: ["GOTRUE_SECURITY_MANUAL_LINKING_ENABLED"], .flag, default: "false",
            "Users link and unlink identities themselves."),
        Setting(
            "External sign-in", "EXTERNAL_OIDC_PROVIDERS", .secret,
            "JSON object of further OpenID Connect providers by name (name or custom:name): issuer, client_id, "
                + "client_secret, and as wanted enabled, redirect_uri, scopes, email_optional, skip_nonce_check, pkce, "
                + "authorization_url, token_url, userinfo_url, jwks_url."),
    ]

    /// The settings of one known provider. Supabase's example file leaves `EXTERNAL_` out for some.
    private static func provider(_ name: String) -> [Setting] {
        let prefix = "EXTERNAL_\(name.uppercased())_"
        func setting(_ part: String, _ kind: Kind, default fallback: String? = nil, _ summary: String) -> Setting {
            var aliases = ["GOTRUE_" + prefix + part]
            // As Supabase's own example file has them.
            if ["google", "github", "azure"].contains(name), ["ENABLED", "CLIENT_ID", "SECRET"].contains(part) {
                aliases.append("\(name.uppercased())_\(part)")
            }
            return Setting("Provider \(name)", prefix + part, aliases: aliases, kind, default: fallback, summary)
        }
        return [
            setting("ENABLED", .flag, default: "false", "Sign-in with \(name)."),
            setting("CLIENT_ID", .list, "Client ids; the first is used, all are accepted in ID tokens."),
            setting("SECRET", .secret, "The client's secret."),
            setting("REDIRECT_URI", .url, default: "SUPABASE_PUBLIC_URL/auth/v1/callback", "The callback's URL."),
            setting("URL", .url, "Base of the provider's endpoints, or its issuer, where that is not \(name)'s own."),
            setting("ISSUER", .url, "The iss claim of its ID tokens, where that is not the URL."),
            setting("AUTHORIZATION_URL", .url, "Its authorization endpoint."),
            setting("TOKEN_URL", .url, "Its token endpoint."),
            setting("USERINFO_URL", .url, "Its user information endpoint."),
            setting("JWKS_URL", .url, "Its keys."),
            setting("SCOPES", .list, "Scopes asked for in place of the usual ones."),
            setting("EMAIL_OPTIONAL", .flag, default: "false", "People without an address may sign in."),
            setting("SKIP_NONCE_CHECK", .flag, default: "false", "Nonces of ID tokens are not compared."),
            setting("PKCE", .flag, default: "false", "The exchange with the provider is secured with a code verifier."),
        ]
    }
}

extension ServerConfiguration {
    mutating func readAuthExternal(_ reader: inout SettingsReader) {
        if let parts = reader.list("ADDITIONAL_REDIRECT_URLS") {
            let (patterns, faults) = RedirectConfiguration.patterns(of: parts)
            auth.redirects.allowList = patterns
            for fault in faults {
                reader.complain("ADDITIONAL_REDIRECT_URLS", "'\(fault)' is no pattern: is a [, a { or a \\ left open?")
            }
        }
        var external = auth.external
        external.redirectURL = reader.url("EXTERNAL_REDIRECTURL")
        external.bundleID = reader.text("EXTERNAL_IOS_BUNDLE_ID")
        external.allowedIssuers = reader.list("EXTERNAL_ALLOWED_ID_TOKEN_ISSUERS") ?? []
        external.isManualLinkingEnabled = reader.flag("SECURITY_MANUAL_LINKING_ENABLED") ?? false
        external.stateCookie =
            reader.text("EXTERNAL_STATE_COOKIE").flatMap(ExternalConfiguration.StateCookie.init) ?? .automatic
        if let lifetime = reader.duration("EXTERNAL_FLOW_STATE_EXPIRY_DURATION") {
            external.flowLifetime = max(lifetime, external.flowLifetime)
        }
        for name in ExternalConfiguration.knownProviders {
            if let settings = Self.readProvider(name, &reader) { external.providers[name] = settings }
        }
        for (name, settings) in Self.readIssuers(&reader) { external.providers[name] = settings }
        auth.external = external
    }

    /// Nil where nothing was said about the provider.
    private static func readProvider(_ name: String, _ reader: inout SettingsReader) -> ExternalProviderConfiguration? {
        let prefix = "EXTERNAL_\(name.uppercased())_"
        guard let isEnabled = reader.flag(prefix + "ENABLED") else { return nil }
        var settings = ExternalProviderConfiguration()
        settings.isEnabled = isEnabled
        settings.clientIDs = reader.list(prefix + "CLIENT_ID") ?? []
        settings.secret = reader.secret(prefix + "SECRET")
        settings.redirectURI = reader.url(prefix + "REDIRECT_URI")
        settings.url = reader.url(prefix + "URL")
        settings.issuer = reader.url(prefix + "ISSUER")
        settings.authorizationURL = reader.url(prefix + "AUTHORIZATION_URL")
        settings.tokenURL = reader.url(prefix + "TOKEN_URL")
        settings.userInfoURL = reader.url(prefix + "USERINFO_URL")
        settings.keysURL = reader.url(prefix + "JWKS_URL")
        settings.scopes = reader.list(prefix + "SCOPES")
        settings.isEmailOptional = reader.flag(prefix + "EMAIL_OPTIONAL") ?? false
        settings.isNonceSkipped = reader.flag(prefix + "SKIP_NONCE_CHECK") ?? false
        settings.usesPKCE = reader.flag(prefix + "PKCE") ?? false
        if isEnabled, settings.clientIDs.isEmpty { reader.complain(prefix + "CLIENT_ID", "is needed with ENABLED") }
        if isEnabled, name == "keycloak", settings.url == nil {
            reader.complain(prefix + "URL", "is needed: Keycloak has no address of its own")
        }
        return settings
    }

    /// Issuers by discovery, from one setting in JSON.
    private static func readIssuers(_ reader: inout SettingsReader) -> [(String, ExternalProviderConfiguration)] {
        let setting = "EXTERNAL_OIDC_PROVIDERS"
        guard let text = reader.secret(setting)?.reveal() else { return [] }
        // The parser's words could quote the value, which holds secrets.
        guard let entries = (try? JSON(parsing: text))?.object else {
            reader.complain(setting, "must be a JSON object of providers by name")
            return []
        }
        var issuers: [(String, ExternalProviderConfiguration)] = []
        for (name, entry) in entries.members {
            let isKnown = ExternalConfiguration.knownProviders.contains(name)
            guard ExternalConfiguration.isValidName(name), !isKnown, let entry = entry.object else {
                reader.complain(
                    setting, isKnown ? "\(name) has settings of its own" : "has a provider that is no name and object")
                continue
            }
            guard let issuer = entry["issuer"]?.string, isURL(issuer), let clientID = entry["client_id"]?.string,
                !clientID.isEmpty
            else {
                reader.complain(setting, "\(name) needs issuer (a URL) and client_id")
                continue
            }
            issuers.append((name, ExternalProviderConfiguration(issuer: issuer, clientID: clientID, entry)))
        }
        return issuers
    }

    private static func isURL(_ text: String) -> Bool {
        ["https://", "http://"].contains { text.hasPrefix($0) && text.count > $0.count }
            && !text.contains(where: \.isWhitespace)
    }
}

extension ExternalProviderConfiguration {
    /// An entry of `EXTERNAL_OIDC_PROVIDERS`; members of another kind count as absent.
    fileprivate init(issuer: String, clientID: String, _ entry: JSONObject) {
        self.init()
        isEnabled = entry["enabled"]?.bool ?? true
        clientIDs = clientID.split(separator: ",").map(String.init)
        secret = entry["client_secret"]?.string.map { Secret($0) }
        url = issuer
        redirectURI = entry["redirect_uri"]?.string
        authorizationURL = entry["authorization_url"]?.string
        tokenURL = entry["token_url"]?.string
        userInfoURL = entry["userinfo_url"]?.string
        keysURL = entry["jwks_url"]?.string
        scopes =
            entry["scopes"]?.array?.compactMap(\.string)
            ?? entry["scopes"]?.string.map { $0.split { $0 == " " || $0 == "," }.map(String.init) }
        isEmailOptional = entry["email_optional"]?.bool ?? false
        isNonceSkipped = entry["skip_nonce_check"]?.bool ?? false
        // Every issuer of today knows it, and those that do not ignore it.
        usesPKCE = entry["pkce"]?.bool ?? true
    }
}
