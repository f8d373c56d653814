internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
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
        // How long statements may take is for the database's own settings to say.
        pool.setsStatementTimeout = false
        pool.statementTimeout = .seconds(3600)
        let database = Database(pool, observer: observer)
        do {
            try await ServiceGroup(
                services: try services(database, pool),
                logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
            ).run()
        } catch {
            await database.shutdown()
            throw error
        }
        await database.shutdown()
    }

    /// In starting order.
    private func services(_ database: Database, _ pool: DatabaseConfiguration) throws -> [any Service] {
        let rest = try service(database, pool)
        let entries = entries
        let surface = AloneSurface(rest: rest, asksForKey: !entries.isEmpty)
        var services: [any Service] = [rest.schemaCacheService, ReloadSignals(rest: rest)]
        let listeners = Listeners(
            configuration: configuration.gateway,
            recognizer: ConfiguredKeys(ring: KeyRing(entries: entries, verifier: nil), clock: UTCClock()),
            observer: observer, clock: UTCClock(), logger: logger)
        if let port = configuration.metricsPort {
            services.append(listeners.plain([Mount("", MetricsSurface(metrics: metrics))], port: port))
        }
        if let port = configuration.adminPort {
            services.append(
                listeners.plain(
                    [Mount("", AdminSurface(rest: rest, metrics: metrics))], port: port,
                    host: configuration.gateway.host))
        }
        var mounts = [Mount("/rest/v1", surface), Mount("", surface)]
        if configuration.adminPort == nil {
            // With a port of their own, these paths are relations' names like any other.
            mounts += [
                Mount("/health", StatusSurface(kind: .health)),
                Mount("/ready", StatusSurface(kind: .ready(database, rest: rest))),
            ]
        }
        services += try listeners.clients(mounts, opensAfter: { await rest.firstLoadWasTried() }, onReady: onReady)
        return services
    }

    private func service(_ database: Database, _ pool: DatabaseConfiguration) throws(StartupError) -> RestService {
        do throws(TokenKeySetError) {
            return try RestService(
                database: database, listening: pool, verifier: nil, clock: UTCClock(), observer: observer,
                configuration: configuration.rest)
        } catch {
            throw .keys("PGRST_JWT_SECRET cannot be used: \(error)")
        }
    }

    /// Keys that were given; none are made.
    private var entries: [KeyRing.Entry] {
        let given: [(String, KeyGroup, Secret<String>?)] = [
            ("publishable", .anon, configuration.publishableKey), ("secret", .service, configuration.secretKey),
            ("anon", .anon, configuration.anonKey), ("service_role", .service, configuration.serviceRoleKey),
        ]
        return given.compactMap { name, group, key in key.map { KeyRing.Entry(name: name, group: group, key: $0) } }
    }
}

/// The REST service without a gateway's manners: a key is asked for only where one is configured, and browsers are
/// answered as upstream answers them.
private struct AloneSurface: Surface {
    let rest: RestService
    let asksForKey: Bool

    var name: String { rest.name }
    var routes: RouteTable { rest.routes }
    var exposedHeaders: [String] { rest.exposedHeaders }
    var readsQueryItself: Bool { rest.readsQueryItself }
    var crossOriginRules: CrossOriginRules? { CrossOriginRules(allowedOrigins: rest.allowedOrigins) }

    var directLane: (any DirectLane)? { rest.directLane(asking: asksForKey ? .anyKey : .none) }

    func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement {
        asksForKey ? rest.keyRequirement(method: method, path: path) : .none
    }

    func render(_ error: any Error, for request: GatewayRequest) -> RenderedError { rest.render(error, for: request) }

    func refusal(_ text: String, status: HTTPResponse.Status) -> Response? { rest.refusal(text, status: status) }
}

private struct ConfiguredKeys: KeyRecognizer {
    let ring: KeyRing
    let clock: any WallClock
    func recognize(_ presented: String) -> PresentedKey? { ring.classify(presented, now: clock.now()) }
}
