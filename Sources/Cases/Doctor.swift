internal import Core
internal import Gateway
internal import Postgres
internal import Tokens

/// The signed-in user behind a request, and the transaction settings that make row-level security see them.
struct Doctor: Sendable {
    let id: String
    let caller: Caller

    func settings(_ configuration: CasesConfiguration) -> TransactionSettings {
        var settings = TransactionSettings(caller: caller)
        settings.statementTimeout = configuration.statementTimeout
        return settings
    }
}

extension CasesService {
    /// Verifies the bearer token: signature, times, audience, a user's role and subject. Keys are no doctors, and neither
    /// are programs of others, which the OAuth server gives tokens with the claim `client_id`.
    func doctor(_ request: GatewayRequest) throws(CasesError) -> Doctor {
        guard case .token(let text) = request.credentials.bearer else {
            throw .notAuthenticated(reason: "Not authenticated")
        }
        let token: VerifiedToken
        do throws(TokenError) {
            token = try tokens.verify(text, with: verifier, now: clock.now())
        } catch {
            throw .notAuthenticated(reason: "Invalid or expired token")
        }
        guard token.expiresAt != nil, token.role == "authenticated", hasAudience(token), let subject = token.subject,
            let id = RecordID.canonicalUUID(subject)
        else { throw .notAuthenticated(reason: "Invalid or expired token") }
        guard token.claims["client_id"] == nil else { throw .actsForClient }
        return Doctor(id: id, caller: token.caller())
    }

    /// Refuses a `user_id` that is somebody else's; it is optional and never acted upon.
    func check(userID: String?, is doctor: Doctor) throws(CasesError) {
        guard let userID, !userID.isEmpty else { return }
        guard RecordID.canonicalUUID(userID) == doctor.id else { throw .foreignUser }
    }

    private func hasAudience(_ token: VerifiedToken) -> Bool {
        switch token.audienceClaim {
        case .string(let audience)?: audience == configuration.audience
        case .array(let audiences)?: audiences.contains(.string(configuration.audience))
        default: false
        }
    }
}
