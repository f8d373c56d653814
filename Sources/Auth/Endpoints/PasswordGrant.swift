internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /token?grant_type=password` (contract, section 6.2).
extension Endpoints {
    func passwordGrant(_ request: GatewayRequest) async throws -> Response {
        let form = try PasswordGrantForm(try await Fields(request))
        guard configuration.isEmailEnabled else { throw AuthError.emailDisabled(.signIn) }
        let audience = audience(of: request)
        let attempt = attempt(.password, account: form.email, request)
        // Before anything is hashed: whoever has to wait costs no more than a look.
        let results = try await database.run(
            .serviceItself,
            [UserStatements.find(email: form.email, audience: audience)] + (attemptCheck(attempt).map { [$0] } ?? []))
        if results.count > 1, !results[1].isEmpty { throw AuthError.refused(.tooManyRequests) }
        let user = try results[0].first.map { row in try User(row) }

        // One answer for every account without this password. What else is wrong with an account is told only to who
        // knows its password.
        guard try await verify(form.password, of: user), let user else {
            try await noteFailure(attempt)
            throw AuthError.invalidCredentials
        }
        let now = clock.now()
        guard !user.isBanned(at: now) else { throw AuthError.userBanned }
        guard user.isEmailConfirmed else { throw AuthError.emailNotConfirmed }

        var opening = opening(
            userID: user.id, method: "password", passwordHash: user.passwordHash?.reveal(), request, now: now)
        opening.noted =
            successStatements(attempt)
            + audit(.login, by: AuditEntry.Actor(user), traits: ["provider": "email"], of: opening, request, now: now)
        let grant = try await during(.issuingSession) {
            try opening.opened(try await database.run(.serviceItself, opening.statements))
        }
        guard let grant else { throw AuthError.invalidCredentials }
        return try await answer(
            grant, method: "password", weakness: PasswordPolicy(configuration).weakness(of: form.password), now: now)
    }
}

private struct PasswordGrantForm {
    let email: String
    let password: String

    init(_ fields: Fields) throws(AuthError) {
        let email = try fields.filledText("email")
        let phone = try fields.filledText("phone")
        password = try fields.text("password") ?? ""
        guard email == nil || phone == nil else {
            throw .invalid("Only an email address or phone number should be provided on login.")
        }
        if phone != nil { throw .phoneDisabled(.signIn) }
        guard let email else { throw .invalid("missing email or phone") }
        self.email = email.lowercased()
    }
}
