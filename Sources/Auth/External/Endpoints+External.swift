internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

extension Endpoints {
    /// The outside that providers are asked through. Without one nothing of this can work.
    func providerClient(now: Timestamp) throws(AuthError) -> ProviderClient {
        guard let web = peers.web else { throw .failed(cause: "no web client is configured") }
        return ProviderClient(web: web, directory: providerDirectory, now: now)
    }

    /// Notes for the operator why a provider's part of a sign-in failed; the app is told in other words.
    func note(_ failure: ProviderFailure, of provider: ExternalProvider, _ request: GatewayRequest) {
        observer.observe(
            .requestFailed(
                requestID: request.id, service: "auth", cause: "sign-in with \(provider.name): \(failure.cause)"))
    }

    /// Runs `body` in a transaction, again when somebody else signed in with the same identity or address meanwhile: then
    /// that account is found.
    func linking<Answer: Sendable>(
        _ step: AuthError.Step = .savingUser, _ body: (Transaction) async throws -> Answer
    ) async throws -> Answer {
        var attempt = 1
        while true {
            do {
                return try await database.transaction { transaction in try await body(transaction) }
            } catch let error as DatabaseError
                where error.isIdentityRace && attempt < ExternalLimits.linkingAttemptsMax
            {
                attempt += 1
            } catch let error as DatabaseError {
                throw AuthError.database(error, during: step)
            }
        }
    }

    /// Invitations that were sent before are too old.
    func invitationsSentAfter(_ now: Timestamp) -> Timestamp {
        now.advanced(by: .zero - configuration.mail.codeLifetime)
    }

    // MARK: GET /authorize

    /// Sends the browser to a provider (contract, section 6.7).
    func authorizeExternally(_ request: GatewayRequest) async throws -> Response {
        let departure = try await depart(request, linking: nil)
        var headers: HTTPFields = [.location: departure.url, .cacheControl: "no-store"]
        headers[.setCookie] = departure.cookie
        return .empty(.found, headers: headers)
    }

    /// `GET /user/identities/authorize`: the same for one more identity of the user.
    func authorizeLinking(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        guard configuration.external.isManualLinkingEnabled else { throw AuthError.manualLinkingDisabled }
        let url = try await depart(request, linking: bearer.user).url
        if request.query["skip_http_redirect"] == "true" {
            return .json(["url": .string(url)], headers: [.cacheControl: "no-store"])
        }
        return .empty(.found, headers: [.location: url, .cacheControl: "no-store"])
    }

    private func depart(_ request: GatewayRequest, linking target: User?) async throws -> Departure {
        let query = request.query
        let now = clock.now()
        let provider: ExternalProvider
        do throws(ExternalProvider.Defect) {
            provider = try ExternalProvider(query["provider"] ?? "", configuration)
        } catch {
            throw AuthError.unsupportedProvider(error)
        }
        let invitation = query["invite_token"].flatMap { $0.isEmpty ? nil : $0 }
        if let invitation {
            let found = try await during(.reading) {
                try await database.run(
                    ExternalIdentityStatements.findInvitation(
                        token: invitation, sentAfter: invitationsSentAfter(now)))
            }
            guard !found.isEmpty else { throw AuthError.invitedUserNotFound }
        }
        let challenge = try CodeChallenge.read(
            Fields([
                "code_challenge": .optional(query["code_challenge"]),
                "code_challenge_method": .optional(query["code_challenge_method"]),
            ]))
        var flow = NewFlow(
            id: SecureRandom.uuid(), challenge: challenge, provider: provider.name, inviteToken: invitation,
            target: configuration.external.redirectURL ?? redirectTarget(request), linkingTargetID: target?.id,
            isEmailOptional: provider.settings.isEmailOptional)
        if challenge != nil { flow.code = SecureRandom.uuid() }
        var statements: [SQL] = []
        var verifier: String?
        if provider.settings.usesPKCE {
            let made = Base64URL.encode(SecureRandom.bytes(32))
            let id = SecureRandom.uuid()
            statements.append(FlowStatements.keepVerifier(id: id, provider: provider.name, verifier: made, now: now))
            flow.clientStateID = id
            verifier = made
        }
        let url: String
        let client = try providerClient(now: now)
        do throws(ProviderFailure) {
            url = try await client.authorizationURL(
                provider, state: flow.id, scopes: query["scopes"] ?? "", verifier: verifier,
                passing: PassedParameters(query).pairs)
        } catch {
            throw AuthError.failed(cause: "sign-in with \(provider.name): \(error.cause)")
        }
        statements.append(FlowStatements.begin(flow, now: now))
        try await during(.reading) { _ = try await database.run(statements) }
        let cookie = StateCookie(flowID: flow.id, configuration, provider)
        let isBound = challenge == nil && target == nil && cookie.isUsed
        return Departure(url: url, cookie: isBound ? cookie.setting : nil)
    }
}

/// The way to the provider.
private struct Departure: Sendable {
    let url: String
    let cookie: String?
}

/// What of a request's query goes on to the provider: everything that neither is for this service nor decides what the
/// provider's answer is and where it goes.
struct PassedParameters: Sendable {
    let pairs: [(name: String, value: String)]

    init(_ query: Query) {
        var pairs: [(name: String, value: String)] = []
        for item in query.items where pairs.count < ExternalLimits.passedParametersMax {
            let name = item.name.lowercased()
            guard !PassedParameters.reserved.contains(name), !pairs.contains(where: { $0.name == item.name }) else {
                continue
            }
            // WorkOS's own name for what would be this service's.
            pairs.append((name == "workos_provider" ? "provider" : item.name, item.value))
        }
        self.pairs = pairs
    }

    private static let reserved: Set<String> = [
        "client_id", "client_secret", "redirect_uri", "response_type", "state", "code_challenge",
        "code_challenge_method", "code_verifier",
        // They change how the answer comes back, or stand for all the others (RFC 9101).
        "response_mode", "request", "request_uri", "registration",
        // This service's own.
        "provider", "scopes", "scope", "redirect_to", "invite_token", "skip_http_redirect", "apikey",
    ]
}

extension DatabaseError {
    /// An identity or address that somebody else was quicker to take.
    fileprivate var isIdentityRace: Bool {
        guard sqlState == .uniqueViolation else { return false }
        return ["identities_provider_id_provider_unique", "users_email_partial_key"]
            .contains(serverError?.constraint ?? "")
    }
}
