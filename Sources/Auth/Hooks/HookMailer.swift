internal import Core
internal import Postgres

/// Mails as the hook `send-email` gets them: it writes and sends them itself.
struct HookMailer: Mailer {
    let hooks: HookCaller
    /// The service's public URL, which the hook is told as `site_url`.
    let siteURL: String

    func send(_ mail: Mail) async throws(MailFailure) { try await send([mail], in: nil) }

    func send(_ mails: [Mail]) async throws(MailFailure) { try await send(mails, in: nil) }

    /// One call for a change of address, with both its tokens; one call a mail otherwise.
    func send(_ mails: [Mail], in transaction: Transaction?) async throws(MailFailure) {
        if let new = mails.first(where: { $0.kind == .emailChangeNew }),
            let current = mails.first(where: { $0.kind == .emailChangeCurrent })
        {
            // `token` is for the present address and `token_new` for the new one, but the hashes stand the other way
            // round: GoTrue's mistake, which every hook that was written for it relies on.
            try await call(
                new, code: current.code, hash: new.token, newCode: new.code, newHash: current.token, in: transaction)
            return
        }
        for mail in mails { try await call(mail, code: mail.code, hash: mail.token, in: transaction) }
    }

    private func call(
        _ mail: Mail, code: Secret<String>, hash: Secret<String>, newCode: Secret<String> = Secret(""),
        newHash: Secret<String> = Secret(""), in transaction: Transaction?
    ) async throws(MailFailure) {
        let data: JSONObject = [
            "token": .string(code.reveal()), "token_hash": .string(hash.reveal()),
            "redirect_to": .string(mail.redirectTo), "email_action_type": .string(mail.kind.actionType),
            "site_url": .string(siteURL), "token_new": .string(newCode.reveal()),
            "token_hash_new": .string(newHash.reveal()), "old_email": .string(mail.facts.oldEmail),
            "old_phone": .string(mail.facts.oldPhone), "provider": .string(mail.facts.provider),
            "factor_type": .string(mail.facts.factorType),
        ]
        do throws(AuthError) {
            _ = try await hooks.call(
                .sendEmail, ["user": mail.user, "email_data": .object(data)], address: RequestContext.address,
                in: transaction)
        } catch {
            guard case .refused(let refusal) = error else { throw MailFailure(cause: error.cause ?? "a hook failed") }
            throw MailFailure(cause: "the hook refused", refusal: refusal)
        }
    }
}

extension Mail.Kind {
    /// What the hook is told that the mail is for.
    var actionType: String {
        switch self {
        case .confirmation: "signup"
        case .invite: "invite"
        case .recovery: "recovery"
        case .magicLink: "magiclink"
        case .reauthentication: "reauthentication"
        case .emailChangeNew, .emailChangeCurrent: "email_change"
        case .passwordChanged, .emailChanged, .phoneChanged, .identityLinked, .identityUnlinked, .factorEnrolled,
            .factorUnenrolled:
            templateName
        }
    }
}

extension User {
    /// The account as clients read it, with the address that it is about to be asked to confirm.
    func json(changingTo newEmail: String?) -> JSON {
        guard let newEmail, case .object(var object) = json else { return json }
        object["new_email"] = .string(newEmail)
        return .object(object)
    }
}
