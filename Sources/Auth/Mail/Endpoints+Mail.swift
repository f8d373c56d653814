internal import Core
internal import Postgres

extension Endpoints {
    /// The mailer, or a clear refusal before anything is stored.
    func mailer(for kind: Mail.Kind) throws(AuthError) -> any Mailer {
        if hooks.isEnabled(.sendEmail) { return HookMailer(hooks: hooks, siteURL: configuration.redirects.serviceURL) }
        guard let mailer else { throw .mailFailed(kind, cause: "no mailer is configured") }
        return mailer
    }

    /// Writes the mail that asks to redeem a token.
    func mail(
        _ kind: Mail.Kind, to recipient: String, _ token: OneTimeToken, user: User, newEmail: String? = nil,
        redirectTo: String
    ) -> Mail {
        let link = kind.linkType.map { type in
            ActionLink(configuration.redirects, token: token.hash, type: type, redirectTo: redirectTo).url
        }
        var mail = Mail(
            kind: kind, recipient: recipient, code: token.code, token: Secret(token.hash), newEmail: newEmail,
            userMetadata: user.userMetadata, userEmail: user.email, redirectTo: redirectTo, link: link ?? Secret(""))
        mail.user = user.json(changingTo: newEmail)
        return mail
    }

    /// - Parameter transaction: the one that stores what the mail is about; a hook's function is part of it.
    func send(_ mail: Mail, by mailer: any Mailer, in transaction: Transaction? = nil) async throws(AuthError) {
        try await send([mail], by: mailer, in: transaction)
    }

    /// Sends mails that belong together.
    func send(_ mails: [Mail], by mailer: any Mailer, in transaction: Transaction? = nil) async throws(AuthError) {
        guard let kind = mails.first?.kind else { return }
        do throws(MailFailure) {
            guard let hook = mailer as? HookMailer else { return try await mailer.send(mails) }
            try await hook.send(mails, in: transaction)
        } catch {
            throw error.refusal.map { .refused($0) } ?? .mailFailed(kind, cause: error.cause)
        }
    }

    /// Throws `.mailTooSoon` within the shortest time between two mails.
    func checkMailInterval(since last: Timestamp?, now: Timestamp) throws(AuthError) {
        guard let last else { return }
        let allowed = last.advanced(by: configuration.mailInterval)
        guard now < allowed else { return }
        // Rounded up: after that many seconds it is allowed.
        throw .mailTooSoon(seconds: Int((allowed.microseconds - now.microseconds + 999_999) / 1_000_000))
    }
}
