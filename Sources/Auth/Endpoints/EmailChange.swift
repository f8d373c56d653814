internal import Core
internal import Postgres

/// What changing an address stores and sends.
struct EmailChange: Sendable {
    var statements: [SQL]
    var mails: [Mail] = []
}

extension Endpoints {
    /// An anonymous user under autoconfirm gets the address at once, as at sign-up. Everybody else confirms it by mail,
    /// from the present address as well when changes are to be secure.
    func emailChange(
        to address: String, of user: User, challenge: CodeChallenge?, redirectTo: String, now: Timestamp
    ) throws(AuthError) -> EmailChange {
        if user.isAnonymous, configuration.isEmailAutoconfirmed {
            return EmailChange(statements: adopt(address, userID: user.id, now: now))
        }
        _ = try mailer(for: .emailChangeNew)
        try checkAuthorized(address)
        let asksPresent = configuration.isEmailChangeSecure && !user.email.isEmpty
        let length = configuration.mailedCodeLength
        let isPKCE = challenge != nil
        let new = OneTimeToken(address: address, codeLength: length, isPKCE: isPKCE)
        let present = asksPresent ? OneTimeToken(address: user.email, codeLength: length, isPKCE: isPKCE) : nil

        var change = EmailChange(statements: [
            OneTimeTokenStatements.setEmailChange(
                userID: user.id, newEmail: address, newHash: new.codeHash, currentHash: present?.codeHash ?? "",
                now: now),
            OneTimeTokenStatements.upsert(
                userID: user.id, kind: .emailChangeNew, hash: new.hash, relatesTo: address, now: now),
        ])
        change.mails = [
            mail(.emailChangeNew, to: address, new, user: user, newEmail: address, redirectTo: redirectTo)
        ]
        if let present {
            change.statements.append(
                OneTimeTokenStatements.upsert(
                    userID: user.id, kind: .emailChangeCurrent, hash: present.hash, relatesTo: user.email, now: now))
            change.mails.append(
                mail(
                    .emailChangeCurrent, to: user.email, present, user: user, newEmail: address, redirectTo: redirectTo)
            )
        } else {
            // A token of an earlier change must not outlive it.
            change.statements.append(OneTimeTokenStatements.delete(userID: user.id, kind: .emailChangeCurrent))
        }
        if let challenge {
            change.statements += OneTimeTokenStatements.beginFlow(
                userID: user.id, challenge: challenge, method: "email_change", now: now)
        }
        return change
    }

    /// Makes an address the user's own: row, identity, providers and confirmation.
    func adopt(_ address: String, userID: String, now: Timestamp) -> [SQL] {
        let claims = IdentityStatements.emailData(userID: userID, email: address, isVerified: true)
        return [
            UserStatements.setEmail(id: userID, email: address, now: now),
            IdentityStatements.upsertEmail(userID: userID, data: claims, now: now),
            IdentityStatements.refreshProviders(userID: userID, now: now),
            UserStatements.mergeUserMetadata(id: userID, added: claims, now: now),
            UserStatements.confirmEmail(id: userID, now: now),
        ]
    }
}
