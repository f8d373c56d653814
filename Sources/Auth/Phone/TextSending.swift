internal import Core
internal import Gateway
internal import Postgres

/// A code that was sent to a number, or needs no sending.
struct SentText: Sendable {
    let phone: String
    let token: OneTimeToken
    /// The service's id of the message, if it gives one.
    let messageID: String?

    /// What endpoints answer with.
    var answer: JSON {
        guard let messageID, !messageID.isEmpty else { return [:] }
        return ["message_id": .string(messageID)]
    }
}

extension Endpoints {
    /// Sends a code. No connection to the database is held meanwhile: the service is another server and may be slow.
    /// When it refuses, the request does not count, so that it can be made again.
    ///
    /// - Parameters:
    ///   - user: the account, for the hook that sends text messages.
    ///   - held: keeps the message until what it is about is committed; a failure is then the operator's to know.
    func sendText(
        to phone: String, of user: JSON, channel: TextMessage.Channel, asked: CodeRequest,
        heldBy held: HeldMessages? = nil, _ request: GatewayRequest, now: Timestamp
    ) async throws -> SentText {
        if let code = configuration.phone.testCode(of: phone, at: now) {
            return SentText(phone: phone, token: OneTimeToken(address: phone, code: code), messageID: "test-otp")
        }
        guard canSendTexts else {
            try await giveBack(asked)
            throw AuthError.failed(cause: "no text message service is configured")
        }
        // Where numbers count as confirmed, messages are not counted, as GoTrue does it.
        if !configuration.phone.isAutoconfirmed { try await countTextMessage() }
        let token = OneTimeToken(address: phone, codeLength: configuration.phone.codeLength)
        let message = TextMessage(
            recipient: phone, channel: channel,
            text: Secret(configuration.phone.template.text(code: token.code.reveal())), code: token.code)
        if let held {
            held.hold("text_message") { () async throws(MailFailure) in try await deliver(message, to: user) }
            return SentText(phone: phone, token: token, messageID: nil)
        }
        do throws(AuthError) {
            if try await sendByHook(message, to: user) { return SentText(phone: phone, token: token, messageID: nil) }
        } catch {
            try await giveBack(asked)
            throw error
        }
        guard let messenger = peers.messenger else { throw AuthError.failed(cause: "a text message service went away") }
        do throws(TextMessageFailure) {
            return SentText(phone: phone, token: token, messageID: try await messenger.send(message))
        } catch {
            observer.observe(.requestFailed(requestID: request.id, service: "auth", cause: error.cause))
            try await giveBack(asked)
            throw AuthError.refused(.textMessageFailed)
        }
    }

    private func deliver(_ message: TextMessage, to user: JSON) async throws(MailFailure) {
        do throws(AuthError) { if try await sendByHook(message, to: user) { return } } catch {
            throw MailFailure(cause: error.cause ?? "the hook refused")
        }
        guard let messenger = peers.messenger else { throw MailFailure(cause: "a text message service went away") }
        do throws(TextMessageFailure) { _ = try await messenger.send(message) } catch {
            throw MailFailure(cause: error.cause)
        }
    }

    private func giveBack(_ asked: CodeRequest) async throws {
        try await during(.updatingUser) { _ = try await database.run(CodeRequestStatements.giveBack(asked)) }
    }

    /// Keeps a code in both of its places.
    func storing(_ sent: SentText, for kind: OneTimeToken.Kind, userID: String, now: Timestamp) -> [SQL] {
        let hash = sent.token.codeHash
        let column: SQL =
            switch kind {
            case .phoneChange:
                OneTimeTokenStatements.setPhoneChange(userID: userID, newPhone: sent.phone, hash: hash, now: now)
            case .reauthentication: OneTimeTokenStatements.setReauthentication(userID: userID, hash: hash, now: now)
            default: OneTimeTokenStatements.setConfirmation(userID: userID, hash: hash, now: now)
            }
        return [
            column,
            OneTimeTokenStatements.upsert(
                userID: userID, kind: kind, hash: sent.token.hash, relatesTo: sent.phone, now: now),
        ]
    }

    /// The way a message is to take; text messages when nothing is said.
    func channel(_ name: String?) throws(AuthError) -> TextMessage.Channel {
        let channel = TextMessage.Channel(rawValue: name ?? "sms")
        guard let channel, channel == .sms || configuration.phone.reachesWhatsApp else {
            throw .invalid(
                "Invalid channel, supported values are 'sms' or 'whatsapp'. 'whatsapp' is only supported if Twilio or "
                    + "Twilio Verify is used as the provider.")
        }
        return channel
    }
}
