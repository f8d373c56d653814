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
        let invited = try await retryingTakenAddress(.savingUser) {
            try await database.transaction { transaction in
                let existing = try await self.user(email: address, audience: new.audience, in: transaction)
                guard existing?.isEmailConfirmed != true else { throw AuthError.emailExists }
                if existing == nil {
                    try await beforeCreating(new, request, in: transaction)
                    try await transaction.run(statements(creatingBare: new, now: now))
                }
                let id = existing?.id ?? new.id
                return try await send(
                    order, to: id, audit: invitation(of: id, address, by: admin, request, now: now), by: mailer,
                    in: transaction, now: now)
            }
        }
        if invited.id == new.id { try await afterCreating(invited, request) }
        return .json(invited.json)
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
