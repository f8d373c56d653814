internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `DELETE /user/identities/{identity_id}` (contract, section 6.11).
extension Endpoints {
    func unlinkIdentity(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        guard configuration.external.isManualLinkingEnabled else { throw AuthError.manualLinkingDisabled }
        guard let identityID = UUIDText.canonical(request.parameter("identity_id")) else {
            throw AuthError.invalidPathID(name: "identity_id")
        }
        guard bearer.isForAudience(of: request) else { throw AuthError.unexpectedAudience }
        let now = clock.now()
        let provider: String
        do {
            provider = try await database.transaction { transaction in
                try await unlink(identityID, of: bearer.user.id, in: transaction, request, now: now)
            }
        } catch let error as DatabaseError {
            throw error.isTakenEmail
                ? AuthError.identityEmailConflict : AuthError.database(error, during: .updatingUser)
        }
        await notify(.identityUnlinked, bearer.user, facts: .provider(provider))
        return .json([:])
    }

    /// Answers with the identity's provider.
    private func unlink(
        _ identityID: String, of userID: String, in transaction: Transaction, _ request: GatewayRequest, now: Timestamp
    ) async throws -> String {
        // The lock first: two requests that each remove one of the last two must not both find two.
        let results = try await transaction.run([
            ExternalIdentityStatements.lockUser(id: userID), UserStatements.find(id: userID),
        ])
        guard let row = results[1].first else { throw AuthError.bearerUserMissing }
        let user = try User(row)
        guard user.identities.count > 1 else { throw AuthError.singleIdentity }
        guard let identity = user.identities.first(where: { $0.json["identity_id"]?.string == identityID }) else {
            throw AuthError.identityNotFound
        }
        let rest = user.identities.filter { $0.json["identity_id"]?.string != identityID }
        var statements = [ExternalIdentityStatements.delete(id: identityID, userID: userID)]
        if identity.provider == "phone" {
            statements.append(ExternalIdentityStatements.removePhone(userID: userID, now: now))
        } else {
            statements += try await emailChange(of: user, to: rest, in: transaction, now: now)
        }
        statements.append(IdentityStatements.refreshProviders(userID: userID, now: now))
        let traits: JSONObject = [
            "identity_id": .string(identityID), "provider": .string(identity.provider),
            "provider_id": identity.json["id"] ?? .null,
        ]
        statements += audit(.identityUnlinked, by: AuditEntry.Actor(user), traits: traits, request, now: now)
        try await transaction.run(statements)
        return identity.provider
    }

    /// What becomes of the user's address: kept while an identity has it, else that of the best identity left.
    private func emailChange(
        of user: User, to rest: [Identity], in transaction: Transaction, now: Timestamp
    ) async throws -> [SQL] {
        let left = rest.map { identity in
            UnlinkedEmail.Left(
                email: identity.json["email"]?.string?.lowercased() ?? "",
                isVerified: ExternalProfile.isTrue(identity.json["identity_data"]?["email_verified"]))
        }
        for candidate in UnlinkedEmail.candidates(current: user.email.lowercased(), left: left) {
            guard case .replace(let email, let isVerified) = candidate else { return [] }
            if !email.isEmpty {
                let taken = try await transaction.run(
                    UserStatements.isEmailTaken(email, besides: user.id))
                if try taken.first?.bool(0) ?? true { continue }
            }
            var statements = [
                ExternalIdentityStatements.setEmail(userID: user.id, email: email, now: now),
                ExternalIdentityStatements.clearPending(userID: user.id, now: now),
                UserStatements.deleteOneTimeTokens(userID: user.id),
            ]
            if email.isEmpty || !(isVerified || configuration.isEmailAutoconfirmed) {
                statements.append(ExternalIdentityStatements.unconfirmEmail(userID: user.id, now: now))
            }
            return statements
        }
        throw AuthError.identityEmailConflict
    }
}

/// Which address a user has after an identity has gone.
enum UnlinkedEmail: Sendable, Hashable {
    case keep
    case replace(email: String, isVerified: Bool)

    /// An identity that is left, oldest first.
    struct Left: Sendable, Hashable {
        let email: String
        let isVerified: Bool
    }

    /// In the order in which they are to be tried: verified addresses, then others, then none.
    static func candidates(current: String, left: [Left]) -> [UnlinkedEmail] {
        if left.contains(where: { $0.email == current }) { return [.keep] }
        let verified = left.filter { !$0.email.isEmpty && $0.isVerified }
        let unverified = left.filter { !$0.email.isEmpty && !$0.isVerified }
        let none = left.filter { $0.email.isEmpty }.prefix(1)
        return (verified + unverified + none).map { .replace(email: $0.email, isVerified: $0.isVerified) }
    }
}

extension Mail.Facts {
    /// What a notice says of an identity.
    static func provider(_ name: String) -> Mail.Facts {
        var facts = Mail.Facts()
        facts.provider = name
        return facts
    }
}
