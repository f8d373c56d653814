internal import Core
internal import Cryptography

/// A credential that was registered, with what later sign-ins are held against.
struct StoredCredential: Sendable {
    let id: [UInt8]
    /// The COSE key as the authenticator wrote it.
    let publicKey: [UInt8]
    var transports: [String] = []
    var attachment = ""
    let isUserVerified: Bool
    let isBackupEligible: Bool
    let isBackedUp: Bool
    /// The model of authenticator as a UUID; nil when it does not tell.
    let authenticatorID: String?
    let signatureCount: Int

    init(
        id: [UInt8], publicKey: [UInt8], isBackupEligible: Bool, signatureCount: Int, isUserVerified: Bool = false,
        isBackedUp: Bool = false, authenticatorID: String? = nil
    ) {
        self.id = id
        self.publicKey = publicKey
        self.isUserVerified = isUserVerified
        self.isBackupEligible = isBackupEligible
        self.isBackedUp = isBackedUp
        self.authenticatorID = authenticatorID
        self.signatureCount = signatureCount
    }

    init(_ attested: AuthenticatorData.Attested, _ data: AuthenticatorData) {
        self.init(
            id: attested.credentialID, publicKey: attested.encodedKey, isBackupEligible: data.isBackupEligible,
            signatureCount: data.signatureCount, isUserVerified: data.isUserVerified, isBackedUp: data.isBackedUp,
            authenticatorID: StoredCredential.modelID(attested.authenticatorID))
    }

    /// 16 bytes as a UUID; nil when all are zero.
    private static func modelID(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 16, bytes.contains(where: { $0 != 0 }) else { return nil }
        let digits = Array(Hex.encode(bytes))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }

    // MARK: As GoTrue keeps it of a factor

    /// Reads the column `web_authn_credential`; nil if it holds none.
    init?(_ stored: JSON) {
        guard let id = stored["id"]?.string.flatMap(Base64.decode), !id.isEmpty,
            let key = stored["publicKey"]?.string.flatMap(Base64.decode)
        else { return nil }
        let model = stored["authenticator"]?["AAGUID"]?.string.flatMap(Base64.decode) ?? []
        self.init(
            id: id, publicKey: key, isBackupEligible: stored["flags"]?["backupEligible"]?.bool ?? false,
            signatureCount: stored["authenticator"]?["signCount"]?.int ?? 0,
            isUserVerified: stored["flags"]?["userVerified"]?.bool ?? false,
            isBackedUp: stored["flags"]?["backupState"]?.bool ?? false,
            authenticatorID: StoredCredential.modelID(model))
        transports = (stored["transport"]?.array ?? []).compactMap(\.string)
        attachment = stored["authenticator"]?["attachment"]?.string ?? ""
    }

    var json: JSON {
        let model = authenticatorID.flatMap { Hex.decode($0.filter { $0 != "-" }) } ?? [UInt8](repeating: 0, count: 16)
        return [
            "id": .string(Base64.encode(id)), "publicKey": .string(Base64.encode(publicKey)),
            "attestationType": "none", "attestationFormat": "none",
            "transport": .array(transports.map { .string($0) }),
            "flags": [
                "userPresent": true, "userVerified": .bool(isUserVerified),
                "backupEligible": .bool(isBackupEligible), "backupState": .bool(isBackedUp),
            ],
            "authenticator": [
                "AAGUID": .string(Base64.encode(model)), "signCount": .int(signatureCount), "cloneWarning": false,
                "attachment": .string(attachment),
            ],
        ]
    }

    /// How browsers are told of it.
    var descriptor: JSON {
        var object: JSONObject = ["type": "public-key", "id": .string(Base64URL.encode(id))]
        if !transports.isEmpty { object["transports"] = .array(transports.map { .string($0) }) }
        return .object(object)
    }
}
