internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `GET /verify` (contract, section 6.4): what a link in a mail leads to. A browser asks, so that all but a link without
/// token or type is answered by leading it on, errors included.
extension Endpoints {
    func verifyLink(_ request: GatewayRequest) async throws -> Response {
        let form = try LinkForm(
            type: request.query["type"], token: request.query["token"], redirectTo: request.query["redirect_to"])
        guard LinkVisitor(request).mayAct(under: configuration.mail.linkConfirmation) else {
            return ConfirmationPage(form, action: configuration.redirects.serviceURL + "/verify").response
        }
        return try await followLink(form, request)
    }

    /// `HEAD /verify`: only a program asks, and nothing is used up.
    func previewLink(_ request: GatewayRequest) async throws -> Response {
        .empty(.ok, headers: ConfirmationPage.discretion.merging([.contentType: "text/html; charset=utf-8"]))
    }

    func followLink(_ form: LinkForm, _ request: GatewayRequest) async throws -> Response {
        let now = clock.now()
        var location = RedirectLocation(redirectTarget(request, form: form.redirectTo))
        do {
            switch try await outcome(form, request, now: now) {
            case .halfChanged:
                let message = [(name: "message", value: Endpoints.halfChangeText)]
                if form.isPKCE { location.setQuery(message) }
                location.setFragment(message + [("sb", "")])
            case .code(let code, let redeemed):
                await tellOfChange(redeemed)
                location.setQuery([("code", code)])
            case .session(let grant, let redeemed):
                await tellOfChange(redeemed)
                let token = try await accessToken(for: grant, method: "otp", now: now)
                location.setFragment([
                    ("access_token", token.text), ("expires_at", String(token.expiry)),
                    ("expires_in", String(token.lifetime)), ("refresh_token", grant.refreshToken), ("sb", ""),
                    ("token_type", "bearer"), ("type", redeemed.type.rawValue),
                ])
            }
        } catch let error as AuthError {
            // Nobody else will report it: the answer is a redirect.
            if let cause = error.cause {
                observer.observe(.requestFailed(requestID: request.id, service: "auth", cause: cause))
            }
            let pairs = LinkFault(error).pairs
            if form.isPKCE { location.setQuery(pairs) }
            location.setFragment(pairs + [("sb", "")])
        }
        // Tokens must stay neither in a cache nor in the next page's referrer.
        return .empty(.seeOther, headers: ConfirmationPage.discretion.merging([.location: location.text]))
    }

    private enum LinkOutcome: Sendable {
        case halfChanged
        case session(Grant, Redeemed)
        /// For an exchange.
        case code(String, Redeemed)
    }

    private func outcome(_ form: LinkForm, _ request: GatewayRequest, now: Timestamp) async throws -> LinkOutcome {
        guard let type = VerificationType(rawValue: form.type), !type.isByPhone else {
            throw AuthError.invalid("Invalid email verification type")
        }
        let presentation = Presentation(
            type: type, token: .link(form.token), refusal: .linkInvalid)
        return try await redeeming {
            try await database.transaction { transaction -> LinkOutcome in
                guard let redeemed = try await redeem(presentation, request, in: transaction, now: now) else {
                    return .halfChanged
                }
                guard form.isPKCE else {
                    return .session(
                        try await open(redeemed, presentation, request, in: transaction, now: now), redeemed)
                }
                let issued = try await transaction.run(
                    redeemed.statements + [
                        RedemptionStatements.issueAuthCode(
                            userID: redeemed.userID, method: redeemed.type.flowMethod, now: now)
                    ])
                guard let code = try issued.last?.first?.text(0) else { throw AuthError.refused(.flowStateMissing) }
                return .code(code, redeemed)
            }
        }
    }
}

/// What a link in a mail carries.
struct LinkForm: Sendable {
    let type: String
    let token: String
    let redirectTo: String?

    /// Whether it continues a flow that ends with a code exchange.
    var isPKCE: Bool { token.hasPrefix(OneTimeToken.pkcePrefix) }

    init(type: String?, token: String?, redirectTo: String?) throws(AuthError) {
        guard let type, !type.isEmpty else { throw .invalid("Verify requires a verification type") }
        guard let token, !token.isEmpty else { throw .invalid("Verify requires a token or a token hash") }
        self.type = type
        self.token = token
        self.redirectTo = redirectTo
    }

    /// As the confirmation page posts it.
    init(form bytes: [UInt8]) throws {
        let query: Query
        do throws(RequestLineError) { query = try Query(String(decoding: bytes, as: UTF8.self)) } catch {
            throw AuthError.invalid("the form cannot be read")
        }
        try self.init(type: query["type"], token: query["token"], redirectTo: query["redirect_to"])
    }
}

/// An error as a redirect tells it.
private struct LinkFault {
    let pairs: [(name: String, value: String)]

    init(_ error: AuthError) {
        let name: String? =
            switch error.status.code {
            case 400: "invalid_request"
            case 401: "unauthorized_client"
            case 403: "access_denied"
            case 500: "server_error"
            default: nil
            }
        pairs =
            (name.map { [("error", $0)] } ?? []) + [
                ("error_code", error.code.rawValue), ("error_description", error.text),
            ]
    }
}

extension HTTPFields {
    /// With the fields of `other` in place of those of the same name.
    func merging(_ other: HTTPFields) -> HTTPFields {
        var all = self
        for field in other { all[field.name] = field.value }
        return all
    }
}
