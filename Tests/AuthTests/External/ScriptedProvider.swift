import Auth
import Core
import Cryptography
import Gateway
import HTTPTypes
import Postgres
import Synchronization
import Testing
import Tokens

/// An OpenID provider in memory: discovery, keys, the exchange of codes and user information, with tokens that are really
/// signed. Whatever else is asked gets what the test put there, or 404.
final class ScriptedProvider: WebClient {
    static let issuer = "https://accounts.provider.test"
    static let clientID = "client-of-the-tests"

    struct Person: Sendable {
        var claims: JSONObject
        var accessToken = "provider-access"
        var refreshToken: String? = "provider-refresh"
        var hasIDToken = true
        /// Claims that only the ID token has, over those of the person.
        var changes: JSONObject = [:]
    }

    private struct State: Sendable {
        var people: [String: Person] = [:]
        var answers: [String: WebResponse] = [:]
        var requests: [WebRequest] = []
        var keys: [SigningKey]
        var isDown = false
    }

    private let state: Mutex<State>
    /// The clock of the tests stands still at the harness's.
    let now = ManualClock().now()

    init() throws {
        state = Mutex(State(keys: [try ScriptedProvider.shared(.rs256, "rsa")]))
    }

    // MARK: Set by the test

    func expect(_ person: Person, for code: String) { state.withLock { $0.people[code] = person } }
    func answer(_ url: String, _ json: JSON, status: Int = 200) {
        state.withLock { $0.answers[url] = WebResponse(status: status, headers: [], body: json.bytes) }
    }
    func publish(_ keys: [SigningKey]) { state.withLock { $0.keys = keys } }
    func goDown(_ isDown: Bool = true) { state.withLock { $0.isDown = isDown } }

    var requests: [WebRequest] { state.withLock { $0.requests } }
    func requests(to path: String) -> [WebRequest] { requests.filter { $0.url.hasSuffix(path) } }

    /// Making RSA keys is slow, so the tests share theirs.
    static func shared(_ algorithm: SignatureAlgorithm, _ name: String) throws -> SigningKey {
        try pairs.withLock { pairs in
            if let pair = pairs[name] { return pair }
            let pair = try SigningKey.generate(algorithm, keyID: name)
            pairs[name] = pair
            return pair
        }
    }
    private static let pairs = Mutex<[String: SigningKey]>([:])

    // MARK: Tokens

    /// A Google-like person.
    static func claims(
        _ subject: String = "117", email: String? = "person@example.org", isVerified: Bool = true
    ) -> JSONObject {
        var claims: JSONObject = ["sub": .string(subject), "name": "Pat Person", "picture": "https://pics.test/p.png"]
        if let email {
            claims["email"] = .string(email)
            claims["email_verified"] = .bool(isVerified)
        }
        return claims
    }

    func idToken(_ claims: JSONObject, key: SigningKey? = nil) throws -> String {
        var all: JSONObject = [
            "iss": .string(Self.issuer), "aud": .string(Self.clientID), "iat": .int(now.seconds),
            "exp": .int(now.seconds + 3600),
        ]
        for (name, value) in claims.members { all[name] = value.isNull ? Optional<JSON>.none : value }
        return try TokenIssuer(key: key ?? Self.shared(.rs256, "rsa")).sign(claims: all)
    }

    static func accessTokenHash(_ token: String) -> String {
        Base64URL.encode(Array(Digest.hash(.sha256, of: token).prefix(16)))
    }

    // MARK: Asked by the service

    func send(_ request: WebRequest) async throws(WebFailure) -> WebResponse {
        let (isDown, answer) = state.withLock { state in
            state.requests.append(request)
            return (state.isDown, state.answers[request.url])
        }
        if isDown { throw .failed(cause: "connection refused") }
        if let answer { return answer }
        guard request.url.hasPrefix(Self.issuer) else { return json(["error": "not found"], status: 404) }
        switch request.url.dropFirst(Self.issuer.count) {
        case "/.well-known/openid-configuration":
            return json([
                "issuer": .string(Self.issuer), "authorization_endpoint": .string(Self.issuer + "/authorize"),
                "token_endpoint": .string(Self.issuer + "/token"),
                "userinfo_endpoint": .string(Self.issuer + "/userinfo"), "jwks_uri": .string(Self.issuer + "/keys"),
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            ])
        case "/keys":
            let keys = state.withLock { $0.keys.compactMap { $0.verificationKey.publicJWK.map(JSON.object) } }
            return json(["keys": .array(keys)])
        case "/token": return exchange(request)
        case "/userinfo": return userInfo(request)
        default: return json(["error": "not found"], status: 404)
        }
    }

    private func exchange(_ request: WebRequest) -> WebResponse {
        guard let form = try? Query(String(decoding: request.body, as: UTF8.self)),
            form["grant_type"] == "authorization_code", form["client_id"] == Self.clientID,
            form["client_secret"] == "secret-of-the-tests",
            let person = state.withLock({ $0.people.removeValue(forKey: form["code"] ?? "") })
        else { return json(["error": "invalid_grant"], status: 400) }
        state.withLock { $0.people["bearer:" + person.accessToken] = person }
        var body: JSONObject = ["access_token": .string(person.accessToken), "token_type": "Bearer"]
        body["refresh_token"] = person.refreshToken.map(JSON.string)
        if person.hasIDToken {
            var claims = person.claims
            claims["at_hash"] = .string(Self.accessTokenHash(person.accessToken))
            for (name, value) in person.changes.members { claims[name] = value }
            guard let token = try? idToken(claims) else { return json(["error": "server_error"], status: 500) }
            body["id_token"] = .string(token)
        }
        return json(.object(body))
    }

    private func userInfo(_ request: WebRequest) -> WebResponse {
        let token = request.headers.first { $0.name == "authorization" }?.value.dropFirst("Bearer ".count) ?? ""
        guard let person = state.withLock({ $0.people["bearer:" + token] }) else {
            return json(["error": "invalid_token"], status: 401)
        }
        return json(.object(person.claims))
    }

    private func json(_ value: JSON, status: Int = 200) -> WebResponse {
        WebResponse(status: status, headers: [("content-type", "application/json")], body: value.bytes)
    }
}
