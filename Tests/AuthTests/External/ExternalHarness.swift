import Auth
import Core
import Cryptography
import Gateway
import HTTPTypes
import Postgres
import Testing

/// The auth service with a provider that has Google's shape.
struct ExternalHarness: Sendable {
    let auth: AuthHarness
    let provider: ScriptedProvider

    static let site = "https://app.example.org"
    static let target = "https://app.example.org/auth/callback"
    static let service = "https://api.example.org/auth/v1"
    static let verifier = String(repeating: "v", count: 43)
    static let challenge = Base64URL.encode(Digest.hash(.sha256, of: verifier))

    static func run(
        _ adjust: @Sendable (inout AuthConfiguration) -> Void = { _ in }, connections: Int = 4,
        withMailer: Bool = true, _ body: (ExternalHarness) async throws -> Void
    ) async throws {
        let provider = try ScriptedProvider()
        try await AuthHarness.run(
            { configuration in
                configuration.redirects.siteURL = site
                configuration.redirects.serviceURL = service
                configuration.redirects.allowList = ["https://app.example.org/**", "com.example.app://*"]
                configuration.external.providers["google"] = settings
                configuration.external.isManualLinkingEnabled = true
                adjust(&configuration)
            }, withMailer: withMailer, connections: connections, web: provider
        ) { auth in
            try await body(ExternalHarness(auth: auth, provider: provider))
        }
    }

    static var settings: ExternalProviderConfiguration {
        var settings = ExternalProviderConfiguration()
        settings.isEnabled = true
        settings.clientIDs = [ScriptedProvider.clientID, "another-client-of-the-tests"]
        settings.secret = Secret("secret-of-the-tests")
        settings.url = ScriptedProvider.issuer
        return settings
    }

    // MARK: Steps

    /// The parameters of the URL that a browser is sent to.
    func authorize(
        _ query: String = "", provider: String = "google", pkce: Bool = false, headers: [String: String] = [:]
    ) async throws -> Departed {
        var path = "/authorize?provider=\(provider)&redirect_to=\(PercentCoding.encode(Self.target))"
        if pkce { path += "&code_challenge=\(Self.challenge)&code_challenge_method=s256" }
        if !query.isEmpty { path += "&" + query }
        return try Departed(await auth.send(.get, path, key: .some(nil), headers: headers))
    }

    func callback(_ query: String, headers: [String: String] = [:]) async throws -> Landed {
        try Landed(await auth.send(.get, "/callback?" + query, key: .some(nil), headers: headers))
    }

    /// The whole way of one person, up to the app's page.
    func arrive(
        _ claims: JSONObject, pkce: Bool = false, query: String = "", code: String = "provider-code"
    ) async throws -> Landed {
        provider.expect(.init(claims: claims), for: code)
        let state = try await authorize(query, pkce: pkce).state
        return try await callback("code=\(code)&state=\(state)")
    }

    func exchange(_ code: String, verifier: String = verifier) async throws -> Answer {
        try await auth.send(
            .post, "/token?grant_type=pkce", ["auth_code": .string(code), "code_verifier": .string(verifier)])
    }

    /// Signs a person in with a code exchange.
    func signIn(_ claims: JSONObject = ScriptedProvider.claims()) async throws -> SignedIn {
        let landed = try await arrive(claims, pkce: true)
        return try SignedIn(await exchange(try #require(landed.query["code"], "\(landed.location)")))
    }

    func user(_ id: String) async throws -> JSON {
        try await auth.send(.get, "/admin/users/\(id)", bearer: auth.serviceKey).json
    }

    func count(_ statement: SQL) async throws -> Int { Int(try await auth.value(statement) ?? "") ?? -1 }
}

/// A redirect to a provider.
struct Departed: Sendable {
    let answer: Answer
    let location: String
    let parameters: Query
    var state: String { parameters["state"] ?? "" }

    init(_ answer: Answer) throws {
        self.answer = answer
        location = try #require(answer.header("location"), "\(answer.status) \(answer.text)")
        parameters = try Query(String(location.drop { $0 != "?" }.dropFirst()))
    }
}

/// A redirect to the app.
struct Landed: Sendable {
    let answer: Answer
    let location: String
    let query: Query
    let fragment: Query
    /// Everything before query and fragment.
    let page: String

    init(_ answer: Answer) throws {
        self.answer = answer
        location = try #require(answer.header("location"), "\(answer.status) \(answer.text)")
        page = String(location.prefix { $0 != "?" && $0 != "#" })
        query = try Query(String(location.prefix { $0 != "#" }.drop { $0 != "?" }.dropFirst()))
        fragment = try Query(String(location.drop { $0 != "#" }.dropFirst()))
    }

    /// `error error_code` of the query.
    var refusal: String { "\(query["error"] ?? "-") \(query["error_code"] ?? "-")" }
}

extension ExternalHarness {
    static func challengeOf(_ verifier: String) -> String { Base64URL.encode(Digest.hash(.sha256, of: verifier)) }
}
