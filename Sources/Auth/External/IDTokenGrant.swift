internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /token?grant_type=id_token` (contract, section 6.9): an ID token that a provider's own software obtained, in a
/// native app or by One Tap, becomes a session.
extension Endpoints {
    func idTokenGrant(_ request: GatewayRequest) async throws -> Response {
        let form = try IDTokenForm(try await Fields(request))
        let now = clock.now()
        let purpose: ExternalSignIn.Purpose =
            form.linksIdentity ? .link(userID: try await linkingUser(request).id) : .signIn
        let trust = try IDTokenTrust(form, configuration)
        let claims = try await provenClaims(form, trust, request, now: now)
        let profile = try IDTokenTrust.profile(claims, trust.provider)
        guard profile.email != nil || trust.provider.settings.isEmailOptional || form.linksIdentity else {
            throw AuthError.profileWithoutEmail
        }
        let signIn = ExternalSignIn(
            endpoints: self, request: request, provider: trust.provider.name, profile: profile, purpose: purpose,
            isEmailOptional: trust.provider.settings.isEmailOptional, target: redirectTarget(request), now: now)
        let (outcome, grant) = try await linking { transaction in
            let outcome = try await signIn.settle(in: transaction)
            guard let user = outcome.user else { return (outcome, Grant?.none) }
            let opening = opening(userID: user.id, method: "oauth", request, now: now)
            guard let grant = try opening.opened(try await transaction.run(opening.statements)) else {
                throw AuthError.externalUserBanned
            }
            return (outcome, grant)
        }
        if let unproven = outcome.unproven { try await signIn.askToConfirm(unproven) }
        guard let grant else { throw outcome.refusal ?? AuthError.externalUserBanned }
        try await tellIfCreated(grant.user, request, now: now)
        await signIn.tellIfLinked(grant.user)
        return try await answer(grant, method: "oauth", now: now)
    }

    private func linkingUser(_ request: GatewayRequest) async throws -> User {
        guard request.credentials.hasAuthorizationHeader else {
            throw AuthError.idToken("Linking requires a valid user access token in Authorization")
        }
        let bearer = try await user(request)
        guard configuration.external.isManualLinkingEnabled else { throw AuthError.manualLinkingDisabled }
        return bearer.user
    }

    private func provenClaims(
        _ form: IDTokenForm, _ trust: IDTokenTrust, _ request: GatewayRequest, now: Timestamp
    ) async throws -> IDClaims {
        do {
            let claims = try await providerClient(now: now).proven(form.token, by: trust.provider)
            if let asked = form.issuer { try claims.checkIssuer(asked) }
            try claims.checkAudience(trust.audiences)
            if let accessToken = form.accessToken { try claims.checkAccessToken(accessToken) }
            if !trust.provider.settings.isNonceSkipped, trust.provider.kind != .facebook {
                try form.checkNonce(of: claims)
            }
            return claims
        } catch let fault as IDTokenFault {
            switch fault {
            case .keysMissing(let failure):
                note(failure, of: trust.provider, request)
                throw AuthError.failed(cause: "an ID token could not be checked: \(failure.cause)")
            case .subjectMissing: throw AuthError.idToken("Missing sub claim in id_token")
            case .audience(let audience):
                let shown = audience.map { String($0.prefix(ExternalLimits.echoedCharactersMax)) }.prefix(4)
                throw AuthError.idToken(
                    "Unacceptable audience in id_token: [\(shown.joined(separator: " "))]")
            case .malformed, .algorithm, .unknownKey, .signature, .expired, .notYetValid, .issuer, .authorizedParty,
                .accessTokenHash:
                throw AuthError.idToken("Bad ID token")
            }
        }
    }
}

/// A request with an ID token as it was sent.
struct IDTokenForm: Sendable {
    let token: String
    let provider: String
    let accessToken: String?
    let nonce: String?
    let clientID: String?
    let issuer: String?
    let linksIdentity: Bool

    init(_ fields: Fields) throws(AuthError) {
        guard let token = try fields.filledText("id_token") else { throw .idToken("id_token required") }
        self.token = token
        provider = (try fields.filledText("provider") ?? "").lowercased()
        accessToken = try fields.filledText("access_token")
        nonce = try fields.filledText("nonce")
        clientID = try fields.filledText("client_id")
        issuer = try fields.filledText("issuer")
        linksIdentity = try fields.bool("link_identity") ?? false
        guard !provider.isEmpty || (clientID != nil && issuer != nil) else {
            throw .idToken("provider or client_id and issuer required")
        }
    }

    /// The token must hold the hash of the nonce that the app sent, or both must have none.
    func checkNonce(of claims: IDClaims) throws(AuthError) {
        guard let nonce, let kept = claims.nonce else {
            guard nonce == nil, claims.nonce == nil else {
                throw .idToken("Passed nonce and nonce in id_token should either both exist or not.")
            }
            return
        }
        guard constantTimeEqual(Hex.encode(Digest.hash(.sha256, of: nonce)), kept) else {
            throw .idToken("Nonces mismatch", error: "invalid nonce")
        }
    }
}

/// Whose ID tokens a request asks to trust, and for which clients.
struct IDTokenTrust: Sendable {
    let provider: ExternalProvider
    let audiences: [String]

    init(_ form: IDTokenForm, _ configuration: AuthConfiguration) throws(AuthError) {
        let external = configuration.external
        if let name = IDTokenTrust.providerName(form, configuration) {
            do throws(ExternalProvider.Defect) {
                provider = try ExternalProvider(name, configuration, exchanges: false)
            } catch {
                switch error {
                case .disabled, .clientIDMissing, .secretMissing, .urlMissing: throw .issuerDisabled(name)
                case .unknown: throw .invalid("Custom OIDC provider \"\(name)\" not allowed")
                }
            }
            let bundle = provider.kind == .apple ? external.bundleID.map { [$0] } ?? [] : []
            audiences = provider.settings.clientIDs + bundle
        } else if let issuer = form.issuer, let clientID = form.clientID, external.allowedIssuers.contains(issuer) {
            provider = ExternalProvider(allowedIssuer: issuer, clientID: clientID)
            audiences = [clientID]
        } else {
            let shown = form.provider.prefix(ExternalLimits.echoedCharactersMax)
            throw .invalid("Custom OIDC provider \"\(shown)\" not allowed")
        }
    }

    /// The provider that is named, or whose issuer is; nil for one that has no ID tokens or is not known.
    private static func providerName(_ form: IDTokenForm, _ configuration: AuthConfiguration) -> String? {
        let configured = configuration.external.providers
        let known = ExternalConfiguration.knownProviders
        if !form.provider.isEmpty {
            guard known.contains(form.provider) || configured[form.provider] != nil else { return nil }
            let kind = known.contains(form.provider) ? ProviderKind(name: form.provider) : .openID
            return kind.isIdentityTokenTaken ? form.provider : nil
        }
        guard let issuer = form.issuer else { return nil }
        if ExternalProvider.appleIssuers.contains(issuer) { return ProviderKind.apple.rawValue }
        if AzureIssuer.isGenuine(issuer) { return ProviderKind.azure.rawValue }
        return configured.keys.sorted().first { name in
            guard let provider = try? ExternalProvider(name, configuration, exchanges: false) else {
                // One that is not set up is nobody's issuer.
                return false
            }
            return provider.kind.isIdentityTokenTaken && provider.issuer == issuer
        }
    }

    static func profile(_ claims: IDClaims, _ provider: ExternalProvider) throws(AuthError) -> ExternalProfile {
        do throws(ProviderFailure) {
            return try ExternalProfile(openID: claims.claims, issuer: claims.issuer, provider.kind)
        } catch {
            throw .idToken("Bad ID token")
        }
    }
}
