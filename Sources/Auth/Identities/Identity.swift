internal import Core

/// A way to sign in. The names are turned around against the columns: clients call the row's id `identity_id` and the
/// provider's subject `id`.
struct Identity: Sendable {
    /// The members in GoTrue's order, times as text.
    let json: JSON
    let provider: String

    /// Reads what ``UserStatements/columns`` builds.
    init?(_ built: JSON) {
        guard var object = built.object, let provider = object["provider"]?.string else { return nil }
        self.provider = provider
        for key in ["last_sign_in_at", "created_at", "updated_at"] {
            object[key] = object[key]?.int.map { .string(Timestamp(microseconds: Int64($0)).rfc3339()) }
        }
        object["identity_data"] = object["identity_data"]?.sorted
        if object["email"] == .null || object["email"] == "" { object["email"] = nil }
        json = .object(object)
    }
}
