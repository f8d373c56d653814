internal import Core
internal import Cryptography
internal import Gateway
internal import Postgres

/// A person whom a provider has vouched for, on the way to an account here (contract, section 6.8). Everything runs in
/// the transaction that also opens the session or hands out the code.
struct ExternalSignIn: Sendable {
    /// What the identity is for.
    enum Purpose: Sendable, Hashable {
        case signIn
        /// One more identity of a user who is signed in.
        case link(userID: String)
        case acceptInvitation(token: String)
    }

    let endpoints: Endpoints
    let request: GatewayRequest
    let provider: String
    let profile: ExternalProfile
    let purpose: Purpose
    let isEmailOptional: Bool
    /// Where links in mails lead.
    let target: String
    let now: Timestamp

    /// How it ended. What was stored stays, whatever it is.
    struct Outcome: Sendable {
        /// Who is let in; nil with a refusal.
        var user: User?
        var refusal: AuthError?
        /// Whose address has to be proven, by a mail that is sent when this is stored.
        var unproven: Unproven?
    }

    struct Unproven: Sendable {
        let userID: String
        let email: String
    }

    /// Tells the owner of an account that it has one more identity; after the transaction.
    func tellIfLinked(_ user: User) async {
        guard case .link = purpose else { return }
        await endpoints.notify(.identityLinked, user, facts: .provider(provider))
    }

    func settle(in transaction: Transaction) async throws -> Outcome {
        switch purpose {
        case .signIn: try await signIn(transaction)
        case .link(let userID): try await link(to: userID, transaction)
        case .acceptInvitation(let token): try await acceptInvitation(token, transaction)
        }
    }

    var configuration: AuthConfiguration { endpoints.configuration }
    var claims: JSONObject { profile.claims }
    var identityTraits: JSONObject {
        ["provider": .string(provider), "provider_id": .string(profile.subject)]
    }

    func user(_ id: String, _ transaction: Transaction) async throws -> User {
        guard let row = try await transaction.run(UserStatements.find(id: id)).first else {
            throw AuthError.userNotFound
        }
        return try User(row)
    }

    // MARK: Signing in

    private func signIn(_ transaction: Transaction) async throws -> Outcome {
        let verified = profile.emails.filter(\.isVerified).map(\.address)
        let results = try await transaction.run(
            ExternalIdentityStatements.facts(
                provider: provider, subject: profile.subject, emails: verified, email: profile.email?.address ?? ""))
        let facts = LinkingDecision.Facts(
            owner: try results[0].first?.text(0),
            similar: try results[1].rows.map { row in (provider: try row.text(0), userID: try row.text(1)) },
            users: try results[2].rows.map { row in try row.text(0) },
            isAddressTaken: try results[3].first?.bool(0) ?? true)
        let decision = LinkingDecision.decide(facts, provider: provider, email: profile.email?.address)
        let userID = try await apply(decision, transaction)
        return try await admit(user(userID, transaction), transaction)
    }

    /// Stores the identity; answers with its user.
    private func apply(_ decision: LinkingDecision, _ transaction: Transaction) async throws -> String {
        switch decision {
        case .ambiguous: throw AuthError.severalAccounts
        case .existing(let userID):
            try await transaction.run([
                ExternalIdentityStatements.lockUser(id: userID),
                ExternalIdentityStatements.update(profile, provider: provider, now: now),
                UserStatements.mergeUserMetadata(id: userID, added: claims, now: now),
                IdentityStatements.refreshProviders(userID: userID, now: now),
            ])
            return userID
        case .link(let userID):
            try await transaction.run([
                ExternalIdentityStatements.lockUser(id: userID),
                ExternalIdentityStatements.insert(profile, provider: provider, userID: userID, now: now),
                UserStatements.mergeUserMetadata(id: userID, added: claims, now: now),
                IdentityStatements.refreshProviders(userID: userID, now: now),
            ])
            try await record(.identityLinked, by: user(userID, transaction), identityTraits, transaction)
            return userID
        case .create(let email):
            guard !configuration.isSignUpDisabled else { throw AuthError.signUpDisabled }
            let new = NewUser(
                id: SecureRandom.uuid(), audience: configuration.audience, email: email, passwordHash: "",
                appMetadata: ["provider": .string(provider), "providers": [.string(provider)]], userMetadata: claims)
            try await endpoints.beforeCreating(new, request, in: transaction)
            try await transaction.run([
                UserStatements.insert(new, now: now),
                UserStatements.setRole(id: new.id, role: configuration.defaultRole),
                ExternalIdentityStatements.insert(profile, provider: provider, userID: new.id, now: now),
            ])
            return new.id
        }
    }

