internal import Core
internal import Cryptography

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
        try MetadataSize([userMetadata ?? [:], appMetadata ?? [:]]).check()
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
        if let passwordHash {
            // A hash that cannot be checked would lock the user out; better to say so now.
            do throws(PasswordError) { try PasswordHasher.check(hash: passwordHash) } catch {
                throw .invalid("The password hash cannot be used: \(error)")
            }
        }
    }

    func banEnd(now: Timestamp) -> Timestamp? {
        if case .last(let duration) = ban { now.advanced(by: duration) } else { nil }
    }
}
