internal import Core

extension User {
    /// The user as clients read it, members in GoTrue's order (contract, section 3).
    var json: JSON { .object(object(identities: .array(identities.map(\.json)))) }

    /// The same for the admin list, which does not load identities.
    var listedJSON: JSON { .object(object(identities: .null)) }

    /// `overrides` replaces members where a reply must not tell what is stored.
    func object(identities: JSON, userMetadata: JSONObject? = nil) -> JSONObject {
        var object: JSONObject = [
            "id": .string(id), "aud": .string(audience), "role": .string(role), "email": .string(email),
        ]
        object.setTime("email_confirmed_at", emailConfirmedAt)
        object.setTime("invited_at", invitedAt)
        object["phone"] = .string(phone)
        object.setTime("phone_confirmed_at", phoneConfirmedAt)
        object.setTime("confirmation_sent_at", confirmationSentAt)
        object.setTime("confirmed_at", [emailConfirmedAt, phoneConfirmedAt].compactMap { $0 }.min())
        object.setTime("recovery_sent_at", recoverySentAt)
        if !newEmail.isEmpty { object["new_email"] = .string(newEmail) }
        object.setTime("email_change_sent_at", emailChangeSentAt)
        if !newPhone.isEmpty { object["new_phone"] = .string(newPhone) }
        object.setTime("phone_change_sent_at", phoneChangeSentAt)
        object.setTime("reauthentication_sent_at", reauthenticationSentAt)
        object.setTime("last_sign_in_at", lastSignInAt)
        object["app_metadata"] = JSON.object(appMetadata).sorted
        object["user_metadata"] = JSON.object(userMetadata ?? self.userMetadata).sorted
        if !factors.isEmpty { object["factors"] = .array(factors.map(\.json)) }
        object["identities"] = identities
        object.setTime("created_at", createdAt)
        object.setTime("updated_at", updatedAt)
        object.setTime("banned_until", bannedUntil)
        object.setTime("deleted_at", deletedAt)
        object["is_anonymous"] = .bool(isAnonymous)
        return object
    }
}

extension JSONObject {
    /// A time in RFC 3339; nil leaves the member out.
    mutating func setTime(_ key: String, _ time: Timestamp?) {
        self[key] = time.map { .string($0.rfc3339()) }
    }
}

extension JSON {
    /// The value with the members of all its objects in order of their names, which is how GoTrue prints maps;
    /// PostgreSQL's `jsonb` orders them by length.
    var sorted: JSON {
        switch self {
        case .object(let object):
            .object(JSONObject(object.members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted) }))
        case .array(let items): .array(items.map(\.sorted))
        default: self
        }
    }
}
