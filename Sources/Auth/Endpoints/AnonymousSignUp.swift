internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /signup` without an address: an account that only its session can reach (contract, section 6.10).
extension Endpoints {
    func signUpAnonymously(_ form: SignUpForm, _ request: GatewayRequest) async throws -> Response {
        guard configuration.areAnonymousUsersEnabled else { throw AuthError.anonymousDisabled }
        guard !configuration.isSignUpDisabled else { throw AuthError.signUpDisabled }
        try await limit(.anonymousSignUp, request)
        let now = clock.now()
        let user = NewUser(
            id: SecureRandom.uuid(), audience: configuration.audience, passwordHash: "", userMetadata: form.data,
            isAnonymous: true)
        var opening = opening(userID: user.id, method: "anonymous", request, now: now)
        opening.noted = audit(
            .userSignedUp, by: AuditEntry.Actor(user), traits: ["provider": "anonymous"], of: opening, request, now: now
        )
        try await beforeCreating(user, request)
        let grant = try await during(.savingUser) {
            try opening.opened(
                try await database.run(
                    .serviceItself,
                    [
                        UserStatements.insert(user, now: now),
                        UserStatements.setRole(id: user.id, role: configuration.defaultRole),
                    ] + opening.statements))
        }
        guard let grant else { throw AuthError.failed(cause: "a new user was gone before its session was made") }
        try await afterCreating(grant.user, request)
        return try await answer(grant, method: "anonymous", now: now)
    }
}
