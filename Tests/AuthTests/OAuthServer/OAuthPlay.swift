import Auth
import Core
import Cryptography
import HTTPTypes
import Testing

/// A registered client as its tests know it.
struct PlayedClient: Sendable {
    let id: String
    let secret: String?
    static let redirectURI = "https://client.example.org/callback"

    var basic: [String: String] {
        ["Authorization": "Basic " + Base64.encode(Array("\(id):\(secret ?? "")".utf8))]
    }
}

/// The two halves of PKCE.
enum PlayedProof {
    static let verifier = String(repeating: "v", count: 43)
    static let challenge = Base64URL.encode(Digest.hash(.sha256, of: verifier))
}

extension AuthHarness {
    /// The auth service with its OAuth server on and addresses confirmed at once.
    static func runOAuth(
        _ adjust: @Sendable (inout AuthConfiguration) -> Void = { _ in }, connections: Int = 4,
        signingKeys: [JSON] = [], _ body: (AuthHarness) async throws -> Void
    ) async throws {
        try await run(
            { configuration in
                configuration.isEmailAutoconfirmed = true
                configuration.oauthServer.isEnabled = true
                configuration.oauthServer.isDynamicRegistrationAllowed = true
                configuration.oauthServer.authorizationPath = "/consent"
                configuration.redirects.siteURL = "https://app.example.org"
                adjust(&configuration)
            }, connections: connections, signingKeys: signingKeys, body)
    }

    /// Registers a client with basic authentication, changed by `changes`.
    func client(_ changes: JSONObject = [:]) async throws -> PlayedClient {
        var body: JSONObject = [
            "client_name": "A client", "redirect_uris": [.string(PlayedClient.redirectURI)],
        ]
        for (key, value) in changes.members { body[key] = value }
        let answer = try await send(.post, "/oauth/clients/register", .object(body), key: .some(nil))
        #expect(answer.status == 201, "\(answer.text)")
        return PlayedClient(id: answer["client_id"]?.string ?? "", secret: answer["client_secret"]?.string)
    }

    /// `GET /oauth/authorize`; a nil takes a parameter out.
    func authorize(_ client: PlayedClient, _ changes: [String: String?] = [:]) async throws -> Answer {
        var parameters: [String: String?] = [
            "client_id": client.id, "redirect_uri": PlayedClient.redirectURI, "response_type": "code",
            "scope": "openid email", "state": "the state", "code_challenge": PlayedProof.challenge,
            "code_challenge_method": "S256",
        ]
        for (name, value) in changes { parameters[name] = .some(value) }
        return try await send(.get, "/oauth/authorize?" + Self.form(parameters), key: .some(nil))
    }

    static func form(_ parameters: [String: String?]) -> String {
        parameters.sorted { $0.key < $1.key }.compactMap { name, value in
            value.map { "\(name)=\(encoded($0))" }
        }.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                ? String(Unicode.Scalar(byte)) : "%" + Hex.encode([byte])
        }.joined()
    }

    /// A request that waits for consent.
    func authorizationID(_ client: PlayedClient, _ changes: [String: String?] = [:]) async throws -> String {
        let answer = try await authorize(client, changes)
        let prefix = "https://app.example.org/consent?authorization_id="
        let location = answer.header("Location") ?? ""
        #expect(answer.status == 302 && location.hasPrefix(prefix), "\(answer.status) \(location) \(answer.text)")
        return String(location.dropFirst(prefix.count))
    }

    func details(_ id: String, by user: SignedIn) async throws -> Answer {
        try await send(.get, "/oauth/authorizations/\(id)", bearer: user.accessToken)
    }

    func decide(_ id: String, _ action: String = "approve", by user: SignedIn) async throws -> Answer {
        try await send(
            .post, "/oauth/authorizations/\(id)/consent", ["action": .string(action)], bearer: user.accessToken)
    }

    /// A code that `user` gave.
    func code(_ client: PlayedClient, _ changes: [String: String?] = [:], by user: SignedIn) async throws -> String {
        let id = try await authorizationID(client, changes)
        var answer = try await details(id, by: user)
        if answer["redirect_url"] == nil { answer = try await decide(id, by: user) }
        let parameters = query(of: answer["redirect_url"]?.string ?? "")
        #expect(parameters["code"] != nil, "\(answer.text)")
        return parameters["code"] ?? ""
    }

    func query(of url: String) -> [String: String] {
        let parts = url.split(separator: "?", maxSplits: 1)
        guard parts.count == 2 else { return [:] }
        let pairs = parts[1].split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1)
            let value = halves.count > 1 ? String(halves[1]) : ""
            return (String(halves[0]), value.replacing("%20", with: " "))
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// `POST /oauth/token` as a form and without an API key.
    func exchange(
        _ parameters: [String: String?], headers: [String: String] = [:], path: String = "/oauth/token"
    ) async throws -> Answer {
        try await send(
            .post, path, raw: Self.form(parameters), key: .some(nil),
            headers: headers.merging(["Content-Type": "application/x-www-form-urlencoded"]) { first, _ in first })
    }

    /// Redeems a code with basic authentication; a nil takes a parameter out.
    func redeem(
        _ code: String, _ client: PlayedClient, _ changes: [String: String?] = [:]
    ) async throws -> Answer {
        var parameters: [String: String?] = [
            "grant_type": "authorization_code", "code": code, "redirect_uri": PlayedClient.redirectURI,
            "code_verifier": PlayedProof.verifier,
        ]
        for (name, value) in changes { parameters[name] = .some(value) }
        return try await exchange(parameters, headers: client.basic)
    }

    func refresh(_ token: String, _ client: PlayedClient) async throws -> Answer {
        try await self.exchange(["grant_type": "refresh_token", "refresh_token": token], headers: client.basic)
    }

    /// The claims of a token; its signature is not looked at.
    func claims(_ token: String?) -> JSONObject {
        let parts = (token ?? "").split(separator: ".")
        guard parts.count == 3, let payload = Base64URL.decode(String(parts[1])) else { return [:] }
        return (try? JSON(parsing: payload))?.object ?? [:]
    }
}

extension Answer {
    /// `status error` in the words of RFC 6749.
    var fault: String { "\(status) \(self["error"]?.string ?? text)" }
}
