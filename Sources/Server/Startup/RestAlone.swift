internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOPosix
internal import Postgres
internal import Rest
internal import ServiceLifecycle
internal import Tokens

/// The REST service by itself, as a PostgREST replacement in front of a database that is not ours: nothing is migrated
/// or generated, the login of `DATABASE_URL` is the authenticator, and a key is asked for only where one is configured.
struct RestAlone: Service {
    let configuration: ServerConfiguration
    let url: Secret<String>
    let observer: any Observer
    let metrics: MetricsObserver
    let logger: Logger
    let onReady: @Sendable (_ port: Int) -> Void

    func run() async throws {
        let databases = Databases(
            configuration: configuration, owner: url, ownerPassword: nil, servicePassword: nil)
        var pool = databases.ownerConfiguration(name: "rest")
        if let size = configuration.restPoolSize { pool.connectionsMax = size }
        let database = Database(pool, observer: observer)
        let verifier = try verifier()
        let rest = RestService(
            database: database, listening: pool, verifier: verifier, clock: UTCClock(), observer: observer,
            configuration: configuration.rest)
        let surface = OptionalKeySurface(rest: rest, asksForKey: !entries.isEmpty)
        let recognizer = ConfiguredKeys(ring: KeyRing(entries: entries, verifier: verifier), clock: UTCClock())
        let mounts = [
            Mount("/rest/v1", surface), Mount("", surface), Mount("/health", StatusSurface(kind: .health)),
            Mount("/ready", StatusSurface(kind: .ready(database))),
        ]
        let responder = GatewayResponder(
            configuration: configuration.gateway, mounts: mounts, recognizer: recognizer, observer: observer,
            clock: UTCClock(), makeRequestID: { SecureRandom.uuid() })
        var quiet = logger
        quiet.logLevel = .warning
        let listener = HTTPListener(
            responder: responder, certificates: nil, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: quiet
        ) { port in onReady(port) }
        let group = ServiceGroup(
            services: [rest.schemaCacheService, listener],
            logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() })
        do {
            try await group.run()
        } catch {
            await database.shutdown()
            throw error
        }
        await database.shutdown()
    }

    /// Keys that were given; none are made.
    private var entries: [KeyRing.Entry] {
        let given: [(String, KeyGroup, Secret<String>?)] = [
            ("publishable", .anon, configuration.publishableKey), ("secret", .service, configuration.secretKey),
            ("anon", .anon, configuration.anonKey), ("service_role", .service, configuration.serviceRoleKey),
        ]
        return given.compactMap { name, group, key in key.map { KeyRing.Entry(name: name, group: group, key: $0) } }
    }

    /// `PGRST_JWT_SECRET`: a secret, a JWK or a JWK set. Nil without one: tokens are then refused.
    private func verifier() throws(StartupError) -> TokenVerifier? {
        guard let secret = configuration.jwtSecret else { return nil }
        do {
            guard secret.reveal().hasPrefix("{") else {
                return TokenVerifier(
                    keys: try TokenKeySet(secret: secret, previousSecrets: configuration.previousSecrets))
            }
            let json = try JSON(parsing: secret.reveal())
            let keys = (json["keys"]?.array ?? [json]).enumerated().map { index, key in
                // A lone key needs no name in PostgREST.
                var key = key.object ?? [:]
                if key["kid"] == nil { key["kid"] = .string("key-\(index)") }
                return JSON.object(key)
            }
            return TokenVerifier(keys: TokenKeySet(verifyingWith: ["keys": .array(keys)]))
        } catch {
            throw .keys("PGRST_JWT_SECRET cannot be used: \(error)")
        }
    }
}

/// The REST service with or without a key in front.
private struct OptionalKeySurface: Surface {
    let rest: RestService
    let asksForKey: Bool

    var name: String { rest.name }
    var routes: RouteTable { rest.routes }
    var exposedHeaders: [String] { rest.exposedHeaders }

    func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement {
        asksForKey ? rest.keyRequirement(method: method, path: path) : .none
    }

    func render(_ error: any Error, for request: GatewayRequest) -> RenderedError { rest.render(error, for: request) }
}

private struct ConfiguredKeys: KeyRecognizer {
    let ring: KeyRing
    let clock: any WallClock
    func recognize(_ presented: String) -> PresentedKey? { ring.classify(presented, now: clock.now()) }
}
