internal import Core

extension Endpoints {
    /// Whether text messages can be sent at all, by a service or by the hook.
    var canSendTexts: Bool { peers.messenger != nil || hooks.isEnabled(.sendSMS) }

    /// Hands a text message to the hook `send-sms`; false when that is off and a service is to send it. Throws the hook's
    /// refusal.
    ///
    /// - Parameters:
    ///   - user: the account as clients read it, or what is known of it.
    ///   - type: what the hook is told as `sms_type`: `mfa` for second factors, nil elsewhere.
    func sendByHook(_ message: TextMessage, to user: JSON, type: String? = nil) async throws(AuthError) -> Bool {
        guard hooks.isEnabled(.sendSMS) else { return false }
        var text: JSONObject = ["otp": .string(message.code.reveal())]
        if let type { text["sms_type"] = .string(type) }
        text["phone"] = .string(message.recipient)
        _ = try await hooks.call(.sendSMS, ["user": user, "sms": .object(text)], address: RequestContext.address)
        return true
    }
}
