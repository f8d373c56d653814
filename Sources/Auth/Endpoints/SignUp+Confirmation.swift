internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// Sign-up where the address has to be confirmed by mail. The answer is a user without a session, and the same for an
/// address that already has an account, save for the empty list of identities that apps rely on.
extension Endpoints {
    func signUpUnconfirmed(
        _ account: SignUpAccount, hash: String, _ request: GatewayRequest
    ) async throws -> Response {
        try await countMail()
        let now = clock.now()
        let new = account.newUser(hash: hash)
        try await askBeforeCreating(new, request)
        let stored = try await retryingTakenAddress(.savingUser) {
            try await handingOver(.confirmation) { mailer in
                try await storeUnconfirmed(account, new, request, by: mailer, now: now)
            }
        }
        if let created = stored.created { try await afterCreating(created, request) }
        return .json(stored.answer)
    }

    /// Whether somebody who signs up for an address that is taken is told so: where one kind of address counts as
    /// confirmed at once, it shows anyway.
    var revealsDuplicates: Bool {
        configuration.isEmailAutoconfirmed || (configuration.phone.isEnabled && configuration.phone.isAutoconfirmed)
    }

    private func storeUnconfirmed(
        _ account: SignUpAccount, _ new: NewUser, _ request: GatewayRequest, by mailer: any Mailer, now: Timestamp
    ) async throws -> (answer: JSON, created: User?) {
        try await database.transaction { transaction in
            try await take(
                CodeRequest(.mail, address: account.email, audience: account.audience, for: .confirmation),
                in: transaction, now: now)
            switch try await holder(email: account.email, audience: account.audience, in: transaction) {
            case .nobody:
                let created = try await transaction.run(
                    statements(creating: new, now: now) + [UserStatements.find(id: new.id)])
                guard let row = created.last?.first else {
                    throw AuthError.failed(cause: "a new user was gone before its confirmation was stored")
                }
                let user = try await sendConfirmation(
                    account, to: try User(row), request, by: mailer, in: transaction, now: now)
                return (user.json, user)
            case .account(let existing) where !existing.isEmailConfirmed:
                // Neither password nor data change: whoever signs up now need not be whoever did before, and is not shown
                // what they sent.
                try await sendConfirmation(account, to: existing, request, by: mailer, in: transaction, now: now)
                return (decoy(account, identities: nil, now: now), nil)
            case .account(let existing):
                if revealsDuplicates { throw AuthError.userAlreadyExists }
                let noted = audit(
                    .repeatedSignUp, by: AuditEntry.Actor(existing), traits: ["provider": "email"], request, now: now)
                if !noted.isEmpty { try await transaction.run(noted) }
                try await pretend(order(account), in: transaction, now: now)
                return (decoy(account, identities: [], now: now), nil)
            case .outsider:
                if revealsDuplicates { throw AuthError.userAlreadyExists }
                try await pretend(order(account), in: transaction, now: now)
                return (decoy(account, identities: [], now: now), nil)
            }
        }
    }

    private func order(_ account: SignUpAccount) -> CodeOrder {
        CodeOrder(
            code: .confirmation, address: account.email, challenge: account.challenge, redirectTo: account.redirectTo)
    }

    /// Stores a new confirmation token and sends it, in this order, before anything is committed.
    @discardableResult
    func sendConfirmation(
        _ account: SignUpAccount, to user: User, _ request: GatewayRequest, by mailer: any Mailer,
        in transaction: Transaction, now: Timestamp
    ) async throws -> User {
        try await send(
            order(account), to: user.id,
            audit: audit(
                .confirmationRequested, by: AuditEntry.Actor(user), traits: ["provider": "email"], request, now: now),
            by: mailer, in: transaction, now: now)
    }

    /// What a new account would look like, for an address that has one.
    ///
    /// - Parameter identities: nil for those that it would have.
    private func decoy(_ account: SignUpAccount, identities: JSON?, now: Timestamp) -> JSON {
        let id = SecureRandom.uuid()
        let claims = IdentityStatements.emailData(
            userID: id, email: account.email, isVerified: false, data: account.data)
        let time = JSON.string(now.rfc3339())
        let identity: JSON = [
            "identity_id": .string(SecureRandom.uuid()), "id": .string(id), "user_id": .string(id),
            "identity_data": JSON.object(claims).sorted, "provider": "email", "last_sign_in_at": time,
            "created_at": time, "updated_at": time, "email": .string(account.email),
        ]
        return [
            "id": .string(id), "aud": .string(account.audience), "role": .string(configuration.defaultRole),
            "email": .string(account.email), "phone": "", "confirmation_sent_at": time,
            "app_metadata": .object(SignUpAccount.appMetadata), "user_metadata": JSON.object(claims).sorted,
            "identities": identities ?? [identity], "created_at": time, "updated_at": time, "is_anonymous": false,
        ]
    }
}
