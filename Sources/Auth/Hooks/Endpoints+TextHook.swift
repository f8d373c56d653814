internal import Core
internal import HTTPTypes
internal import Postgres

extension Endpoints {
    /// Whether text messages can be sent at all, by a service or by the hook.
    var canSendTexts: Bool { peers.messenger != nil || hooks.isEnabled(.sendSMS) }

    /// Sends a text message through the hook `send-sms` or, without one, the configured service. Answers with the
    /// service's id of the message.
    ///
    /// - Parameters:
    ///   - purpose: how the refusal names the code: `confirmation`, `phone_change`, `reauthentication`, `verification`.
    ///   - type: what the hook is told as `sms_type`; `mfa` for second factors, nil elsewhere.
    ///   - transaction: what a hook's function is to be part of.
    func send(
        _ message: TextMessage, to user: User, purpose: String, type: String? = nil,
        in transaction: Transaction? = nil
    ) async throws(AuthError) -> String? {
        if hooks.isEnabled(.sendSMS) {
            var text: JSONObject = ["otp": .string(message.code.reveal())]
            if let type { text["sms_type"] = .string(type) }
            text["phone"] = .string(message.recipient)
            _ = try await hooks.call(
                .sendSMS, ["user": user.json, "sms": .object(text)], address: RequestContext.address, in: transaction)
            return nil
        }
        guard let messenger = peers.messenger else {
            observer.observe(.warning("a text message was to be sent, and no provider is configured: SMS_PROVIDER"))
            throw .refused(Refusal(.internalServerError, .unexpectedFailure, "Unable to get SMS provider"))
        }
        do throws(TextMessageFailure) {
            return try await messenger.send(message)
        } catch {
            observer.observe(.warning("text message: \(error.cause)"))
            // The service's own words can hold the number, so they stay in the log.
            throw .refused(
                Refusal(.unprocessableContent, .smsSendFailed, "Error sending \(purpose) OTP to provider"))
        }
    }
}
