internal import Core

/// What a registration or a change of a client may say (RFC 7591, section 2); all of it is judged here.
struct OAuthClientForm: Sendable {
    let redirectURIs: [String]?
    let grantTypes: [String]?
    let name: String?
    let uri: String?
    let logoURI: String?
    let kind: OAuthClient.Kind?
    let method: OAuthClient.Method?

    init(_ fields: Fields) throws(AuthError) {
        redirectURIs = try fields.texts("redirect_uris")
        grantTypes = try fields.texts("grant_types")
        name = try fields.text("client_name")
        uri = try fields.text("client_uri")
        logoURI = try fields.text("logo_uri")
        kind = try fields.filledText("client_type").map { text throws(AuthError) in
            guard let kind = OAuthClient.Kind(rawValue: text) else {
                throw .invalid("client_type must be 'public' or 'confidential'")
            }
            return kind
        }
        method = try fields.filledText("token_endpoint_auth_method").map { text throws(AuthError) in
            guard let method = OAuthClient.Method(rawValue: text) else {
                let all = OAuthClient.Method.allCases.map(\.rawValue).joined(separator: " ")
                throw .invalid("token_endpoint_auth_method must be one of: [\(all)]")
            }
            return method
        }
        try judge()
    }

    private func judge() throws(AuthError) {
        if let redirectURIs {
            guard !redirectURIs.isEmpty else { throw .invalid("redirect_uris cannot be empty") }
            guard redirectURIs.count <= OAuthServerLimits.redirectURIsMax else {
                throw .invalid("redirect_uris cannot exceed \(OAuthServerLimits.redirectURIsMax) items")
            }
            for uri in redirectURIs {
                if let fault = OAuthRedirectURI.fault(uri) { throw .invalid("invalid redirect_uri: \(fault)") }
            }
        }
        if let grantTypes {
            guard grantTypes.allSatisfy({ OAuthClient.GrantType(rawValue: $0) != nil }) else {
                throw .invalid("grant_types must only contain 'authorization_code' and/or 'refresh_token'")
            }
        }
        let longest = OAuthServerLimits.nameCharactersMax
        guard (name ?? "").unicodeScalars.count <= longest else {
            throw .invalid("client_name cannot exceed \(longest) characters")
        }
        try Self.judge(uri, "client_uri")
        try Self.judge(logoURI, "logo_uri")
        if let kind, let method, method.kind != kind {
            throw .invalid(
                "client_type '\(kind.rawValue)' is inconsistent with token_endpoint_auth_method '\(method.rawValue)' "
                    + "(expected client_type '\(method.kind.rawValue)')")
        }
    }

    /// The consent page shows these as a link and an image, so they must be addresses of the web.
    private static func judge(_ uri: String?, _ name: String) throws(AuthError) {
        guard let uri, !uri.isEmpty else { return }
        let longest = OAuthServerLimits.uriCharactersMax
        guard uri.utf8.count <= longest else { throw .invalid("\(name) cannot exceed \(longest) characters") }
        guard OAuthRedirectURI.isPrintable(uri), let place = RedirectPlace(uri), place.isWeb,
            place.host?.isEmpty == false, !place.hasUserInfo, place.isPortPlausible
        else { throw .invalid("\(name) must be a valid URL") }
    }

    /// Whether it changes nothing.
    var isEmpty: Bool {
        redirectURIs == nil && grantTypes == nil && name == nil && uri == nil && logoURI == nil && method == nil
    }

    /// The client it registers. Throws `.invalid` without redirect URIs.
    func client(id: String, registration: OAuthClient.Registration) throws(AuthError) -> NewOAuthClient {
        guard let redirectURIs else { throw .invalid("redirect_uris is required") }
        let kind = kind ?? method?.kind ?? .confidential
        var grants = grantTypes ?? []
        if grants.isEmpty { grants = OAuthClient.GrantType.allCases.map(\.rawValue) }
        return NewOAuthClient(
            id: id, registration: registration, kind: kind, method: method ?? (kind == .public ? .none : .basic),
            redirectURIs: redirectURIs, grantTypes: grants, name: name ?? "", uri: uri ?? "", logoURI: logoURI ?? "")
    }
}

/// Where a client may be answered (RFC 6749, section 3.1.2; RFC 9700, section 2.1).
enum OAuthRedirectURI {
    /// What is wrong with a URI that a client wants to register; nil if nothing is.
    static func fault(_ uri: String) -> String? {
        guard !uri.isEmpty else { return "redirect URI cannot be empty" }
        let longest = OAuthServerLimits.uriCharactersMax
        guard uri.utf8.count <= longest else { return "redirect URI cannot exceed \(longest) characters" }
        guard isPrintable(uri) else { return "invalid URL format" }
        // The column keeps the list with commas between.
        guard !uri.contains(",") else { return "redirect URI cannot contain a comma" }
        guard let place = RedirectPlace(uri), place.areEscapesWhole, place.isPortPlausible else {
            return "invalid URL format"
        }
        guard !RedirectPolicy.runningSchemes.contains(place.scheme) else {
            return "scheme '\(place.scheme)' is not allowed for security reasons"
        }
        guard let host = place.host, !host.isEmpty else { return "must have scheme and host" }
        guard !place.hasUserInfo else { return "user information not allowed in redirect URI" }
        guard !uri.contains("#") else { return "fragment not allowed in redirect URI" }
        if place.scheme == "http", host != "localhost", host != "127.0.0.1", host != "::1" {
            return "HTTP scheme only allowed for localhost"
        }
        return nil
    }

    /// The URI with parameters added to its query.
    static func adding(_ pairs: [(name: String, value: String)], to uri: String) -> String {
        uri + (uri.contains("?") ? "&" : "?") + PercentEncoding.form(pairs)
    }

    /// RFC 3986 knows no other characters; a backslash is one that readers disagree about.
    static func isPrintable(_ uri: String) -> Bool {
        uri.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }
    }
}

extension Fields {
    /// A list of texts; anything else is an error.
    func texts(_ name: String) throws(AuthError) -> [String]? {
        guard let value = object[name], !value.isNull else { return nil }
        guard let items = value.array else { throw .badJSON(reason: "\(name) must be an array of strings") }
        var texts: [String] = []
        for item in items {
            guard let text = item.string, !text.utf8.contains(0) else {
                throw .badJSON(reason: "\(name) must be an array of strings")
            }
            texts.append(text)
        }
        return texts
    }
}
