internal import Core
internal import Postgres

/// A row of `auth.users` with its identities and factors. `NULL` and the empty text are the same for every text, because
/// users that were written by hand have either.
struct User: Sendable {
    let id: String
    let audience: String
    let role: String
    let email: String
    let passwordHash: Secret<String>?
    let emailConfirmedAt: Timestamp?
    let invitedAt: Timestamp?
    let phone: String
    let phoneConfirmedAt: Timestamp?
    let confirmationSentAt: Timestamp?
    let recoverySentAt: Timestamp?
    let newEmail: String
    let emailChangeSentAt: Timestamp?
    let newPhone: String
    let phoneChangeSentAt: Timestamp?
    let reauthenticationSentAt: Timestamp?
    let lastSignInAt: Timestamp?
    let appMetadata: JSONObject
    let userMetadata: JSONObject
    let createdAt: Timestamp
    let updatedAt: Timestamp
    let bannedUntil: Timestamp?
    let deletedAt: Timestamp?
    let isAnonymous: Bool
    let isSSO: Bool
    let identities: [Identity]
    let factors: [Factor]

    /// Reads what ``UserStatements/columns`` selects.
    init(_ row: Row, from column: Int = 0) throws(DatabaseError) {
        var reader = RowReader(row, from: column)
        id = try reader.text()
        audience = try reader.text()
        role = try reader.text()
        email = try reader.text()
        let hash = try reader.text()
        passwordHash = hash.isEmpty ? nil : Secret(hash)
        emailConfirmedAt = try reader.optionalTime()
        invitedAt = try reader.optionalTime()
        phone = try reader.text()
        phoneConfirmedAt = try reader.optionalTime()
        confirmationSentAt = try reader.optionalTime()
        recoverySentAt = try reader.optionalTime()
        newEmail = try reader.text()
        emailChangeSentAt = try reader.optionalTime()
        newPhone = try reader.text()
        phoneChangeSentAt = try reader.optionalTime()
        reauthenticationSentAt = try reader.optionalTime()
        lastSignInAt = try reader.optionalTime()
        appMetadata = try reader.json().object ?? [:]
        userMetadata = try reader.json().object ?? [:]
        createdAt = try reader.time()
        updatedAt = try reader.time()
        bannedUntil = try reader.optionalTime()
        deletedAt = try reader.optionalTime()
        isAnonymous = try reader.bool()
        isSSO = try reader.bool()
        identities = (try reader.json().array ?? []).compactMap(Identity.init)
        factors = (try reader.json().array ?? []).compactMap(Factor.init)
    }

    func isBanned(at now: Timestamp) -> Bool { bannedUntil.map { $0 > now } ?? false }
    var isEmailConfirmed: Bool { emailConfirmedAt != nil }
    var hasVerifiedFactor: Bool { factors.contains { $0.isVerified } }
}
