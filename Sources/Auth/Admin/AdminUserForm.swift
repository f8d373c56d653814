internal import Core

/// The body of `POST /admin/users` and `PUT /admin/users/{id}` (contract, section 6.12). Addresses are judged here.
struct AdminUserForm: Sendable {
    enum Ban: Sendable, Hashable {
        case lift
        case last(Duration)
    }

    let id: String?
    let audience: String?
    let role: String?
    let email: String?
    let phone: String?
    let password: String?
    let passwordHash: String?
    let confirmsEmail: Bool
    let confirmsPhone: Bool
    let userMetadata: JSONObject?
    let appMetadata: JSONObject?
    let ban: Ban?

    init(_ fields: Fields) throws(AuthError) {
        id = try fields.filledText("id").map { text throws(AuthError) in
            guard let id = UUIDText.canonical(text), id != UUIDText.zero else {
                throw .invalid("ID must conform to the uuid v4 format")
            }
            return id
        }
        audience = try fields.filledText("aud")
        role = try fields.filledText("role")
        email = try fields.filledText("email").map { text throws(AuthError) in try EmailAddress(text).text }
        phone = try fields.filledText("phone").map { text throws(AuthError) in try PhoneNumber(text).digits }
        password = try fields.filledText("password")
        passwordHash = try fields.filledText("password_hash")
        confirmsEmail = try fields.bool("email_confirm") ?? false
        confirmsPhone = try fields.bool("phone_confirm") ?? false
        userMetadata = try fields.object("user_metadata")
        appMetadata = try fields.object("app_metadata")
        ban = try fields.filledText("ban_duration").map { text throws(AuthError) in
            if text == "none" { return .lift }
            guard let duration = GoDuration.parse(text) else {
                throw .invalid("invalid format for ban duration: \(text)")
            }
            return .last(duration)
        }
        guard password == nil || passwordHash == nil else {
            throw .invalid("Only a password or a password hash should be provided")
        }
        if let passwordHash, !AdminUserForm.isBcrypt(passwordHash) {
            throw .invalid("Only bcrypt password hashes are supported")
        }
    }

    /// `$2b$10$` and 53 characters; anything else could never be checked at a sign-in.
    private static func isBcrypt(_ hash: String) -> Bool {
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].isEmpty, ["2a", "2b", "2y"].contains(parts[1]), parts[2].count == 2,
            let cost = Int(parts[2]), (4...16).contains(cost)
        else { return false }
        return parts[3].utf8.count == 53
            && parts[3].utf8.allSatisfy { byte in
                isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "/")
            }
    }

    func banEnd(now: Timestamp) -> Timestamp? {
        if case .last(let duration) = ban { now.advanced(by: duration) } else { nil }
    }
}
