internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `GET /reauthenticate` (contract, section 6.11): a code, called nonce, that a change of the password may ask for.
extension Endpoints {
    func reauthenticate(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        let user = bearer.user
        if !user.email.isEmpty {
            guard user.isEmailConfirmed else { throw AuthError.refused(.emailUnverified) }
            return try await mailNonce(user, request)
        }
        guard !user.phone.isEmpty else {
            throw AuthError.invalid("Reauthentication requires the user to have an email or a phone number")
        }
        guard user.phoneConfirmedAt != nil else { throw AuthError.refused(.phoneUnverified) }
        return try await textNonce(user, request)
    }

    private func mailNonce(_ user: User, _ request: GatewayRequest) async throws -> Response {
        _ = try mailer(for: .reauthentication)
        try await countMail()
        let order = CodeOrder(
            code: .reauthentication, address: try writableAddress(user.email), redirectTo: redirectTarget(request))
        let now = clock.now()
        try await during(.updatingUser) {
            _ = try await handingOver(.reauthentication) { mailer in
                try await database.transaction { transaction in
                    try await take(
                        CodeRequest(.mail, userID: user.id, for: .reauthentication), in: transaction, now: now)
                    return try await send(
                        order, to: user.id,
                        audit: audit(.reauthenticationRequested, by: AuditEntry.Actor(user), request, now: now),
                        by: mailer, in: transaction, now: now)
                }
            }
        }
        return .json([:])
    }

    private func textNonce(_ user: User, _ request: GatewayRequest) async throws -> Response {
        let now = clock.now()
        let asked = CodeRequest(.phone, userID: user.id, for: .reauthentication)
        try await during(.updatingUser) {
            try await database.transaction { try await take(asked, in: $0, now: now) }
        }
        let sent = try await sendText(to: user.phone, of: user.json, channel: .sms, asked: asked, request, now: now)
        try await during(.updatingUser) {
            _ = try await database.run(
                .serviceItself,
                storing(sent, for: .reauthentication, userID: user.id, now: now)
                    + audit(.reauthenticationRequested, by: AuditEntry.Actor(user), request, now: now))
        }
        return .json(sent.answer)
    }

    /// Uses up the nonce of a user, so that it serves for one change. Throws `reauthentication_not_valid`.
    func redeemNonce(_ nonce: String, of user: User, in transaction: Transaction, now: Timestamp) async throws {
        let isMailed = !user.email.isEmpty
        let lifetime = isMailed ? configuration.mail.codeLifetime : configuration.phone.codeLifetime
        let hash = OneTimeToken.hash(address: isMailed ? user.email : user.phone, code: nonce)
        // A code with a prefix is never sent for this.
        let redeemed = try await transaction.run(
            RedemptionStatements.redeemNonce(
                userID: user.id, hash: hash, sentAfter: now.advanced(by: .zero - lifetime)))
        guard !redeemed.isEmpty else { throw AuthError.refused(.nonceInvalid) }
    }
}
