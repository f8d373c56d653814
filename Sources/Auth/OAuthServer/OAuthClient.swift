internal import Core
internal import Cryptography
internal import Postgres

/// A row of `auth.oauth_clients`: an app that signs our users in.
struct OAuthClient: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        /// It cannot keep a secret: an app on a phone or in a browser.
        case `public`
        case confidential

        var methods: [Method] { self == .public ? [.none] : [.basic, .post] }
    }

    /// How it authenticates at the token endpoint (RFC 7591, section 2).
    enum Method: String, Sendable, CaseIterable {
        case none
        case basic = "client_secret_basic"
        case post = "client_secret_post"

        var kind: Kind { self == .none ? .public : .confidential }
    }

    enum Registration: String, Sendable { case dynamic, manual }

    enum GrantType: String, Sendable, CaseIterable {
        case authorizationCode = "authorization_code"
        case refreshToken = "refresh_token"
    }

    let id: String
    let secretHash: String
    let registration: String
    let kind: Kind
    let method: Method
    let redirectURIs: [String]
    let grantTypes: [String]
    let name: String
    let uri: String
    let logoURI: String
    let createdAt: Timestamp
    let updatedAt: Timestamp

    /// Reads what ``OAuthClientStatements/columns`` selects.
    init(_ row: Row, from column: Int = 0) throws(DatabaseError) {
        var reader = RowReader(row, from: column)
        id = try reader.text()
        secretHash = try reader.text()
        registration = try reader.text()
        let kind = Kind(rawValue: try reader.text())
        let method = Method(rawValue: try reader.text())
        guard let kind, let method else { throw .unexpectedResult("an OAuth client of an unknown kind") }
        self.kind = kind
        self.method = method
        redirectURIs = Self.list(try reader.text())
        grantTypes = Self.list(try reader.text())
        name = try reader.text()
        uri = try reader.text()
        logoURI = try reader.text()
        createdAt = try reader.time()
        updatedAt = try reader.time()
    }

    func mayUse(_ grant: GrantType) -> Bool { grantTypes.contains(grant.rawValue) }

    func isSecret(_ presented: Secret<String>) -> Bool {
        !secretHash.isEmpty && constantTimeEqual(OAuthSecret.hash(presented.reveal()), secretHash)
    }

    /// The columns hold lists with commas between.
    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { part in String(part.drop { $0 == " " }.prefix { $0 != " " }) }
    }

    // MARK: As clients read it

    /// The registration (RFC 7591, section 3.2.1), members in GoTrue's order. The secret is shown once, when it is made.
    func json(secret: Secret<String>? = nil) -> JSON {
        var object: JSONObject = ["client_id": .string(id)]
        if let secret { object["client_secret"] = .string(secret.reveal()) }
        object["client_type"] = .string(kind.rawValue)
        object["redirect_uris"] = .array(redirectURIs.map { .string($0) })
        object["token_endpoint_auth_method"] = .string(method.rawValue)
        object["grant_types"] = .array(grantTypes.map { .string($0) })
        object["response_types"] = ["code"]
        if !name.isEmpty { object["client_name"] = .string(name) }
        if !uri.isEmpty { object["client_uri"] = .string(uri) }
        if !logoURI.isEmpty { object["logo_uri"] = .string(logoURI) }
        object["registration_type"] = .string(registration)
        object["created_at"] = .string(createdAt.rfc3339())
        object["updated_at"] = .string(updatedAt.rfc3339())
        return .object(object)
    }

    /// What a user is shown of it.
    var shownJSON: JSON {
        var object: JSONObject = ["id": .string(id)]
        if !name.isEmpty { object["name"] = .string(name) }
        if !uri.isEmpty { object["uri"] = .string(uri) }
        if !logoURI.isEmpty { object["logo_uri"] = .string(logoURI) }
        return .object(object)
    }
}

/// Client secrets and authorization codes: random, and stored as their hash alone. A slow hash would add nothing, since
/// nobody can try 2^256 texts.
enum OAuthSecret {
    static func make() -> String { Base64URL.encode(SecureRandom.bytes(OAuthServerLimits.secretBytes)) }

    static func hash(_ secret: String) -> String { Base64URL.encode(Digest.hash(.sha256, of: secret)) }
}
