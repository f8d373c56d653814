internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /signup` and `POST /otp` with a number (contract, section 6.10).
extension Endpoints {
    func signUpByPhone(_ form: SignUpForm, _ request: GatewayRequest) async throws -> Response {
        guard configuration.phone.isEnabled else { throw AuthError.phoneDisabled(.signUp) }
        guard form.challenge == nil else { throw AuthError.invalid("PKCE not supported for phone signups") }
        let channel = try channel(form.channel)
        let account = PhoneAccount(
            phone: try PhoneNumber(form.phone ?? "").digits, audience: configuration.audience, data: form.data)
        try await checkStrength(of: form.password)
        let hash = try await hash(form.password)
        return configuration.phone.isAutoconfirmed
            ? try await signUpConfirmed(account, hash: hash, request)
            : try await handingOverTexts { try await signUpUnconfirmed(account, hash: hash, channel, $0, request) }
    }

    private func signUpConfirmed(
        _ account: PhoneAccount, hash: String, _ request: GatewayRequest
    ) async throws -> Response {
        let now = clock.now()
        let user = account.newUser(hash: hash)
        var opening = opening(userID: user.id, method: "password", request, now: now)
        for action in [AuditEntry.Action.userSignedUp, .login] {
            opening.noted += audit(
                action, by: AuditEntry.Actor(user), traits: ["provider": "phone"], of: opening, request, now: now)
        }
        do {
            let grant = try await database.transaction { [opening] transaction in
                guard try await self.user(phone: account.phone, audience: account.audience, in: transaction) == nil
                else {
                    throw AuthError.userAlreadyExists
                }
                try await beforeCreating(user, request, in: transaction)
                return try opening.opened(
                    try await transaction.run(
                        statements(creatingByPhone: user, now: now) + PhoneStatements.confirm(userID: user.id, now: now)
                            + opening.statements))
            }
            guard let grant else { throw AuthError.failed(cause: "a new user was gone before its session was made") }
            try await afterCreating(grant.user, request)
            return try await answer(grant, method: "password", now: now)
        } catch let error as DatabaseError {
            throw error.isTakenPhone ? AuthError.userAlreadyExists : AuthError.database(error, during: .savingUser)
        }
    }

    private func signUpUnconfirmed(
        _ account: PhoneAccount, hash: String, _ channel: TextMessage.Channel, _ held: HeldMessages?,
        _ request: GatewayRequest
    ) async throws -> Response {
        let now = clock.now()
        let asked = CodeRequest(.phone, address: account.phone, audience: account.audience, for: .confirmation)
        var existing: User?
        switch try await ask(asked, for: account, now: now) {
        case .nobody: break
        case .account(let user) where user.phoneConfirmedAt == nil: existing = user
        case .account(let user):
            try await during(.savingUser) {
                _ = try await database.run(
                    .serviceItself,
                    audit(.repeatedSignUp, by: AuditEntry.Actor(user), traits: ["provider": "phone"], request, now: now)
                        + [UserStatements.find(id: user.id)])
            }
            return try answer(toDuplicate: account, now: now)
        case .outsider: return try answer(toDuplicate: account, now: now)
        }
        let person = existing?.json ?? account.newUser(hash: "").draft(role: configuration.defaultRole, now: now)
        let sent = try await sendText(
            to: account.phone, of: person, channel: channel, asked: asked, heldBy: held, request, now: now)
        let user = try await store(sent, of: account, hash: hash, request, now: now)
        // Whoever signs up now need not be whoever did before, and is not shown what they sent.
        return .json(existing == nil ? user.json : decoy(account, identities: nil, now: now))
    }

    private func answer(toDuplicate account: PhoneAccount, now: Timestamp) throws -> Response {
        guard !revealsDuplicates else { throw AuthError.userAlreadyExists }
        return .json(decoy(account, identities: [], now: now))
    }

    /// `POST /otp` with a number: the account is made if there is none.
    func textCode(_ form: PasswordlessForm, to phone: String, _ request: GatewayRequest) async throws -> Response {
        guard configuration.phone.isEnabled else { throw AuthError.refused(.phoneUnsupported) }
        let account = PhoneAccount(
            phone: try PhoneNumber(phone).digits, audience: configuration.audience, data: form.data)
        let channel = try channel(form.channel)
        let now = clock.now()
        let asked = CodeRequest(.phone, address: account.phone, audience: account.audience, for: .access)
        let holder = try await ask(asked, for: account, now: now)
        let existing: User? = if case .account(let user) = holder { user } else { nil }
        guard existing != nil || !configuration.isSignUpDisabled else { throw AuthError.signUpDisabled }
        let person = existing?.json ?? account.newUser(hash: "").draft(role: configuration.defaultRole, now: now)
        let sent = try await sendText(
            to: account.phone, of: person, channel: channel, asked: asked, request, now: now)
        // A code is sent to everybody, because its message's id is in the answer; an outsider's opens nothing.
        if case .outsider = holder { return .json(sent.answer) }
        // Nobody knows a password of a new account, so it has none.
        try await store(sent, of: account, hash: "", request, now: now)
        return .json(sent.answer)
    }

    private func ask(_ asked: CodeRequest, for account: PhoneAccount, now: Timestamp) async throws -> AddressHolder {
        try await during(.savingUser) {
            try await database.transaction { transaction in
                try await take(asked, in: transaction, now: now)
                return try await holder(phone: account.phone, audience: account.audience, in: transaction)
            }
        }
    }

    /// Keeps a code that was sent, for the account of the number or a new one.
    @discardableResult
    private func store(
        _ sent: SentText, of account: PhoneAccount, hash: String, _ request: GatewayRequest, now: Timestamp
    ) async throws -> User {
        let new = account.newUser(hash: hash)
        let stored = try await retryingTakenAddress(.savingUser) {
            try await database.transaction { transaction in
                let existing = try await self.user(phone: account.phone, audience: account.audience, in: transaction)
                let id = existing?.id ?? new.id
                var statements: [SQL] = []
                if existing == nil {
                    try await beforeCreating(new, request, in: transaction)
                    statements += self.statements(creatingByPhone: new, now: now)
                    if configuration.phone.isAutoconfirmed {
                        statements += PhoneStatements.confirm(userID: id, now: now)
                    }
                }
                statements += storing(sent, for: .confirmation, userID: id, now: now)
                let isConfirmed = existing?.phoneConfirmedAt != nil
                statements += audit(
                    isConfirmed ? .recoveryRequested : .confirmationRequested,
                    by: AuditEntry.Actor(id: id, name: account.phone), traits: ["provider": "phone"], request, now: now)
                guard let row = try await transaction.run(statements + [UserStatements.find(id: id)]).last?.first else {
                    throw AuthError.failed(cause: "a new user was gone before its code was stored")
                }
                return try User(row)
            }
        }
        if stored.id == new.id { try await afterCreating(stored, request) }
        return stored
    }

    private func statements(creatingByPhone user: NewUser, now: Timestamp) -> [SQL] {
        let claims = PhoneStatements.claims(userID: user.id, phone: user.phone, data: user.userMetadata)
        var metadata = claims
        metadata["phone"] = Optional<JSON>.none
        return [
            UserStatements.insert(user, now: now),
            UserStatements.setRole(id: user.id, role: configuration.defaultRole),
            PhoneStatements.addIdentity(userID: user.id, data: claims, now: now),
            UserStatements.mergeUserMetadata(id: user.id, added: metadata, now: now),
        ]
    }

    /// What a new account would look like, for a number that has one.
    ///
    /// - Parameter identities: nil for those that it would have.
    private func decoy(_ account: PhoneAccount, identities: JSON?, now: Timestamp) -> JSON {
        let id = SecureRandom.uuid()
        let claims = PhoneStatements.claims(userID: id, phone: account.phone, data: account.data)
        var metadata = claims
        metadata["phone"] = Optional<JSON>.none
        let time = JSON.string(now.rfc3339())
        let identity: JSON = [
            "identity_id": .string(SecureRandom.uuid()), "id": .string(id), "user_id": .string(id),
            "identity_data": JSON.object(claims).sorted, "provider": "phone", "last_sign_in_at": time,
            "created_at": time, "updated_at": time,
        ]
        return [
            "id": .string(id), "aud": .string(account.audience), "role": .string(configuration.defaultRole),
            "email": "", "phone": .string(account.phone), "confirmation_sent_at": time,
            "app_metadata": .object(PhoneAccount.appMetadata), "user_metadata": JSON.object(metadata).sorted,
            "identities": identities ?? [identity], "created_at": time, "updated_at": time, "is_anonymous": false,
        ]
    }
}

/// An account to be made by a number.
private struct PhoneAccount: Sendable {
    let phone: String
    let audience: String
    let data: JSONObject

    static let appMetadata: JSONObject = ["provider": "phone", "providers": ["phone"]]

    func newUser(hash: String) -> NewUser {
        NewUser(
            id: SecureRandom.uuid(), audience: audience, phone: phone, passwordHash: hash,
            appMetadata: PhoneAccount.appMetadata, userMetadata: data)
    }
}

extension DatabaseError {
    /// The number belongs to another account.
    var isTakenPhone: Bool { sqlState == .uniqueViolation && serverError?.constraint == "users_phone_key" }
}
