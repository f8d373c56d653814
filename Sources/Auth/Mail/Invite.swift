internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /invite` (contract, section 6.12).
extension Endpoints {
    func invite(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let fields = try await Fields(request)
        let address = try writableAddress(try requiredEmail(fields))
        var data: JSONObject = [:]
        data.merge(removingNulls: try fields.metadata("data") ?? [:])
        let new = try await invitedUser(address, data: data, audience: configuration.audience)
        let order = CodeOrder(code: .invite, address: address, redirectTo: redirectTarget(request))
        let mailer = try mailer(for: .invite)
        try await countMail()
        let now = clock.now()
        let (invited, held) = try await retryingTakenAddress(.savingUser) {
            let held = HeldMessages(mailer)
            let invited = try await database.transaction { transaction in
                var id = new.id
                switch try await holder(email: address, audience: new.audience, in: transaction) {
                case .account(let existing) where !existing.isEmailConfirmed: id = existing.id
                case .account, .outsider: throw AuthError.emailExists
                case .nobody:
                    try await beforeCreating(new, request, in: transaction)
                    try await transaction.run(statements(creatingBare: new, now: now))
                }
                return try await send(
                    order, to: id, audit: invitation(of: id, address, by: admin, request, now: now), by: held,
                    in: transaction, now: now)
            }
            return (invited, held)
        }
        do throws(AuthError) {
            try await sendNow(held, as: .invite)
        } catch {
            await withdraw(invited, isNew: invited.id == new.id, by: admin, request, now: now)
            throw error
        }
        if invited.id == new.id { try await afterCreating(invited, request) }
        return .json(invited.json)
    }

    /// Takes an invitation back whose mail could not be handed over: the admin is told so, and a second try is to find
    /// everything as the first one did. Without this it would succeed as well, because who is not confirmed can be invited.
    private func withdraw(
        _ invited: User, isNew: Bool, by admin: AdminBearer, _ request: GatewayRequest, now: Timestamp
    ) async {
        // A task of its own: the request may be over by now, which must not keep this from being done.
        let work = Task {
            do {
                try await uncountMail()
                guard isNew else { return }
                try await database.transaction { transaction in
                    let gone = try await transaction.run(
                        OneTimeTokenStatements.deleteInvited(userID: invited.id, sentAt: now))
                    guard !gone.isEmpty else { return }
                    let traits = AuditEntry.subject(id: invited.id, email: invited.email, phone: "")
                    let noted = audit(.userDeleted, by: AuditEntry.Actor(admin), traits: traits, request, now: now)
                    if !noted.isEmpty { try await transaction.run(noted) }
                }
            } catch {
                let cause = (error as? DatabaseError)?.logText ?? "the account remains"
                observer.observe(.warning("an invitation that was not sent could not be taken back: \(cause)"))
            }
        }
        await work.value
    }

    func requiredEmail(_ fields: Fields) throws(AuthError) -> String {
        guard let email = try fields.filledText("email") else { throw .invalid("An email address is required") }
        return email
    }

    func invitation(
        of userID: String, _ address: String, by admin: AdminBearer, _ request: GatewayRequest, now: Timestamp
    ) -> [SQL] {
        audit(
            .userInvited, by: AuditEntry.Actor(admin),
            traits: ["user_email": .string(address), "user_id": .string(userID)], request, now: now)
    }

    /// An account for somebody who has yet to accept it. Its password is random and kept nowhere: the invited user sets
    /// one after the link was followed.
    func invitedUser(_ address: String, data: JSONObject, audience: String) async throws -> NewUser {
        NewUser(
            id: SecureRandom.uuid(), audience: audience, email: address,
            passwordHash: try await hash(SecureRandom.text(length: 64, alphabet: SecureRandom.alphanumerics)),
            appMetadata: SignUpAccount.appMetadata, userMetadata: data)
    }

    /// User row and identity as an admin makes them: the metadata stays exactly what was sent.
    func statements(creatingBare user: NewUser, now: Timestamp) -> [SQL] {
        let claims = IdentityStatements.emailData(userID: user.id, email: user.email, isVerified: false)
        return [
            UserStatements.insert(user, now: now),
            UserStatements.setRole(id: user.id, role: configuration.defaultRole),
            IdentityStatements.upsertEmail(userID: user.id, data: claims, now: now),
        ]
    }
}
