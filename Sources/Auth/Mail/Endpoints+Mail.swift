internal import Core
internal import Postgres

extension Endpoints {
    /// The mailer, or a clear refusal before anything is stored.
    func mailer(for kind: Mail.Kind) throws(AuthError) -> any Mailer {
        guard let mailer else { throw .mailFailed(kind, cause: "no mailer is configured") }
        return mailer
    }

    func send(_ mail: Mail, by mailer: any Mailer) async throws(AuthError) {
        do throws(MailFailure) { try await mailer.send(mail) } catch {
            throw .mailFailed(mail.kind, cause: error.cause)
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
