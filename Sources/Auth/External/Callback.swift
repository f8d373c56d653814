internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `GET` and `POST /callback`: the browser comes back from a provider (contract, section 6.7).
extension Endpoints {
    func externalCallback(_ request: GatewayRequest) async throws -> Response {
        let answer = try await ProviderAnswer(request)
        let now = clock.now()
        let flow: FlowState
        do {
            flow = try await claimFlow(answer.state, now: now)
        } catch {
            // Without a flow nothing is known of the app but its own URL.
            var location = RedirectLocation(configuration.redirects.siteURL)
            location.setQuery(redirectMembers(of: error, request))
            return redirect(to: location, status: .seeOther)
        }
        let target = configuration.external.redirectURL ?? flow.target
        var location = RedirectLocation(target.isEmpty ? configuration.redirects.siteURL : target)
        do {
            switch try await arrive(flow, answer, request, now: now) {
            case .code(let code): location.setQuery([("code", code)])
            case .session(let members): location.setFragment(members)
            }
        } catch {
            let members = redirectMembers(of: error, request)
            location.setQuery(members)
            location.setFragment(members + [("sb", "")])
        }
        return redirect(to: location, status: .found)
    }

    private func redirect(to location: RedirectLocation, status: HTTPResponse.Status) -> Response {
        // Neither caches nor the next page's servers are to see what the URL holds.
        .empty(
            status,
            headers: [.location: location.text, .cacheControl: "no-store", .referrerPolicy: "no-referrer"])
    }

    // MARK: The state

    /// The flow of a state, which is good for one callback.
    private func claimFlow(_ state: String, now: Timestamp) async throws -> FlowState {
        guard !state.isEmpty else { throw AuthError.stateMissing }
        guard let id = UUIDText.canonical(state) else { throw AuthError.stateInvalid }
        let results = try await during(.reading) {
            try await database.run(.serviceItself, FlowStatements.claim(id: id, now: now))
        }
        guard let row = results[0].first else { throw AuthError.stateNotFound }
        let flow = try FlowState(row)
        // A mail's flow, or one that is through.
        guard flow.userID == nil, flow.issuedAt == nil else { throw AuthError.stateUsed }
        guard now <= flow.createdAt.advanced(by: configuration.external.flowLifetime) else {
            throw AuthError.stateExpired
        }
        return flow
    }

    // MARK: The way back

    private func arrive(
        _ flow: FlowState, _ answer: ProviderAnswer, _ request: GatewayRequest, now: Timestamp
    ) async throws -> Arrival {
        let provider: ExternalProvider
        do throws(ExternalProvider.Defect) {
            provider = try ExternalProvider(flow.provider, configuration)
        } catch {
            throw AuthError.providerNotSupported(error)
        }
        if flow.challenge == nil, flow.linkingTargetID == nil,
            !StateCookie(flowID: flow.id, configuration, provider).isSatisfied(by: request)
        {
            throw AuthError.stateOfAnotherBrowser
        }
        if let fault = answer.fault { throw AuthError.oauth(fault) }
        guard !answer.code.isEmpty else { throw AuthError.codeMissing }
        let (tokens, profile) = try await introduce(flow, answer, provider, request, now: now)
        guard profile.email != nil || flow.isEmailOptional else { throw AuthError.profileWithoutEmail }
        let signIn = ExternalSignIn(
            endpoints: self, request: request, provider: provider.name, profile: profile,
            purpose: flow.linkingTargetID.map { .link(userID: $0) }
                ?? flow.inviteToken.map { .acceptInvitation(token: $0) } ?? .signIn,
            isEmailOptional: flow.isEmailOptional, target: flow.target, now: now)
        return try await finish(flow, signIn, tokens)
    }

    /// Asks the provider who it is.
    private func introduce(
        _ flow: FlowState, _ answer: ProviderAnswer, _ provider: ExternalProvider, _ request: GatewayRequest,
        now: Timestamp
    ) async throws -> (ProviderTokens, ExternalProfile) {
        let client = try providerClient(now: now)
        var verifier: String?
        if let id = flow.clientStateID {
            let row = try await during(.reading) {
                try await database.run(FlowStatements.takeVerifier(id: id, provider: provider.name)).first
            }
            guard let row else { throw AuthError.stateNotFound }
            verifier = try row.text(0)
        }
        let tokens: ProviderTokens
        do throws(ProviderFailure) {
            tokens = try await client.exchange(code: answer.code, verifier: verifier, with: provider)
        } catch {
            note(error, of: provider, request)
            throw AuthError.codeNotExchanged(answer.code)
        }
        do throws(ProviderFailure) {
            var profile = try await client.profile(tokens, from: provider)
            if provider.kind == .apple, let name = answer.appleName { profile.setName(name) }
            return (tokens, profile)
        } catch {
            note(error, of: provider, request)
            throw AuthError.profileFailed
        }
    }

