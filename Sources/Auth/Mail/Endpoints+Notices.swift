internal import Core

extension Endpoints {
    /// Tells the owner of an account what was done to it, if the operator wants that told. Call it after the change is
    /// committed: a notice that cannot be sent is a warning in the log and nothing else.
    ///
    /// - Parameter recipient: nil for the account's address; a changed address is told at the old one.
    func notify(
        _ kind: Mail.Kind, _ user: User, facts: Mail.Facts = Mail.Facts(), to recipient: String? = nil
    ) async {
        let address = recipient ?? user.email
        guard configuration.mail.notices.contains(kind), !address.isEmpty else { return }
        var notice = Mail(
            kind: kind, recipient: address, code: Secret(""), token: Secret(""), newEmail: nil,
            userMetadata: user.userMetadata, userEmail: user.email, redirectTo: configuration.redirects.siteURL,
            link: Secret(""))
        notice.facts = facts
        notice.facts.phone = facts.phone.isEmpty ? user.phone : facts.phone
        notice.user = user.json
        do throws(AuthError) {
            try await send(notice, by: try mailer(for: kind))
        } catch {
            observer.observe(.warning("\(kind.name): \(error.cause ?? "refused by a hook")"))
        }
    }
}
