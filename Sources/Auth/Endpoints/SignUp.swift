internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /signup` (contract, sections 6.1 and 6.10).
extension Endpoints {
    func signUp(_ request: GatewayRequest) async throws -> Response {
        let form = try SignUpForm(try await Fields(request))
        guard form.email != nil || form.phone != nil else { return try await signUpAnonymously(form, request) }
        guard !configuration.isSignUpDisabled else { throw AuthError.signUpDisabled }
        try checkComplete(form)
        if form.phone != nil { return try await signUpByPhone(form, request) }
        let account = try await checkedAccount(
            form, audience: configuration.audience, redirectTo: redirectTarget(request))
        // Hashed whether or not the account exists, so that the time of the answer does not tell.
        let hash = try await hash(form.password)
        return configuration.isEmailAutoconfirmed
            ? try await signUpConfirmed(account, hash: hash, request)
            : try await signUpUnconfirmed(account, hash: hash, request)
    }

    private func checkComplete(_ form: SignUpForm) throws(AuthError) {
        guard form.email == nil || form.phone == nil else {
            throw .invalid("Only an email address or phone number should be provided on signup.")
        }
        guard !form.password.isEmpty else { throw .invalid("Signup requires a valid password") }
    }

    private func checkedAccount(
        _ form: SignUpForm, audience: String, redirectTo: String
    ) async throws(AuthError) -> SignUpAccount {
        guard configuration.isEmailEnabled else { throw .emailDisabled(.signUp) }
        try await checkStrength(of: form.password)
        return SignUpAccount(
            email: try writableAddress(form.email ?? ""), audience: audience, data: form.data,
            challenge: form.challenge,
            redirectTo: redirectTo)
    }

    /// The account is usable at once: everything in one transaction, the session included.
    private func signUpConfirmed(
        _ account: SignUpAccount, hash: String, _ request: GatewayRequest
    ) async throws -> Response {
        let now = clock.now()
        let user = account.newUser(hash: hash)
        var opening = opening(userID: user.id, method: "password", request, now: now)
        opening.noted =
            audit(
                .userSignedUp, by: AuditEntry.Actor(user), traits: ["provider": "email"], of: opening, request, now: now
            )
            + audit(.login, by: AuditEntry.Actor(user), traits: ["provider": "email"], of: opening, request, now: now)
        try await askBeforeCreating(user, request)
        do {
            let grant = try await database.transaction { transaction in
                let found = try await transaction.run(
                    UserStatements.find(email: account.email, audience: account.audience))
                guard found.isEmpty else { throw AuthError.userAlreadyExists }
                return try opening.opened(
                    try await transaction.run(
                        statements(creating: user, now: now)
                            + [UserStatements.confirmEmail(id: user.id, now: now)] + opening.statements))
            }
            guard let grant else { throw AuthError.failed(cause: "a new user was gone before its session was made") }
            try await afterCreating(grant.user, request)
            return try await answer(grant, method: "password", now: now)
        } catch let error as DatabaseError {
            // Somebody else signed up with the address between look-up and insert.
            throw error.isTakenEmail ? AuthError.userAlreadyExists : AuthError.database(error, during: .savingUser)
        }
    }

    /// The hook is asked about new accounts only; what it costs is one look-up more, when there is a hook.
    func askBeforeCreating(_ user: NewUser, _ request: GatewayRequest) async throws {
        guard hooks.isEnabled(.beforeUserCreated) else { return }
        let found = try await during(.reading) {
            try await database.run(UserStatements.isEmailTaken(user.email, besides: user.id))
        }
        if try found.first?.bool(0) == false { try await beforeCreating(user, request) }
    }

    /// User row with what the app's triggers read, then role, identity and the metadata that comes of it.
    func statements(creating user: NewUser, now: Timestamp) -> [SQL] {
        let claims = IdentityStatements.emailData(
            userID: user.id, email: user.email, isVerified: false, data: user.userMetadata)
        return [
            UserStatements.insert(user, now: now),
            UserStatements.setRole(id: user.id, role: configuration.defaultRole),
            IdentityStatements.upsertEmail(userID: user.id, data: claims, now: now),
            UserStatements.mergeUserMetadata(id: user.id, added: claims, now: now),
        ]
    }
}

/// A sign-up as it was sent.
struct SignUpForm: Sendable {
    let email: String?
    let phone: String?
    let password: String
    let data: JSONObject
    /// The way a text message is to take.
    let channel: String?
    let challenge: CodeChallenge?

    init(_ fields: Fields) throws(AuthError) {
        email = try fields.filledText("email")
        phone = try fields.filledText("phone")
        password = try fields.text("password") ?? ""
        var data: JSONObject = [:]
        data.merge(removingNulls: try fields.metadata("data") ?? [:])
        self.data = data
        channel = try fields.filledText("channel")
        challenge = try CodeChallenge.read(fields)
    }
}

/// A sign-up with an address that has been judged.
struct SignUpAccount: Sendable {
    let email: String
    let audience: String
    let data: JSONObject
    let challenge: CodeChallenge?
    /// Where the confirmation link leads.
    let redirectTo: String

    func newUser(hash: String) -> NewUser {
        NewUser(
            id: SecureRandom.uuid(), audience: audience, email: email, passwordHash: hash,
            appMetadata: SignUpAccount.appMetadata, userMetadata: data)
    }

    static let appMetadata: JSONObject = ["provider": "email", "providers": ["email"]]
}

extension DatabaseError {
    /// The address belongs to another account.
    var isTakenEmail: Bool {
        sqlState == .uniqueViolation && serverError?.constraint == "users_email_partial_key"
    }
}
