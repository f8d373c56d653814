/// A set of scopes as requests and tokens write it: names with spaces between (RFC 6749, section 3.3).
struct OAuthScopes: Sendable, Hashable {
    enum Scope: String, Sendable, CaseIterable {
        case openid, profile, email, phone
        case offlineAccess = "offline_access"
    }

    /// In the order asked for, each once.
    let names: [String]

    init(_ text: String) {
        var names: [String] = []
        for name in text.split(separator: " ").map(String.init) where !names.contains(name) { names.append(name) }
        self.names = names
    }

    var text: String { names.joined(separator: " ") }

    func contains(_ scope: Scope) -> Bool { names.contains(scope.rawValue) }

    func covers(_ other: OAuthScopes) -> Bool { other.names.allSatisfy(names.contains) }

    /// The first name that means nothing here.
    var firstUnknown: String? { names.first { Scope(rawValue: $0) == nil } }
}
