internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /token?grant_type=pkce` (contract, section 6.5): the code of a provider's callback or of a mail's link becomes a
/// session, once. Apps exchange it on their servers, so neither address nor user agent have to be the browser's.
extension Endpoints {
    func pkceGrant(_ request: GatewayRequest) async throws -> Response {
        let fields = try await Fields(request)
        guard let code = try fields.filledText("auth_code"), let verifier = try fields.filledText("code_verifier")
        else {
            throw AuthError.codeOrVerifierMissing
        }
        let now = clock.now()
        let exchange = try await linking(.issuingSession) { transaction in
            try await redeem(code, verifier: verifier, in: transaction, request, now: now)
        }
        switch exchange {
        case .refused(let error): throw error
        case .unproven(let error, let link):
            if let unproven = link.outcome.unproven { try await link.signIn.askToConfirm(unproven) }
            throw error
        case .granted(let grant, let flow, let link):
            await link?.signIn.tellIfLinked(grant.user)
            var extra: JSONObject = [:]
            extra["provider_token"] = flow.providerToken.map { .string($0.reveal()) }
            extra["provider_refresh_token"] = flow.providerRefreshToken.map { .string($0.reveal()) }
            return try await answer(grant, method: flow.method, extra: extra, now: now)
        }
    }

    /// What is thrown leaves no trace; what is refused is counted, and a code that is too good for its bearer is used up.
    private func redeem(
        _ code: String, verifier: String, in transaction: Transaction, _ request: GatewayRequest, now: Timestamp
    ) async throws -> CodeExchange {
        // The lock makes others with the same code wait until this one has gone, and find nothing.
        let attempt = attempt(.code, account: "flow " + code, request)
        let found = try await transaction.run(
            [FlowStatements.lock(code: code)] + (attemptCheck(attempt).map { [$0] } ?? []))
        guard let row = found[0].first else { throw AuthError.flowNotFound }
        // Who has a code and not its verifier is no app.
        if found.count > 1, !found[1].isEmpty { return .refused(.refused(.tooManyRequests)) }
        let flow = try FlowState(row)
        guard let userID = flow.userID, let challenge = flow.challenge else { throw AuthError.flowNotFound }
        // From when the code was handed out: links of mails may be followed long after they were asked for.
        let start = flow.issuedAt ?? flow.createdAt
        guard now <= start.advanced(by: configuration.external.flowLifetime) else { throw AuthError.flowExpired }
        guard challenge.isMet(by: verifier) else { return .refused(.wrongVerifier) }

        let done = [FlowStatements.delete(id: flow.id)] + successStatements(attempt)
        let link = try await settlePostponedLink(flow, request, in: transaction, now: now)
        if let link, let refusal = link.outcome.refusal {
            try await transaction.run(done)
            return .unproven(refusal, link)
        }
        let opening = opening(userID: userID, method: flow.method, request, now: now)
        let results = try await transaction.run(done + opening.statements)
        guard let grant = try opening.opened(results) else {
            // Banned or deleted since the code was made.
            let isUserThere = results[results.count - 2].first != nil
            return .refused(isUserThere ? .userBanned : .flowNotFound)
        }
        let entries = audit(
            .login, by: AuditEntry.Actor(grant.user), traits: ["provider_type": .string(flow.provider)], request,
            now: now)
        if !entries.isEmpty { try await transaction.run(entries) }
        return .granted(grant, flow, link)
    }
}

/// The end of an exchange that is stored.
private enum CodeExchange: Sendable {
    case granted(Grant, FlowState, SettledLink?)
    /// The identity is linked, but its address has to be proven by a mail before anybody gets in.
    case unproven(AuthError, SettledLink)
    case refused(AuthError)
}

extension CodeChallenge {
    /// Whether the verifier is the challenge's (RFC 7636, section 4.6), compared in constant time.
    func isMet(by verifier: String) -> Bool {
        switch method {
        case .s256: constantTimeEqual(Base64URL.encode(Digest.hash(.sha256, of: verifier)), challenge)
        case .plain: constantTimeEqual(verifier, challenge)
        }
    }
}
