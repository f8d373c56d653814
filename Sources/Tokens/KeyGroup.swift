/// What an API key stands for.
public enum KeyGroup: String, Sendable, Hashable, CaseIterable {
    /// The key that apps carry: `anon` or `sb_publishable_`.
    case anon
    /// The key that servers keep: `service_role` or `sb_secret_`. It passes every row-level security policy.
    case service

    /// The database role.
    public var role: String {
        switch self {
        case .anon: "anon"
        case .service: "service_role"
        }
    }

    /// The group whose role a legacy key's `role` claim names; nil for other roles, which are no keys.
    public init?(role: String) {
        switch role {
        case "anon": self = .anon
        case "service_role": self = .service
        default: return nil
        }
    }
}
