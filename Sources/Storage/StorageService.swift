public import Core
public import Gateway
public import HTTPTypes
public import Objects
public import Postgres
public import Tokens

/// The Storage service: buckets and objects behind `/storage/v1`, as Supabase Storage serves them.
///
/// Row-level security decides who may do what: a request's SQL runs as its caller (storage contract, section 9). The
/// service's own login role, `supabase_storage_admin`, looks buckets up and commits rows that a caller's probe has
/// proved to be allowed.
public struct StorageService: Surface {
    let database: Database
    let objects: any ObjectStore
    let callers: CallerReader
    let tokens: URLTokens
    let clock: any WallClock
    let configuration: StorageConfiguration
    /// Made once: handlers hold a copy of the service.
    public private(set) var routes = RouteTable()

    /// - Parameters:
    ///   - database: a pool that logs in as `supabase_storage_admin`.
    ///   - verifier: verifies callers' tokens.
    ///   - urlIssuer: signs the tokens of signed URLs: HS256 with the JWT secret, or with a key of its own.
    ///   - urlVerifier: verifies them; it may also know former keys.
    public init(
        database: Database, objects: any ObjectStore, verifier: TokenVerifier, urlIssuer: TokenIssuer,
        urlVerifier: TokenVerifier, clock: any WallClock, configuration: StorageConfiguration = StorageConfiguration()
    ) {
        self.database = database
        self.objects = objects
        callers = CallerReader(verifier: verifier, clock: clock, login: database.configuration.user)
        tokens = URLTokens(issuer: urlIssuer, verifier: urlVerifier)
        self.clock = clock
        self.configuration = configuration
        routes = StorageService.table(of: self)
    }

    public var name: String { "storage" }

    /// Public objects and signed URLs carry no key; the service authorises by itself (gateway contract, section 1).
    public func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement { .none }

    /// What browsers may read of downloads.
    public var exposedHeaders: [String] {
        ["Content-Range", "Accept-Ranges", "Content-Disposition", "ETag", "Content-Length", "Last-Modified"]
    }

    public func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        ErrorRenderer.render(error, for: request)
    }
}
