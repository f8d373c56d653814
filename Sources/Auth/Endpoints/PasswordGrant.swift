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
        let row = try await database.run(UserStatements.find(email: form.email, audience: audience)).first
        let user = try row.map { row in try User(row) }

        // One answer for every account without this password. What else is wrong with an account is told only to who
        // knows its password.
        let isValid = try await verify(form.password, of: user)
        guard let user else { throw AuthError.invalidCredentials }
        try await passwordAttempt(of: user, isValid: isValid, request)
        guard isValid else { throw AuthError.invalidCredentials }
        let now = clock.now()
        guard !user.isBanned(at: now) else { throw AuthError.userBanned }
        guard user.isEmailConfirmed else { throw AuthError.emailNotConfirmed }

        let opening = SessionOpening(
            userID: user.id, method: "password", passwordHash: user.passwordHash?.reveal(), request: request, now: now)
        let grant = try await during(.issuingSession) {
            try opening.opened(try await database.run(.serviceItself, opening.statements))
        }
        guard let grant else { throw AuthError.invalidCredentials }
        return try await answer(
            grant, method: "password", weakness: try await weakness(of: form.password), now: now)
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
