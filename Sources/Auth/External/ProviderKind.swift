/// The providers whose ways are known; everything else speaks plain OpenID Connect.
enum ProviderKind: String, Sendable, Hashable, CaseIterable {
    case apple, azure, discord, facebook, github, gitlab, google, keycloak
    case linkedIn = "linkedin_oidc"
    case slack = "slack_oidc"
    /// An issuer with discovery, under whatever name the operator gave it.
    case openID = "oidc"

    init(name: String) {
        self = name == ProviderKind.openID.rawValue ? .openID : ProviderKind(rawValue: name) ?? .openID
    }

    /// What is asked for besides the request's own scopes.
    var scopes: [String] {
        switch self {
        case .apple: ["email", "name"]
        case .azure: ["openid"]
        case .discord: ["email", "identify"]
        case .facebook: ["email"]
        case .github: ["user:email"]
        case .gitlab: ["read_user"]
        case .google: ["email", "profile"]
        case .keycloak: ["profile", "email"]
        case .linkedIn: ["openid", "email", "profile"]
        case .slack: ["profile", "email", "openid"]
        case .openID: ["openid", "email", "profile"]
        }
    }

    /// Whether its tokens are taken by the `id_token` grant (contract, section 6.9).
    var isIdentityTokenTaken: Bool {
        switch self {
        case .apple, .azure, .facebook, .google, .keycloak, .openID: true
        case .discord, .github, .gitlab, .linkedIn, .slack: false
        }
    }
}

extension ExternalConfiguration {
    /// Names that have settings of their own, in the order of the documentation.
    public static let knownProviders = ProviderKind.allCases.filter { $0 != .openID }.map(\.rawValue)
}
