internal import Core
internal import Cryptography

/// Each provider's words in ours.
extension ExternalProfile {
    /// Claims of an ID token or of the user information endpoint (OpenID Connect Core 1.0, section 5.1).
    init(openID claims: JSONObject, issuer: String, _ kind: ProviderKind) throws(ProviderFailure) {
        func text(_ name: String) -> String? { claims[name]?.string }
        var name = text("name")
        var custom: JSONObject = [:]
        var isVerified = Self.isTrue(claims["email_verified"]) || Self.isTrue(claims["verified_email"])
        var texts: [(name: String, value: String?)] = []
        switch kind {
        case .google: custom["hd"] = claims["hd"]
        case .apple:
            // Apple's addresses are verified by Apple; older tokens do not say so.
            isVerified = claims["email_verified"].map(Self.isTrue) ?? true
            for name in ["is_private_email", "auth_time", "transfer_sub"] { custom[name] = claims[name] }
            if custom["is_private_email"] != nil {
                custom["is_private_email"] = .bool(Self.isTrue(claims["is_private_email"]))
            }
        case .azure:
            isVerified = Self.isAzureEmailVerified(claims)
            for (name, value) in claims.members where !Self.azureProtocolClaims.contains(name) { custom[name] = value }
            texts.append(("preferred_username", text("preferred_username")))
        case .facebook: isVerified = true
        default:
            if name == nil {
                let parts = [text("given_name"), text("family_name")].compactMap { $0 }.filter { !$0.isEmpty }
                name = parts.isEmpty ? nil : parts.joined(separator: " ")
            }
            for name in Self.standardClaims { texts.append((name, text(name))) }
        }
        texts += [
            ("iss", issuer), ("name", name), ("full_name", name), ("picture", text("picture")),
            ("avatar_url", text("picture")),
        ]
        let email = Self.email(claims["email"], isVerified: isVerified)
        // Google's older user information endpoint calls the subject `id`.
        let subject = text("sub") ?? (kind == .google ? Self.text(claims["id"]) : "")
        try self.init(subject: subject, emails: email.map { [$0] } ?? [], texts, custom: custom)
    }

    private static let standardClaims = [
        "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "website", "locale",
        "zoneinfo",
    ]

    /// Protocol, not person.
    private static let azureProtocolClaims: Set<String> = [
        "aud", "iss", "iat", "nbf", "exp", "c_hash", "at_hash", "aio", "nonce", "rh", "uti", "jti", "ver", "sub",
        "name",
        "preferred_username",
    ]

    /// `xms_edov` says whether the tenant has proven that it owns the address's domain. Without the claim the address
    /// counts, as Microsoft then sends unverified ones to applications of a single tenant only.
    private static func isAzureEmailVerified(_ claims: JSONObject) -> Bool {
        claims["xms_edov"].map(isTrue) ?? true
    }

    init(keycloak claims: JSONObject, _ provider: ExternalProvider) throws(ProviderFailure) {
        let standard: Set<String> = ["name", "sub", "email", "email_verified"]
        let custom = JSONObject(claims.members.filter { !standard.contains($0.key) }.map { ($0.key, $0.value) })
        let email = Self.email(claims["email"], isVerified: Self.isTrue(claims["email_verified"]))
        let name = claims["name"]?.string
        try self.init(
            subject: Self.text(claims["sub"]), emails: email.map { [$0] } ?? [],
            [("iss", provider.base("")), ("name", name), ("full_name", name)], custom: custom)
    }

    init(discord user: JSONObject, _ provider: ExternalProvider) throws(ProviderFailure) {
        let id = Self.text(user["id"])
        let name = user["username"]?.string ?? ""
        let discriminator = Self.text(user["discriminator"])
        let cdn = "https://cdn.discordapp.com"
        let picture: String
        if let avatar = user["avatar"]?.string, !avatar.isEmpty {
            // Animated pictures are told by their name.
            picture = "\(cdn)/avatars/\(id)/\(avatar).\(avatar.hasPrefix("a_") ? "gif" : "png")"
        } else {
            picture = "\(cdn)/embed/avatars/\((Int(discriminator) ?? 0) % 5).png"
        }
        let email = Self.email(user["email"], isVerified: Self.isTrue(user["verified"]))
        try self.init(
            subject: id, emails: email.map { [$0] } ?? [],
            [
                ("iss", provider.base("https://discord.com") + "/api"), ("name", "\(name)#\(discriminator)"),
                ("full_name", name), ("picture", picture), ("avatar_url", picture),
            ], custom: ["global_name": user["global_name"] ?? .null])
    }

    init(slack user: JSONObject, _ provider: ExternalProvider) throws(ProviderFailure) {
        let email = Self.email(user["email"], isVerified: Self.isTrue(user["email_verified"]))
        let (name, picture) = (user["name"]?.string, user["picture"]?.string)
        try self.init(
            subject: Self.text(user["https://slack.com/user_id"]), emails: email.map { [$0] } ?? [],
            [
                ("iss", provider.base("https://slack.com") + "/api"), ("name", name), ("full_name", name),
                ("picture", picture), ("avatar_url", picture),
            ], custom: ["https://slack.com/team_id": user["https://slack.com/team_id"] ?? .null])
    }

