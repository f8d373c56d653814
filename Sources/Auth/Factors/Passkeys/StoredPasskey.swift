internal import Core
internal import Postgres

/// A row of `auth.webauthn_credentials`.
struct StoredPasskey: Sendable {
    let id: String
    let userID: String
    let name: String
    let createdAt: Timestamp
    let lastUsedAt: Timestamp?
    let credential: StoredCredential

    /// Reads what ``PasskeyStatements/columns`` selects.
    init(_ row: Row) throws(DatabaseError) {
        var reader = RowReader(row)
        id = try reader.text()
        userID = try reader.text()
        name = try reader.text()
        createdAt = try reader.time()
        lastUsedAt = try reader.optionalTime()
        let signatureCount = try reader.optionalInt() ?? 0
        let isBackupEligible = try reader.bool()
        let transports = (try reader.json().array ?? []).compactMap(\.string)
        var credential = StoredCredential(
            id: try row.bytea(8), publicKey: try row.bytea(9), isBackupEligible: isBackupEligible,
            signatureCount: signatureCount)
        credential.transports = transports
        self.credential = credential
    }

    /// The passkey as clients read it.
    var json: JSON {
        var object: JSONObject = ["id": .string(id)]
        if !name.isEmpty { object["friendly_name"] = .string(name) }
        object.setTime("created_at", createdAt)
        object.setTime("last_used_at", lastUsedAt)
        return .object(object)
    }
}