    /// Settles whose account it is and, in the same transaction, hands out the code or opens the session.
    private func finish(
        _ flow: FlowState, _ signIn: ExternalSignIn, _ tokens: ProviderTokens
    ) async throws -> Arrival {
        let (request, now) = (signIn.request, signIn.now)
        if flow.challenge != nil, case .link(let userID) = signIn.purpose {
            return .code(try await postponeLink(flow, signIn, to: userID, tokens))
        }
        let landing: Landing = try await linking { transaction in
            let outcome = try await signIn.settle(in: transaction)
            var landing = Landing(refusal: outcome.refusal, unproven: outcome.unproven)
            guard let user = outcome.user else { return landing }
            landing.user = user
            if flow.challenge != nil {
                let finished = try await transaction.run(
                    FlowStatements.finish(id: flow.id, userID: user.id, tokens: tokens, now: now))
                landing.code = finished.first?.optionalText(0)
                // Gone only if the purge was quicker than the provider.
                if landing.code == nil { throw AuthError.stateNotFound }
            } else {
                let opening = opening(userID: user.id, method: "oauth", request, now: now)
                landing.grant = try opening.opened(try await transaction.run(opening.statements))
                if landing.grant == nil { throw AuthError.externalUserBanned }
            }
            return landing
        }
        if let unproven = landing.unproven { try await signIn.askToConfirm(unproven) }
        if let user = landing.user {
            try await tellIfCreated(user, request, now: now)
            await signIn.tellIfLinked(user)
        }
        if let code = landing.code { return .code(code) }
        guard let grant = landing.grant else { throw landing.refusal ?? AuthError.stateNotFound }
        let token = try await accessToken(for: grant, method: "oauth", now: now)
        return .session(grant.fragment(token, provider: tokens))
    }

    // MARK: Errors

    /// An error as the app's page reads it.
    private func redirectMembers(of error: any Error, _ request: GatewayRequest) -> [(name: String, value: String)] {
        let known: AuthError =
            switch error {
            case let error as AuthError: error
            case let error as DatabaseError: .database(error, during: .savingUser)
            default: .failed(cause: "unexpected error of type \(type(of: error))")
            }
        if let cause = known.cause {
            observer.observe(.requestFailed(requestID: request.id, service: "auth", cause: cause))
        }
        if case .oauth(let fault) = known {
            return [("error", fault.error), ("error_description", fault.description)]
        }
        return [
            ("error", known.redirectError), ("error_code", known.code.rawValue), ("error_description", known.text),
        ]
    }
}

/// What came of a callback: a code, a session or a refusal.
private struct Landing: Sendable {
    var user: User?
    var code: String?
    var grant: Grant?
    var refusal: AuthError?
    var unproven: ExternalSignIn.Unproven?
}

/// What of it the browser is told.
private enum Arrival: Sendable {
    case code(String)
    case session([(name: String, value: String)])
}

extension Grant {
    /// A session as the fragment of a URL, in the order of names.
    fileprivate func fragment(_ token: IssuedToken, provider: ProviderTokens) -> [(name: String, value: String)] {
        var members = [
            (name: "access_token", value: token.text), (name: "expires_at", value: String(token.expiry)),
            (name: "expires_in", value: String(token.lifetime)),
        ]
        if let refreshToken = provider.refreshToken { members.append(("provider_refresh_token", refreshToken)) }
        return members + [
            ("provider_token", provider.accessToken), ("refresh_token", refreshToken), ("sb", ""),
            ("token_type", "bearer"),
        ]
    }
}

extension AuthError {
    /// The `error` of a redirect, in the words of OAuth 2.0.
    fileprivate var redirectError: String {
        if [.signUpDisabled, .userBanned, .providerEmailNeedsVerification].contains(code) { return "access_denied" }
        return switch status {
        case .badRequest: "invalid_request"
        case .unauthorized: "unauthorized_client"
        case .forbidden: "access_denied"
        default: "server_error"
        }
    }
}

/// What a provider sends along with the browser.
private struct ProviderAnswer: Sendable {
    let state: String
    let code: String
    /// The provider's own refusal.
    let fault: OAuthFault?
    /// The name that Apple tells the first time somebody signs in.
    let appleName: String?

    init(_ request: GatewayRequest) async throws {
        var query = request.query
        if request.method == .post {
            let bytes = try await request.bytes(limit: ExternalLimits.callbackForm)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw AuthError.invalid("The form is not UTF-8")
            }
            do throws(RequestLineError) { query = try Query(text) } catch {
                throw AuthError.invalid("The form is malformed")
            }
        }
        state = query["state"] ?? ""
        code = query["code"] ?? ""
        if let error = query["error"], !error.isEmpty {
            fault = OAuthFault(
                error: String(error.prefix(ExternalLimits.echoedCharactersMax)),
                description: String(
                    (query["error_description"] ?? "").prefix(ExternalLimits.descriptionCharactersMax)))
        } else {
            fault = nil
        }
        appleName = query["user"].flatMap(ProviderAnswer.name)
    }

    /// `{"name":{"firstName":…,"lastName":…}}`; nil for anything else, since a name decides nothing.
    private static func name(_ text: String) -> String? {
        guard let name = (try? JSON(parsing: text))?["name"] else { return nil }
        let parts = [name["firstName"]?.string, name["lastName"]?.string].compactMap { $0 }.filter { !$0.isEmpty }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}

extension HTTPField.Name {
    fileprivate static var referrerPolicy: HTTPField.Name {
        guard let name = HTTPField.Name("Referrer-Policy") else { preconditionFailure("Referrer-Policy is a name") }
        return name
    }
}
