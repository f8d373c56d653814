internal import Core
internal import Postgres

/// A row of `auth.mfa_factors` with what guards it.
struct StoredFactor: Sendable {
    /// The values of `auth.factor_type`.
    enum Kind: String, Sendable {
        case totp, phone
        case webAuthn = "webauthn"

        /// How refusals name it.
        var title: String {
            switch self {
            case .totp: "TOTP"
            case .phone: "Phone"
            case .webAuthn: "WebAuthn"
            }
        }

        /// What the claim `amr` says of it.
        var method: String {
            switch self {
            case .totp: "totp"
            case .phone: "mfa/phone"
            case .webAuthn: "mfa/webauthn"
            }
        }
    }

    let id: String
    let kind: Kind
    let isVerified: Bool
    let secret: Secret<String>
    let phone: String
    let lastChallengedAt: Timestamp?
    /// What a security key registered; nil until it did, and for other kinds.
    let credential: StoredCredential?
    /// The time step of the newest code that was accepted.
    let lastStep: Int?

    /// Reads what ``FactorStatements/columns`` selects.
    init(_ row: Row) throws(DatabaseError) {
        var reader = RowReader(row)
        id = try reader.text()
        let type = try reader.text()
        guard let kind = Kind(rawValue: type) else {
            throw .unexpectedResult("a factor has an unknown type")
        }
        self.kind = kind
        isVerified = try reader.bool()
        secret = Secret(try reader.text())
        phone = try reader.text()
        lastChallengedAt = try reader.optionalTime()
        credential = StoredCredential(try reader.json())
        lastStep = try reader.optionalInt()
    }

    var status: String { isVerified ? "verified" : "unverified" }
}

extension FactorConfiguration {
    func availability(of kind: StoredFactor.Kind) -> Availability {
        switch kind {
        case .totp: totp
        case .phone: phone
        case .webAuthn: webAuthn
        }
    }
}