    /// Lets the user in, or asks for proof of the address first.
    private func admit(_ user: User, _ transaction: Transaction) async throws -> Outcome {
        guard !user.isBanned(at: now) else { throw AuthError.externalUserBanned }
        let hasNoEmail = isEmailOptional && user.email.isEmpty && profile.email == nil
        if user.isEmailConfirmed || hasNoEmail {
            try await record(.login, by: user, ["provider": .string(provider)], transaction)
            return Outcome(user: user)
        }
        let isTrusted = isProven(user) || configuration.isEmailAutoconfirmed
        // A mail that was sent just now is not sent again; the answer is the same.
        let isMailRecent = user.confirmationSentAt.map { now < $0.advanced(by: configuration.mailInterval) } ?? false
        guard isTrusted || !configuration.mail.allowsUnverifiedSignIns else {
            return Outcome(user: user, unproven: isMailRecent ? nil : unproven(user))
        }
        try await transaction.run(
            ExternalIdentityStatements.stripUnproven(
                profile, provider: provider, userID: user.id, isMailKept: !isTrusted && isMailRecent, now: now))
        guard isTrusted else {
            return Outcome(
                refusal: .emailNeedsVerification(provider, isMailSent: !user.email.isEmpty),
                unproven: isMailRecent ? nil : unproven(user))
        }
        try await transaction.run(UserStatements.confirmEmail(id: user.id, now: now))
        let confirmed = try await self.user(user.id, transaction)
        try await record(.userSignedUp, by: confirmed, ["provider": .string(provider)], transaction)
        return Outcome(user: confirmed)
    }

    private func unproven(_ user: User) -> Unproven? {
        user.email.isEmpty ? nil : Unproven(userID: user.id, email: user.email)
    }

    /// Whether the provider vouches for the very address that the account has. Another verified address says nothing
    /// about this one: accounts keep the address they were made with, and profiles change.
    private func isProven(_ user: User) -> Bool {
        if user.email.isEmpty { return profile.email?.isVerified ?? false }
        return profile.emails.contains { $0.isVerified && $0.address == user.email.lowercased() }
    }

    /// Sends the mail that confirms an address; after the transaction, because mails are counted first.
    func askToConfirm(_ unproven: Unproven) async throws {
        _ = try endpoints.mailer(for: .confirmation)
        try endpoints.checkAuthorized(unproven.email)
        try await endpoints.countMail()
        let order = CodeOrder(code: .confirmation, address: unproven.email.lowercased(), redirectTo: target)
        _ = try await endpoints.during(.savingUser) {
            try await endpoints.handingOver(.confirmation) { mailer in
                try await endpoints.database.transaction { transaction in
                    try await endpoints.send(order, to: unproven.userID, by: mailer, in: transaction, now: now)
                }
            }
        }
    }

    func record(
        _ action: AuditEntry.Action, by user: User, _ traits: JSONObject, _ transaction: Transaction
    ) async throws {
        let entries = endpoints.audit(action, by: AuditEntry.Actor(user), traits: traits, request, now: now)
        if !entries.isEmpty { try await transaction.run(entries) }
    }
}
