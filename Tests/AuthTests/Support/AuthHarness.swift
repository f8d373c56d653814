import Core
import Cryptography
import HTTPTypes
import HummingbirdCore
import NIOCore
import Postgres
import TestSupport
import Tokens

@testable import Auth
@testable import Gateway

/// The auth service behind the gateway's whole road, in memory, over a database of its own.
struct AuthHarness: Sendable {
    private(set) var responder: GatewayResponder
    /// The handlers themselves, for what no route leads to by itself.
    let endpoints: Endpoints
    /// What the service works with: the pool of `supabase_auth_admin`.
    let pool: Database
    /// The superuser's pool, to look and to interfere.
    let owner: Database
    let clock: ManualClock
    let mailer: RecordingMailer
    let messenger: RecordingMessenger
    let observer: RecordingObserver
    let issuer: TokenIssuer
    let anonKey: String
    let serviceKey: String
    let publishableKey: String
    let secretKey: String

    /// Runs `body` with a service of its own and takes everything down afterwards.
    static func run(
        _ adjust: @Sendable (inout AuthConfiguration) -> Void = { $0.isEmailAutoconfirmed = true },
        withMailer: Bool = true, connections: Int = 4, isDatabaseAway: Bool = false, web: (any WebClient)? = nil,
        trustedProxies: [String] = [], signingKeys: [JSON] = [], messenger: (any TextMessenger)? = nil,
        breaches: (any BreachedPasswords)? = nil, mailer: (any Mailer)? = nil, messages: MessageQueue? = nil,
        _ body: (AuthHarness) async throws -> Void
    ) async throws {
        await Gate.databases.enter()
        do {
            let scratch = try await TestCluster.shared.migratedDatabase()
            let hasher = try PasswordHasher(PasswordHasher.Configuration(cost: 4))
            let harness = try AuthHarness(
                scratch: scratch, hasher: hasher, withMailer: withMailer, connections: connections,
                isDatabaseAway: isDatabaseAway, web: web, trustedProxies: trustedProxies, signingKeys: signingKeys,
                given: messenger, breaches: breaches, givenMailer: mailer, messages: messages, adjust)
            do {
                try await body(harness)
            } catch {
                await harness.close(hasher)
                throw error
            }
            await harness.close(hasher)
        } catch {
            await Gate.databases.leave()
            throw error
        }
        await Gate.databases.leave()
    }

    private func close(_ hasher: PasswordHasher) async {
        await pool.shutdown()
        await owner.shutdown()
        await hasher.shutdown()
    }

    private init(
        scratch: ScratchDatabase, hasher: PasswordHasher, withMailer: Bool, connections: Int, isDatabaseAway: Bool,
        web: (any WebClient)?, trustedProxies: [String], signingKeys: [JSON], given: (any TextMessenger)?,
        breaches: (any BreachedPasswords)?, givenMailer: (any Mailer)?, messages: MessageQueue?,
        _ adjust: (inout AuthConfiguration) -> Void
    ) throws {
        let clock = ManualClock()
        let keys = try TokenKeySet(
            secret: Secret("a secret of the tests, long enough for HS256"), keys: signingKeys)
        let issuer = try TokenIssuer(keys: keys)
        let verifier = TokenVerifier(keys: keys)
        let publishable = OpaqueKey.generate(.anon)
        let secret = OpaqueKey.generate(.service)
        var configuration = AuthConfiguration()
        configuration.issuer = "http://localhost/auth/v1"
        // The deadline has tests of its own; the others share a machine with all tests there are.
        configuration.throttling.requestDurationMax = .seconds(300)
        adjust(&configuration)
        self.clock = clock
        self.issuer = issuer
        mailer = RecordingMailer()
        messenger = RecordingMessenger()
        observer = RecordingObserver()
        pool = scratch.pool(user: "supabase_auth_admin") { configuration in
            configuration.connectionsMax = connections
            if isDatabaseAway {
                configuration.connection = Secret("postgresql:///nowhere?host=/nowhere")
                configuration.waitMax = .milliseconds(100)
            }
        }
        owner = scratch.pool()
        anonKey = try APIKeys.legacy(.anon, issuer: issuer, now: clock.now()).reveal()
        serviceKey = try APIKeys.legacy(.service, issuer: issuer, now: clock.now()).reveal()
        publishableKey = publishable.reveal()
        secretKey = secret.reveal()
        let service = AuthService(
            database: pool, issuer: issuer, verifier: verifier, hasher: hasher,
            peers: AuthPeers(
                mailer: givenMailer ?? (withMailer ? mailer : nil),
                messenger: given ?? (withMailer ? messenger : nil), web: web, breaches: breaches, messages: messages),
            clock: clock, observer: observer, configuration: configuration)
        endpoints = Endpoints(
            database: pool, issuer: issuer, verifier: verifier, hasher: hasher,
            peers: AuthPeers(mailer: withMailer ? mailer : nil), clock: clock, observer: observer,
            configuration: configuration, redirects: RedirectPolicy(configuration.redirects))
        let ring = KeyRing(
            entries: [
                KeyRing.Entry(name: "publishable", group: .anon, key: publishable),
                KeyRing.Entry(name: "secret", group: .service, key: secret),
            ], verifier: verifier)
        var gateway = GatewayConfiguration()
        gateway.trustedProxies = trustedProxies.compactMap { Network($0) }
        responder = GatewayResponder(
            configuration: gateway, mounts: [Mount("/auth/v1", service), Mount("/.well-known", service.discovery)],
            recognizer: Recognizer(ring: ring, clock: clock), observer: observer, clock: clock,
            makeRequestID: { "request-of-the-test" })
    }

