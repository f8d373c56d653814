public import Core
public import Gateway
public import HTTPTypes
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
    public let schemaCacheService: any Service
    let callers: CallerReader
    let configuration: RestConfiguration
    let errors: ErrorRenderer
    let preRequest: SQL?
    /// Made once: handlers hold a copy of the service.
    public private(set) var routes = RouteTable()

    /// - Parameters:
    ///   - database: a pool that logs in as `authenticator` and may become every role of a caller.
    ///   - listening: how to connect for `NOTIFY pgrst`; never through a transaction pooler.
    ///   - verifier: verifies callers' tokens; nil refuses every token (PGRST300).
    public init(
        database: Database, listening: DatabaseConfiguration, verifier: TokenVerifier?, clock: any WallClock,
        observer: any Observer, configuration: RestConfiguration = RestConfiguration()
    ) {
        self.database = database
        let holder = SchemaCacheHolder()
        schemaCache = holder
        schemaCacheService = SchemaCacheReloader(
            loader: SchemaCacheLoader(
                database: database, schemas: configuration.schemas, extraSearchPath: configuration.extraSearchPath,
                hoistedSettings: configuration.hoistedSettings), holder: holder, listening: listening,
            channel: configuration.channel, observer: observer)
        callers = CallerReader(verifier: verifier, clock: clock, configuration: configuration)
        self.configuration = configuration
        errors = ErrorRenderer(configuration: configuration)
        preRequest = configuration.preRequest.map { name in
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            return parts.count == 2
                ? "select \(identifier: parts[0]).\(identifier: parts[1])()" : "select \(identifier: name)()"
        }
        routes = RestService.table(of: self)
    }

    public var name: String { "rest" }

    /// Whether the schema cache has been loaded; until then every request is refused with 503.
    public var isReady: Bool { schemaCache.current != nil }

    public func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement { .anyKey }

    /// What browsers may read of answers.
    public var exposedHeaders: [String] {
        [
            "Content-Encoding", "Content-Location", "Content-Range", "Content-Type", "Date", "Location", "Server",
            "Transfer-Encoding", "Range-Unit",
        ]
    }

    public func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        errors.render(error, for: request)
    }
}
