internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /otp` and its older form `POST /magiclink` (contract, section 6.3).
extension Endpoints {
    func passwordless(_ request: GatewayRequest) async throws -> Response {
        let form = try PasswordlessForm(try await Fields(request))
        guard form.email == nil || form.phone == nil else {
            throw AuthError.invalid("Only an email address or phone number should be provided")
        }
        guard form.email == nil || form.channel == nil else {
            throw AuthError.invalid("Channel should only be specified with Phone OTP")
        }
        if let email = form.email {
            let address = try EmailAddress(email).text
            if !form.createsUser {
                try await checkExists(UserStatements.find(email: address, audience: configuration.audience))
            }
            return try await mailMagicLink(form, to: address, request)
        }
        guard let phone = form.phone else { throw AuthError.invalid("One of email or phone must be set") }
        if !form.createsUser {
            let number = try PhoneNumber(phone).digits
            try await checkExists(UserStatements.find(phone: number, audience: configuration.audience))
        }
        return try await textCode(form, to: phone, request)
    }

    func magicLink(_ request: GatewayRequest) async throws -> Response {
        let form = try PasswordlessForm(try await Fields(request))
        guard let email = form.email else { throw AuthError.refused(.magicLinkNeedsEmail) }
        return try await mailMagicLink(form, to: try EmailAddress(email).text, request)
    }

    /// Whoever asks not to be signed up is told that there is no account: that is what the question is for.
    private func checkExists(_ lookUp: SQL) async throws {
        guard try await !database.run(lookUp).isEmpty else { throw AuthError.refused(.otpDisabled) }
    }

    private func mailMagicLink(
        _ form: PasswordlessForm, to address: String, _ request: GatewayRequest
    ) async throws -> Response {
        guard configuration.isEmailEnabled else { throw AuthError.emailDisabled(.signIn) }
        guard configuration.mail.allowsMagicLinks else { throw AuthError.refused(.magicLinkDisabled) }
        try checkAuthorized(address)
        // Nobody knows a password of the new account, so it has none, and nothing is hashed for it: the time of a hash
        // would tell new addresses from known ones.
        let account = SignUpAccount(
            email: address, audience: configuration.audience, data: form.data, challenge: form.challenge,
            redirectTo: redirectTarget(request))
        try await countMail()
        let now = clock.now()
        let asked = CodeRequest(.mail, address: address, audience: account.audience, for: .access)
        let created: User? = try await retryingTakenAddress(.savingUser) {
            try await handingOver(.magicLink) { mailer in
                try await database.transaction { transaction in
                    try await take(asked, in: transaction, now: now)
                    switch try await holder(email: address, audience: account.audience, in: transaction) {
                    case .account(let user):
                        // Also to one that is not confirmed, and not the sign-up's mail: whoever follows this one need not
                        // be who signed up, and chose the password.
                        try await sendMagicLink(account, to: user, request, by: mailer, in: transaction, now: now)
                        return nil
                    case .nobody:
                        guard !configuration.isSignUpDisabled else { throw AuthError.signUpDisabled }
                        return try await create(account, request, by: mailer, in: transaction, now: now)
                    case .outsider:
                        guard !configuration.isSignUpDisabled else { throw AuthError.signUpDisabled }
                        try await pretend(order(account), in: transaction, now: now)
                        return nil
                    }
                }
            }
        }
        if let created { try await afterCreating(created, request) }
        return .json([:])
    }

    /// New accounts get the mail that confirms them; where addresses count as confirmed, the ordinary one.
    private func create(
        _ account: SignUpAccount, _ request: GatewayRequest, by mailer: any Mailer, in transaction: Transaction,
        now: Timestamp
    ) async throws -> User {
        let new = account.newUser(hash: "")
        try await beforeCreating(new, request, in: transaction)
        let confirmation =
            configuration.isEmailAutoconfirmed ? [UserStatements.confirmEmail(id: new.id, now: now)] : []
        let results = try await transaction.run(
            statements(creating: new, now: now) + confirmation + [UserStatements.find(id: new.id)])
        guard let row = results.last?.first else {
            throw AuthError.failed(cause: "a new user was gone before its code was stored")
        }
        let user = try User(row)
        if configuration.isEmailAutoconfirmed {
            try await transaction.run(
                audit(
                    .userSignedUp, by: AuditEntry.Actor(user), traits: ["provider": "email"], request, now: now)
                    + [UserStatements.find(id: user.id)])
            try await sendMagicLink(account, to: user, request, by: mailer, in: transaction, now: now)
        } else {
            try await sendConfirmation(account, to: user, request, by: mailer, in: transaction, now: now)
        }
        return user
    }

    private func sendMagicLink(
        _ account: SignUpAccount, to user: User, _ request: GatewayRequest, by mailer: any Mailer,
        in transaction: Transaction, now: Timestamp
    ) async throws {
        try await send(
            order(account), to: user.id,
            audit: audit(.recoveryRequested, by: AuditEntry.Actor(user), request, now: now),
            by: mailer, in: transaction, now: now)
    }

    private func order(_ account: SignUpAccount) -> CodeOrder {
        CodeOrder(
            code: .magicLink, address: account.email, challenge: account.challenge, redirectTo: account.redirectTo)
    }
}

/// The body of `POST /otp` and `POST /magiclink`.
struct PasswordlessForm: Sendable {
    let email: String?
    let phone: String?
    let createsUser: Bool
    let data: JSONObject
    let channel: String?
    let challenge: CodeChallenge?

    init(_ fields: Fields) throws(AuthError) {
        email = try fields.filledText("email")
        phone = try fields.filledText("phone")
        createsUser = try fields.bool("create_user") ?? true
        var data: JSONObject = [:]
        data.merge(removingNulls: try fields.metadata("data") ?? [:])
        self.data = data
        channel = try fields.filledText("channel")
        challenge = try CodeChallenge.read(fields)
    }
}