    private struct Recognizer: KeyRecognizer {
        let ring: KeyRing
        let clock: ManualClock
        func recognize(_ presented: String) -> PresentedKey? { ring.classify(presented, now: clock.now()) }
    }

    /// Sends a request below `/auth/v1` or another mount, with the anon key unless told otherwise.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, raw: String? = nil, bearer: String? = nil,
        key: String?? = nil, headers: [String: String] = [:], from address: String = "192.0.2.7",
        below mount: String = "/auth/v1", host: String = "localhost"
    ) async throws -> Answer {
        var fields = HTTPFields()
        if let key = key ?? anonKey { fields[try name("apikey")] = key }
        if let bearer { fields[.authorization] = "Bearer \(bearer)" }
        for (header, value) in headers { fields[try name(header)] = value }
        let text = raw ?? body?.text ?? ""
        let head = HTTPRequest(
            method: method, scheme: "http", authority: host, path: mount + path, headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: text)))
        return try await Answer(await responder.respond(to: request, remoteAddress: address).response)
    }

    /// The same installation, as another process of it sees it: nothing is shared but the database and the keys.
    func secondProcess() throws -> AuthHarness { AuthHarness(secondOf: self) }

    private init(secondOf first: AuthHarness) {
        self = first
        let service = AuthService(
            database: first.pool, issuer: first.issuer, verifier: first.endpoints.verifier,
            hasher: first.endpoints.hasher,
            peers: first.endpoints.peers, clock: first.clock, observer: first.observer,
            configuration: first.endpoints.configuration)
        responder = GatewayResponder(
            configuration: first.responder.configuration, mounts: [Mount("/auth/v1", service)],
            recognizer: first.responder.keyGuard.recognizer, observer: first.observer, clock: first.clock,
            makeRequestID: { "request-of-the-second-process" })
    }

    private func name(_ text: String) throws -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { throw HarnessError.notAFieldName }
        return name
    }

    // MARK: Short cuts

    static let email = "doctor@example.org"
    static let password = "correct horse"

    func signUp(_ email: String = email, data: JSONObject = [:]) async throws -> SignedIn {
        try SignedIn(
            await send(
                .post, "/signup",
                ["email": .string(email), "password": .string(Self.password), "data": .object(data)]))
    }

    func signIn(_ email: String = email, password: String = password) async throws -> SignedIn {
        try SignedIn(
            await send(
                .post, "/token?grant_type=password", ["email": .string(email), "password": .string(password)]))
    }

    func refresh(_ token: String) async throws -> Answer {
        try await send(.post, "/token?grant_type=refresh_token", ["refresh_token": .string(token)])
    }

    /// One value from the database, as text.
    func value(_ statement: SQL) async throws -> String? { try await owner.run(statement).first?.optionalText(0) }

    /// An access token with claims of the test's choice.
    func token(_ claims: JSONObject) throws -> String { try issuer.sign(claims: claims) }
}

enum HarnessError: Error {
    case notAFieldName
    case notASession(String)
}

/// The answer to a successful sign-in.
struct SignedIn: Sendable {
    let answer: Answer
    let accessToken: String
    let refreshToken: String
    let user: JSON

    init(_ answer: Answer) throws {
        guard let access = answer["access_token"]?.string, let refresh = answer["refresh_token"]?.string,
            let user = answer["user"]
        else { throw HarnessError.notASession("\(answer.status) \(answer.text)") }
        self.answer = answer
        accessToken = access
        refreshToken = refresh
        self.user = user
    }

    var userID: String { user["id"]?.string ?? "" }

    /// The claims of the access token; its signature is not looked at.
    var claims: JSONObject {
        let parts = accessToken.split(separator: ".")
        guard parts.count == 3, let payload = Base64URL.decode(String(parts[1])) else { return [:] }
        return (try? JSON(parsing: payload))?.object ?? [:]
    }

    var sessionID: String { claims["session_id"]?.string ?? "" }
}
