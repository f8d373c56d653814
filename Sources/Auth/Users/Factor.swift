internal import Core

/// A second factor as the user object shows it; never its secret.
struct Factor: Sendable {
    /// The members in GoTrue's order, times as text.
    let json: JSON
    let isVerified: Bool

    /// Reads what ``UserStatements/columns`` builds.
    init?(_ built: JSON) {
        guard var object = built.object else { return nil }
        isVerified = object["status"]?.string == "verified"
        for key in ["created_at", "updated_at", "last_challenged_at"] {
            if let time = object[key]?.int {
                object[key] = .string(Timestamp(microseconds: Int64(time)).rfc3339())
            }
        }
        for key in ["friendly_name", "web_authn_aaguid", "last_webauthn_challenge_data"]
        where object[key] == .null || object[key] == "" {
            object[key] = nil
        }
        json = .object(object)
    }
}
