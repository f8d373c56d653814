internal import Core
internal import Cryptography
internal import Postgres

/// Challenges by text message.
extension Endpoints {
    func askByPhone(_ question: FactorQuestion, _ fields: Fields) async throws -> JSONObject {
        let channel = try PhoneCode.channel(fields)
        guard canSendTexts else {
            observer.observe(.warning("a second factor by telephone was asked for and no text messages can be sent"))
            throw AuthError.refused(.messageNotSent)
        }
        let factors = configuration.factors
        let lastBefore = question.now.advanced(by: .zero - factors.phoneInterval)
        let code = SecureRandom.text(length: factors.phoneCodeLength, alphabet: SecureRandom.digits)
        let message = TextMessage(
            recipient: question.factor.phone, channel: channel,
            text: Secret(PhoneCode.text(template: factors.phoneTemplate, code: code)), code: Secret(code))
        let isStored = try await store(
            question, codeDigest: PhoneCode.digest(code, challengeID: question.challengeID), lastBefore: lastBefore
        ) {
            // Last, so that nothing is sent about what could not be stored.
            if try await sendByHook(message, to: question.owner.user.json, type: "mfa") { return }
            do throws(TextMessageFailure) { _ = try await peers.messenger?.send(message) } catch {
                observer.observe(.warning("a text message for a second factor was not taken: \(error.cause)"))
                throw AuthError.refused(.messageNotSent)
            }
        }
        guard isStored else {
            throw AuthError.refused(.messageTooSoon(seconds: secondsToWait(question, interval: factors.phoneInterval)))
        }
        return [:]
    }

    /// Rounded up: after that many seconds it is allowed. Another request may have been quicker than what was read.
    private func secondsToWait(_ question: FactorQuestion, interval: Duration) -> Int {
        let allowed = (question.factor.lastChallengedAt ?? question.now).advanced(by: interval)
        return max(1, Int((allowed.microseconds - question.now.microseconds + 999_999) / 1_000_000))
    }
}

/// Codes by text message.
enum PhoneCode {
    /// `sms` unless told otherwise.
    static func channel(_ fields: Fields) throws(AuthError) -> TextMessage.Channel {
        guard let asked = try fields.filledText("channel") else { return .sms }
        guard let channel = TextMessage.Channel(rawValue: asked) else {
            throw .invalid(
                "Invalid channel, supported values are 'sms' or 'whatsapp'. 'whatsapp' is only supported if Twilio or "
                    + "Twilio Verify is used as the provider.")
        }
        return channel
    }

    /// What is kept of a code. It is short, so who reads the table can find it by trying; who only sees it cannot.
    static func digest(_ code: String, challengeID: String) -> String {
        "sha256:" + Hex.encode(Digest.hash(.sha256, of: challengeID + ":" + code))
    }

    static func isValid(_ code: String, for challenge: StoredChallenge) -> Bool {
        !challenge.codeDigest.isEmpty
            && constantTimeEqual(challenge.codeDigest, digest(code, challengeID: challenge.id))
    }

    /// The template with the code in place of `{{ .Code }}`, with or without spaces.
    static func text(template: String, code: String) -> String {
        var text = ""
        var rest = Substring(template)
        while let open = rest.firstRange(of: "{{") {
            let behind = rest[open.upperBound...]
            guard let close = behind.firstRange(of: "}}") else { break }
            let name = behind[..<close.lowerBound].filter { $0 != " " }
            text += rest[..<open.lowerBound]
            text += name == ".Code" ? code : String(rest[open.lowerBound..<close.upperBound])
            rest = rest[close.upperBound...]
        }
        return text + rest
    }
}
