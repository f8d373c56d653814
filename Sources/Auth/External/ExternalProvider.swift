internal import Core

/// A provider that is ready to be used: enabled, with all that its protocol needs.
struct ExternalProvider: Sendable {
    /// As requests and identities name it.
    let name: String
    let kind: ProviderKind
    let settings: ExternalProviderConfiguration
    let clientID: String
    let redirectURI: String

    /// Why a provider cannot be used, in GoTrue's words.
    enum Defect: Error, Sendable {
        case unknown(name: String)
        case disabled
        case clientIDMissing
        case secretMissing
        case urlMissing

        var text: String {
            switch self {
            case .unknown(let name): "Provider \(name) could not be found"
            case .disabled: "provider is not enabled"
            case .clientIDMissing: "missing OAuth client ID"
            case .secretMissing: "missing OAuth secret"
            case .urlMissing: "missing OAuth provider URL"
            }
        }
    }

    /// The provider of a name in any letter case.
    ///
    /// - Parameter exchanges: whether codes are to be exchanged, which needs the client's secret; ID tokens do not.
    init(_ asked: String, _ configuration: AuthConfiguration, exchanges: Bool = true) throws(Defect) {
        let name = asked.lowercased()
        let isKnown = ExternalConfiguration.knownProviders.contains(name)
        guard let settings = configuration.external.providers[name] else {
            throw isKnown ? .disabled : .unknown(name: String(name.prefix(ExternalLimits.echoedCharactersMax)))
        }
        guard settings.isEnabled else { throw .disabled }
        guard let clientID = settings.clientIDs.first, !clientID.isEmpty else { throw .clientIDMissing }
        guard !exchanges || settings.secret?.reveal().isEmpty == false else { throw .secretMissing }
        kind = isKnown ? ProviderKind(name: name) : .openID
        if settings.url == nil, settings.issuer == nil, kind == .keycloak || kind == .openID { throw .urlMissing }
        self.name = name
        self.settings = settings
        self.clientID = clientID
        redirectURI = settings.redirectURI ?? configuration.redirects.serviceURL + "/callback"
    }

    /// An issuer that was not configured as a provider but whose ID tokens are taken for a client of the request's choice.
    init(allowedIssuer issuer: String, clientID: String) {
        name = issuer
        kind = .openID
        var settings = ExternalProviderConfiguration()
        settings.clientIDs = [clientID]
        settings.url = issuer
        self.settings = settings
        self.clientID = clientID
        redirectURI = ""
    }

    /// The configured base, or the provider's own, without a slash at its end.
    func base(_ own: String) -> String { (settings.url ?? own).withoutTrailingSlash }

    /// The claim `iss` that its tokens must have; nil for Azure without a tenant, whose tokens name their own.
    var issuer: String? {
        if let issuer = settings.issuer { return issuer }
        return switch kind {
        case .google: base("https://accounts.google.com")
        case .apple: base("https://appleid.apple.com")
        case .linkedIn: settings.url.map(\.withoutTrailingSlash) ?? "https://www.linkedin.com/oauth"
        case .facebook: base("https://www.facebook.com")
        case .azure: AzureIssuer.expected(url: settings.url)
        case .keycloak, .openID: settings.url.map(\.withoutTrailingSlash)
        case .discord, .github, .gitlab, .slack: nil
        }
    }

    /// What the request asks for is added to the usual scopes; commas count as spaces, and none is named twice.
    func scopes(asked: String) -> String {
        var scopes = settings.scopes ?? kind.scopes
        for scope in asked.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
        where !scopes.contains(scope) {
            scopes.append(scope)
        }
        return scopes.joined(separator: " ")
    }
}

/// Microsoft's issuers: one for each tenant, below a common host.
enum AzureIssuer {
    static let common = "https://login.microsoftonline.com/common"

    /// The issuer that a configured tenant's tokens have; nil where the URL stands for several tenants.
    static func expected(url: String?) -> String? {
        guard let url = url?.withoutTrailingSlash else { return nil }
        let issuer = url + "/v2.0"
        let several = ["common", "organizations", "consumers"].map { "https://login.microsoftonline.com/\($0)/v2.0" }
        // A stand-in elsewhere is one issuer too: whoever points there says whose tokens count.
        return several.contains(issuer) ? nil : issuer
    }

    /// Whether an issuer is one of Microsoft's own: nobody else can publish keys there.
    static func isGenuine(_ issuer: String) -> Bool {
        let issuer = issuer.withoutTrailingSlash
        for prefix in ["https://login.microsoftonline.com/", "https://sts.windows.net/"] where issuer.hasPrefix(prefix)
        {
            let parts = issuer.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
            guard let tenant = parts.first, isTenant(tenant) else { return false }
            return parts.count == 1 ? prefix.contains("sts") : parts.count == 2 && parts[1] == "v2.0"
        }
        return false
    }

    private static func isTenant(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || "-.".utf8.contains(byte)
            } && !text.hasPrefix(".")
    }
}

extension String {
    var withoutTrailingSlash: String { hasSuffix("/") ? String(dropLast()) : self }
}
