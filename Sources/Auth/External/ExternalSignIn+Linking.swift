internal import Core
internal import Postgres

extension ExternalSignIn {
    // MARK: One more identity

    /// The user who is to get the identity, locked. Throws what speaks against it.
    func linkingTarget(_ userID: String, _ transaction: Transaction) async throws -> User {
        let results = try await transaction.run(
            [ExternalIdentityStatements.lockUser(id: userID)]
                + ExternalIdentityStatements.facts(
                    provider: provider, subject: profile.subject, emails: [], email: profile.email?.address ?? ""))
        guard results[0].first != nil else { throw AuthError.linkingTargetMissing }
        if let owner = try results[1].first?.text(0) {
            throw owner == userID ? AuthError.identityLinked : AuthError.identityLinkedElsewhere
        }
        let target = try await user(userID, transaction)
        guard !target.isBanned(at: now) else { throw AuthError.externalUserBanned }
        // A user without an address gets the provider's.
        let isTaken = try results[4].first?.bool(0) ?? true
        if target.email.isEmpty, profile.email != nil, isTaken { throw AuthError.linkedEmailExists }
        return target
    }

    /// Adds the identity to a user who asked for it while signed in.
    func link(to userID: String, _ transaction: Transaction) async throws -> Outcome {
        let target = try await linkingTarget(userID, transaction)
        try await transaction.run([
            ExternalIdentityStatements.insert(profile, provider: provider, userID: userID, now: now),
            IdentityStatements.refreshProviders(userID: userID, now: now),
        ])
        try await record(.identityLinked, by: target, identityTraits, transaction)
        guard target.email.isEmpty, let email = profile.email else {
            if target.isAnonymous {
                try await transaction.run(ExternalIdentityStatements.makePermanent(userID: userID, now: now))
            }
            return Outcome(user: try await user(userID, transaction))
        }
        // The user had no address; now there is one.
        try await transaction.run([
            ExternalIdentityStatements.setEmail(userID: userID, email: email.address, now: now),
            UserStatements.mergeUserMetadata(id: userID, added: claims, now: now),
        ])
        guard email.isVerified else {
            return Outcome(
                refusal: .linkedEmailNotConfirmed(provider),
                unproven: Unproven(userID: userID, email: email.address))
        }
        try await transaction.run([
            UserStatements.confirmEmail(id: userID, now: now),
            ExternalIdentityStatements.makePermanent(userID: userID, now: now),
        ])
        return Outcome(user: try await user(userID, transaction))
    }

    // MARK: Invitations

    /// An invitation is accepted with an account of a provider that has the invited address. The token came by mail to
    /// it, so the address needs no other proof.
    func acceptInvitation(_ token: String, _ transaction: Transaction) async throws -> Outcome {
        let taken = try await transaction.run(
            ExternalIdentityStatements.takeInvitation(token: token, sentAfter: endpoints.invitationsSentAfter(now)))
        guard let userID = try taken.first?.text(0) else { throw AuthError.inviteNotFound }
        let invited = try await user(userID, transaction)
        guard !invited.isBanned(at: now) else { throw AuthError.externalUserBanned }
        guard profile.emails.contains(where: { $0.address == invited.email.lowercased() }) else {
            throw AuthError.inviteForAnother
        }
        let owners = try await transaction.run(
            ExternalIdentityStatements.facts(
                provider: provider, subject: profile.subject, emails: [], email: ""))
        if let owner = try owners[0].first?.text(0), owner != userID { throw AuthError.identityLinkedElsewhere }
        let isKnown = owners[0].first != nil
        try await transaction.run(
            [
                isKnown
                    ? ExternalIdentityStatements.update(profile, provider: provider, now: now)
                    : ExternalIdentityStatements.insert(profile, provider: provider, userID: userID, now: now)
            ]
                + ExternalIdentityStatements.stripUnproven(
                    profile, provider: provider, userID: userID, isMailKept: false, now: now)
                + [UserStatements.confirmEmail(id: userID, now: now)])
        let accepted = try await user(userID, transaction)
        try await record(.inviteAccepted, by: accepted, ["provider": .string(provider)], transaction)
        return Outcome(user: accepted)
    }
}
