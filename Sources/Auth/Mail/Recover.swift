internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /recover` (contract, section 6.3). An address without an account is answered as one with an account, and the
/// database is kept as busy.
extension Endpoints {
    func recover(_ request: GatewayRequest) async throws -> Response {
        let fields = try await Fields(request)
        guard let email = try fields.filledText("email") else {
            throw AuthError.invalid("Password recovery requires an email")
        }
        let challenge = try CodeChallenge.read(fields)
        guard configuration.isEmailEnabled else { throw AuthError.refused(.emailLoginsDisabled) }
        let order = CodeOrder(
            code: .recovery, address: try writableAddress(email), challenge: challenge,
            redirectTo: redirectTarget(request))
        let audience = configuration.audience
        try await countMail()
        let now = clock.now()
        let asked = CodeRequest(.mail, address: order.address, audience: audience, for: .access)
        try await during(.updatingUser) {
            try await handingOver(.recovery) { mailer in
                try await database.transaction { transaction in
                    try await take(asked, in: transaction, now: now)
                    let user = try await self.user(email: order.address, audience: audience, in: transaction)
                    guard let user else { return try await pretend(order, in: transaction, now: now) }
                    try await send(
                        order, to: user.id,
                        audit: audit(.recoveryRequested, by: AuditEntry.Actor(user), request, now: now), by: mailer,
                        in: transaction, now: now)
                }
            }
        }
        return .json([:])
    }
}
