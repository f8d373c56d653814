internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /token?grant_type=password` (contract, section 6.2).
extension Endpoints {
    func passwordGrant(_ request: GatewayRequest) async throws -> Response {
        let form = try PasswordGrantForm(try await Fields(request))
        let lookUp = try lookUp(form, audience: configuration.audience)
        let attempt = attempt(.password, account: form.address.text, request)
        // Before anything is hashed: whoever has to wait costs no more than a look.
        let results = try await database.run(
            .serviceItself, [lookUp] + (attemptCheck(attempt).map { [$0] } ?? []))
        if results.count > 1, !results[1].isEmpty { throw AuthError.refused(.tooManyRequests) }
        let user = try results[0].first.map { row in try User(row) }

        // One answer for every account without this password. What else is wrong with an account is told only to who
        // knows its password.
        let isValid = try await verify(form.password, of: user)
        if !isValid { try await noteFailure(attempt) }
        if let user { try await passwordAttempt(of: user, isValid: isValid, request) }
        guard isValid, let user else { throw AuthError.invalidCredentials }
        let now = clock.now()
        guard !user.isBanned(at: now) else { throw AuthError.userBanned }
        switch form.address {
        case .email: guard user.isEmailConfirmed else { throw AuthError.emailNotConfirmed }
        case .phone: guard user.phoneConfirmedAt != nil else { throw AuthError.refused(.phoneNotConfirmed) }
        }

        var opening = opening(
            userID: user.id, method: "password", passwordHash: user.passwordHash?.reveal(), request, now: now)
        opening.noted =
            successStatements(attempt)
            + audit(
                .login, by: AuditEntry.Actor(user), traits: ["provider": .string(form.address.provider)], of: opening,
                request, now: now)
        let grant = try await during(.issuingSession) {
            try opening.opened(try await database.run(.serviceItself, opening.statements))
        }
        guard let grant else { throw AuthError.invalidCredentials }
        return try await answer(
            grant, method: "password", weakness: try await weakness(of: form.password), now: now)
    }

    private func lookUp(_ form: PasswordGrantForm, audience: String) throws(AuthError) -> SQL {
        switch form.address {
        case .email(let email):
            guard configuration.isEmailEnabled else { throw .emailDisabled(.signIn) }
            return UserStatements.find(email: email, audience: audience)
        case .phone(let phone):
            guard configuration.phone.isEnabled else { throw .phoneDisabled(.signIn) }
            return UserStatements.find(phone: phone, audience: audience)
        }
    }
}

private struct PasswordGrantForm {
    enum Address {
        /// In lower case.
        case email(String)
        /// Digits, as far as that was understood: what is no number has no account.
        case phone(String)

        var text: String {
            switch self {
            case .email(let text), .phone(let text): text
            }
        }

        var provider: String {
            switch self {
            case .email: "email"
            case .phone: "phone"
            }
        }
    }

    let address: Address
    let password: String

    init(_ fields: Fields) throws(AuthError) {
        let email = try fields.filledText("email")
        let phone = try fields.filledText("phone")
        password = try fields.text("password") ?? ""
        switch (email, phone) {
        case (.some, .some):
            throw .invalid("Only an email address or phone number should be provided on login.")
        case (let email?, nil): address = .email(email.lowercased())
        case (nil, let phone?):
            let digits = phone.filter { $0 != " " }
            address = .phone(digits.hasPrefix("+") ? String(digits.dropFirst()) : digits)
        case (nil, nil): throw .invalid("missing email or phone")
        }
    }
}
