internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// Sign-up where the address has to be confirmed by mail. The answer is a user without a session, and the same for an
/// address that already has an account, save for the empty list of identities that apps rely on.
extension Endpoints {
    func signUpUnconfirmed(_ account: SignUpAccount, hash: String, _ request: GatewayRequest) async throws -> Response {
        let mailer = try mailer(for: .confirmation)
        let now = clock.now()
        let new = account.newUser(hash: hash)
        try await askBeforeCreating(new, request)
        do {
            let stored = try await storeUnconfirmed(account, new, by: mailer, now: now)
            if let created = stored.created { try await afterCreating(created, request) }
            return .json(stored.answer)
        } catch let error as DatabaseError where error.isTakenEmail {
            // Lost a race for the address: now it is found, and answered as any address that is taken.
            return try await during(.savingUser) {
                .json(try await storeUnconfirmed(account, new, by: mailer, now: now).answer)
            }
        } catch let error as DatabaseError {
            throw AuthError.database(error, during: .savingUser)
        }
    }

    private func storeUnconfirmed(
        _ account: SignUpAccount, _ new: NewUser, by mailer: any Mailer, now: Timestamp
    ) async throws -> (answer: JSON, created: User?) {
        try await database.transaction { transaction in
            let row = try await transaction.run(
                UserStatements.find(email: account.email, audience: account.audience)
            ).first
            guard let row else {
                try await transaction.run(statements(creating: new, now: now))
                let user = try await confirm(new.id, account, by: mailer, in: transaction, now: now)
                return (user.json, user)
            }
            let existing = try User(row)
            guard !existing.isEmailConfirmed else { return (decoy(account, now: now), nil) }
            // Neither password nor data change: whoever signs up now need not be whoever did before.
            try checkMailInterval(since: existing.confirmationSentAt, now: now)
            let user = try await confirm(existing.id, account, by: mailer, in: transaction, now: now)
            guard user.invitedAt == nil else {
                return (.object(user.object(identities: [], userMetadata: [:])), nil)
            }
            return (user.json, nil)
        }
    }

    /// Stores a new confirmation token and sends it, in this order, before anything is committed.
    private func confirm(
        _ userID: String, _ account: SignUpAccount, by mailer: any Mailer, in transaction: Transaction, now: Timestamp
    ) async throws -> User {
        let token = OneTimeToken(
            address: account.email, codeLength: configuration.mailedCodeLength, isPKCE: account.challenge != nil)
        var statements = [
            OneTimeTokenStatements.setConfirmation(userID: userID, hash: token.hash, now: now),
            OneTimeTokenStatements.upsert(
                userID: userID, kind: .confirmation, hash: token.hash, relatesTo: account.email, now: now),
        ]
        if let challenge = account.challenge {
            statements.append(
                OneTimeTokenStatements.beginFlow(
                    userID: userID, challenge: challenge, method: "email/signup", now: now))
        }
        statements.append(UserStatements.find(id: userID))
        guard let row = try await transaction.run(statements).last?.first else {
            throw AuthError.failed(cause: "a user was gone before its confirmation was stored")
        }
        let user = try User(row)
        try await send(
            mail(.confirmation, to: account.email, token, user: user, redirectTo: account.redirectTo), by: mailer,
            in: transaction)
        return user
    }

    /// What a new account would look like, for an address that has one.
    private func decoy(_ account: SignUpAccount, now: Timestamp) -> JSON {
        let id = SecureRandom.uuid()
        let claims = IdentityStatements.emailData(
            userID: id, email: account.email, isVerified: false, data: account.data)
        let time = JSON.string(now.rfc3339())
        return [
            "id": .string(id), "aud": .string(account.audience), "role": .string(configuration.defaultRole),
            "email": .string(account.email), "phone": "", "confirmation_sent_at": time,
            "app_metadata": .object(SignUpAccount.appMetadata), "user_metadata": JSON.object(claims).sorted,
            "identities": [], "created_at": time, "updated_at": time, "is_anonymous": false,
        ]
    }
}
