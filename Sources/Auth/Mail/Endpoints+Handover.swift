internal import Core

extension Endpoints {
    /// Does what ends with a mail, of which the answer must not tell whether it is sent. Mails that `body` sends leave when
    /// it is through, its transaction included, and nobody waits for them. Without a queue (in development, where mails
    /// stay on the machine) they leave at once.
    ///
    /// Throws 429 `over_email_send_rate_limit` before `body` begins if the queue is full, for addresses without an account
    /// as well.
    func handingOver<Answer>(
        _ kind: Mail.Kind, _ body: (any Mailer) async throws -> Answer
    ) async throws -> Answer {
        let mailer = try mailer(for: kind)
        guard let queue = peers.messages else { return try await body(mailer) }
        return try await handingOver(to: queue, refusal: .tooManyMails, HeldMessages(mailer)) { try await body($0) }
    }

    /// The same for text messages; `body` gets nil where they leave at once.
    func handingOverTexts<Answer>(_ body: (HeldMessages?) async throws -> Answer) async throws -> Answer {
        guard let queue = peers.messages else { return try await body(nil) }
        return try await handingOver(to: queue, refusal: .tooManyTextMessages, HeldMessages(NoMailer())) {
            try await body($0)
        }
    }

    /// Sends what was held, for somebody who is told whether it can be sent. Call it after the transaction, so that no
    /// connection to the database waits for a mail server.
    func sendNow(_ held: HeldMessages, as kind: Mail.Kind) async throws(AuthError) {
        do throws(MailFailure) {
            for message in held.messages { try await message.send() }
        } catch {
            throw error.refusal.map { .refused($0) } ?? .mailFailed(kind, cause: error.cause)
        }
    }

    private func handingOver<Answer>(
        to queue: MessageQueue, refusal: Refusal, _ held: HeldMessages, _ body: (HeldMessages) async throws -> Answer
    ) async throws -> Answer {
        guard queue.reserve() else { throw AuthError.refused(refusal) }
        let answer: Answer
        do { answer = try await body(held) } catch {
            // Nothing is committed of what the messages were about.
            queue.release()
            throw error
        }
        queue.put(held.messages)
        return answer
    }
}

/// Stands where only text messages are held.
private struct NoMailer: Mailer {
    func send(_ mail: Mail) async throws(MailFailure) { throw MailFailure(cause: "no mail was expected here") }
}
