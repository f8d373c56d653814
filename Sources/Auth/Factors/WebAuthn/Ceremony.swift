internal import Core
internal import Cryptography

/// A registration or sign-in that waits for an authenticator's response. Kept under the names that GoTrue's library
/// gives its members.
struct Ceremony: Sendable {
    let challenge: [UInt8]
    let relyingPartyID: String
    /// Nil when the authenticator is to say who it is.
    let userID: String?

    init(relyingPartyID: String, userID: String?) {
        challenge = SecureRandom.bytes(FactorLimits.ceremonyChallengeBytes)
        self.relyingPartyID = relyingPartyID
        self.userID = userID
    }

    /// Nil if `stored` is no ceremony.
    init?(_ stored: JSON) {
        guard let challenge = stored["challenge"]?.string.flatMap(Base64URL.decode(lenient:)),
            challenge.count >= 16, let relyingPartyID = stored["rpId"]?.string
        else { return nil }
        self.challenge = challenge
        self.relyingPartyID = relyingPartyID
        let user = stored["user_id"]?.string.flatMap(Base64.decode) ?? []
        userID = user.isEmpty ? nil : String(validating: user, as: UTF8.self)
    }

    /// The ceremony as it is kept.
    func json(expiry: Timestamp) -> JSON {
        var object: JSONObject = [
            "challenge": .string(Base64URL.encode(challenge)), "rpId": .string(relyingPartyID),
        ]
        if let userID { object["user_id"] = .string(Base64.encode(Array(userID.utf8))) }
        object["expires"] = .string(expiry.rfc3339())
        object["userVerification"] = "preferred"
        return .object(object)
    }
}
