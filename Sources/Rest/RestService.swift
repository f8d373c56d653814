public import Core
public import Gateway
public import HTTPTypes
public import HummingbirdCore
public import Postgres
public import ServiceLifecycle
public import Tokens

/// The REST service: relations and functions of the exposed schemas behind `/rest/v1`, as PostgREST serves them.
///
/// Row-level security decides who may do what: every statement runs as its caller (REST contract, section 8).
public struct RestService: Surface {
    let database: Database
    let schemaCache: SchemaCacheHolder
    /// Loads the schema cache and keeps it up to date; run it for as long as the service answers. Requests that come
    /// before its first load are refused with 503.
    public var schemaCacheService: any Service { reloader }
    private let reloader: SchemaCacheReloader
    let settings: ConfigurationHolder
    let sizes: AnswerSizes
    /// Made once: handlers hold a copy of the service.
    public private(set) var routes = RouteTable()

    /// - Parameters:
    ///   - database: a pool that logs in as `authenticator` and may become every role of a caller.
    ///   - listening: how to connect for `NOTIFY pgrst`; never through a transaction pooler.
    ///   - verifier: verifies callers' tokens; nil makes one of the configuration's secret, and without one every token
    ///     is refused (PGRST300).
    ///
    /// Throws ``TokenKeySetError`` for a secret of the configuration that cannot be used.
    public init(
        database: Database, listening: DatabaseConfiguration, verifier: TokenVerifier?, clock: any WallClock,
        observer: any Observer, configuration: RestConfiguration = RestConfiguration()
    ) throws(TokenKeySetError) {
        self.database = database
        sizes = AnswerSizes(connections: database.configuration.connectionsMax)
        let holder = SchemaCacheHolder()
        schemaCache = holder
        let settings = ConfigurationHolder(
            try ActiveConfiguration(configuration, verifier: verifier, clock: clock))
        self.settings = settings
        var reloader = SchemaCacheReloader(
            loader: SchemaCacheLoader(database: database, configuration), holder: holder, listening: listening,
            channel: configuration.channel, observer: observer)
        reloader.listens = configuration.listensForReloads
        if configuration.readsDatabaseSettings {
            let stored = DatabaseSettings(database: database, preConfig: configuration.preConfig)
            reloader.prepare = {
                let current = try configuration.overridden(by: try await stored.read())
                let active = try ActiveConfiguration(current, verifier: verifier, clock: clock)
                return SchemaCacheReloader.Prepared(
                    loader: SchemaCacheLoader(database: database, current),
                    activate: { settings.replace(with: active) })
            }
        }
        self.reloader = reloader
        routes = RestService.table(of: self)
    }

    public var name: String { "rest" }

    /// Whether the schema cache has been loaded; until then every request is refused with 503.
    public var isReady: Bool { schemaCache.current != nil }

    /// The schema cache as JSON, as PostgREST's admin server shows it; nil until it was loaded. Names every exposed
    /// relation, column and function: for operators only.
    public var schemaCacheText: String? { schemaCache.current?.json.text }

    /// Loads the schema cache, and the settings in the database, once more.
    public func reload() { reloader.reload() }

    /// Waits until the schema cache was first loaded, or until that was tried and failed; ends early when cancelled.
    public func firstLoadWasTried() async { await reloader.first.wait() }

    /// `server-cors-allowed-origins` as it stands; empty means any.
    public var allowedOrigins: [String] { settings.current.configuration.allowedOrigins }

    public var directLane: (any DirectLane)? { RestLane(service: self, keyRequirement: .anyKey) }

    /// ``directLane`` for a mount that asks for another key.
    public func directLane(asking requirement: KeyRequirement) -> any DirectLane {
        RestLane(service: self, keyRequirement: requirement)
    }

    /// Malformed escapes stand for themselves, as upstream has it.
    public var readsQueryItself: Bool { true }

    public func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement { .anyKey }

    /// What browsers may read of answers.
    public var exposedHeaders: [String] { RestService.exposed }

    private static let exposed = [
        "Content-Encoding", "Content-Location", "Content-Range", "Content-Type", "Date", "Location", "Server",
        "Transfer-Encoding", "Range-Unit",
    ]

    public func refusal(_ text: String, status: HTTPResponse.Status) -> Response? {
        ErrorRenderer(configuration: settings.current.configuration)
            .response(code: "PGRST100", message: text, status: status)
    }

    public func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        ErrorRenderer(configuration: settings.current.configuration).render(error, for: request)
    }
}
