/// Whose account an external identity belongs to (contract, section 6.8), decided from what the database knows.
enum LinkingDecision: Sendable, Hashable {
    /// The identity is this user's already.
    case existing(userID: String)
    /// It becomes one more of this user's.
    case link(userID: String)
    /// A new account; `email` is empty where somebody else has the address.
    case create(email: String)
    /// Its addresses are those of several accounts.
    case ambiguous

    struct Facts: Sendable {
        /// The user who has this very identity.
        var owner: String?
        /// Identities with one of the profile's verified addresses.
        var similar: [(provider: String, userID: String)] = []
        /// Users, other than by single sign-on, with one of the profile's verified addresses.
        var users: [String] = []
        /// Whether somebody has the address that the account would get.
        var isAddressTaken = false
    }

    /// Only addresses that the provider has verified ever lead to an account that is there. GoTrue takes all of them where
    /// new accounts need no confirmation; then whoever writes an address into a profile would own its account.
    static func decide(_ facts: Facts, provider: String, email: String?) -> LinkingDecision {
        if let owner = facts.owner { return .existing(userID: owner) }
        let domain = LinkingDomain(provider: provider)
        let related = Set(facts.similar.filter { LinkingDomain(provider: $0.provider) == domain }.map(\.userID))
        if related.count > 1 { return .ambiguous }
        if let userID = related.first { return .link(userID: userID) }
        if domain == .common {
            if facts.users.count > 1 { return .ambiguous }
            if let userID = facts.users.first { return .link(userID: userID) }
        }
        let isFree = domain != .common || !facts.isAddressTaken
        return .create(email: isFree ? email ?? "" : "")
    }
}

/// Identities of one domain may share an account by their address. Each single sign-on provider is a domain of its own:
/// a company's directory does not decide about anybody's other accounts.
enum LinkingDomain: Sendable, Hashable {
    case common
    case singleSignOn(String)

    init(provider: String) {
        self = provider.hasPrefix("sso:") ? .singleSignOn(provider) : .common
    }
}