    init(facebook user: JSONObject, _ provider: ExternalProvider) throws(ProviderFailure) {
        // Facebook gives addresses that it has verified, and no others.
        let email = Self.email(user["email"], isVerified: true)
        let name = [user["first_name"]?.string, user["last_name"]?.string].compactMap { $0 }.joined(separator: " ")
        let picture = user["picture"]?["data"]?["url"]?.string
        let alias = user["name"]?.string
        try self.init(
            subject: Self.text(user["id"]), emails: email.map { [$0] } ?? [],
            [
                ("iss", provider.base("https://graph.facebook.com")), ("name", name), ("full_name", name),
                ("nickname", alias), ("slug", alias), ("picture", picture), ("avatar_url", picture),
            ])
    }

    init(gitHub user: JSONObject, emails: [JSON], api: String) throws(ProviderFailure) {
        let name = user["name"]?.string
        let login = user["login"]?.string
        let picture = user["avatar_url"]?.string
        try self.init(
            subject: Self.text(user["id"]),
            emails: emails.compactMap {
                Self.email(
                    $0["email"], isVerified: Self.isTrue($0["verified"]), isPrimary: Self.isTrue($0["primary"]))
            },
            [
                ("iss", api), ("name", name), ("full_name", name), ("preferred_username", login),
                ("user_name", login), ("avatar_url", picture),
            ])
    }

    init(gitLab user: JSONObject, emails: [JSON], _ provider: ExternalProvider) throws(ProviderFailure) {
        let isConfirmed = !(user["confirmed_at"]?.string ?? "").isEmpty
        // GitLab does not say of its further addresses whether they were confirmed.
        let further = emails.compactMap { Self.email($0["email"], isVerified: false, isPrimary: false) }
        let primary = Self.email(user["email"], isVerified: isConfirmed)
        let name = user["name"]?.string
        let picture = user["avatar_url"]?.string
        try self.init(
            subject: Self.text(user["id"]),
            emails: (primary.map { [$0] } ?? []) + further.filter { $0.address != primary?.address },
            [
                ("iss", provider.base("https://gitlab.com")), ("name", name), ("full_name", name),
                ("user_name", user["username"]?.string), ("picture", picture), ("avatar_url", picture),
            ])
    }
}

extension ProviderClient {
    /// The provider's answer about the holder of the access token.
    func userInfo(
        _ tokens: ProviderTokens, _ provider: ExternalProvider
    ) async throws(ProviderFailure) -> JSONObject {
        try await object(at: try await endpoint(.userInfo, of: provider), tokens)
    }

    private func object(
        at endpoint: ProviderEndpoint, _ tokens: ProviderTokens
    ) async throws(ProviderFailure) -> JSONObject {
        let json = try await web.json(
            endpoint.url, reach: endpoint.reach, bearer: tokens.accessToken, what: "the profile")
        guard let object = json.object else { throw ProviderFailure(cause: "the profile: no object") }
        return object
    }

    private func list(
        at url: String, _ tokens: ProviderTokens
    ) async throws(ProviderFailure) -> [JSON] {
        let json = try await web.json(
            url, reach: .configured, bearer: tokens.accessToken, what: "the profile's addresses")
        guard let list = json.array else { throw ProviderFailure(cause: "the profile's addresses: no list") }
        return list
    }

    /// GitHub's profile shows an address that its owner chose to show; which are verified is told elsewhere.
    func gitHubProfile(
        _ tokens: ProviderTokens, _ provider: ExternalProvider
    ) async throws(ProviderFailure) -> ExternalProfile {
        let endpoint = try await endpoint(.userInfo, of: provider)
        let user = try await object(at: endpoint, tokens)
        let emails = try await list(at: endpoint.url + "/emails", tokens)
        let api = endpoint.url.hasSuffix("/user") ? String(endpoint.url.dropLast("/user".count)) : endpoint.url
        return try ExternalProfile(gitHub: user, emails: emails, api: api)
    }

    func gitLabProfile(
        _ tokens: ProviderTokens, _ provider: ExternalProvider
    ) async throws(ProviderFailure) -> ExternalProfile {
        let endpoint = try await endpoint(.userInfo, of: provider)
        let user = try await object(at: endpoint, tokens)
        return try ExternalProfile(
            gitLab: user, emails: try await list(at: endpoint.url + "/emails", tokens), provider)
    }

    /// The proof shows Facebook that the token was not taken from another app.
    func facebookProfile(
        _ tokens: ProviderTokens, _ provider: ExternalProvider
    ) async throws(ProviderFailure) -> ExternalProfile {
        let endpoint = try await endpoint(.userInfo, of: provider)
        let secret = Array((provider.settings.secret?.reveal() ?? "").utf8)
        let proof = Hex.encode(HMAC.authenticate(Array(tokens.accessToken.utf8), key: secret))
        let url = endpoint.url + (endpoint.url.contains("?") ? "&" : "?") + "appsecret_proof=" + proof
        let user = try await object(at: ProviderEndpoint(url), tokens)
        return try ExternalProfile(facebook: user, provider)
    }
}
