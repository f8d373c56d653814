public import Core
internal import Cryptography
public import Gateway
public import HTTPTypes
public import HummingbirdCore
internal import Insights
public import Objects
public import Postgres
public import Tokens

/// The MedMitra case API (medmitra contract): cases, their files, their insights, and the pages that document it.
public struct CasesService: Surface {
    let database: Database
    let objects: any ObjectStore
    let verifier: TokenVerifier
    let tokens = TokenCache()
    /// Signs file URLs; the storage API verifies them with the same key.
    let issuer: TokenIssuer
    let configuration: CasesConfiguration
    let clock: any WallClock

    /// - Parameters:
    ///   - database: a pool that can become `authenticated`; it needs no other right.
    ///   - objects: where the storage API keeps its objects.
    ///   - issuer: the key that signs storage URLs.
    public init(
        database: Database, objects: any ObjectStore, verifier: TokenVerifier, issuer: TokenIssuer,
        configuration: CasesConfiguration, clock: any WallClock
    ) {
        self.database = database
        self.objects = objects
        self.verifier = verifier
        self.issuer = issuer
        self.configuration = configuration
        self.clock = clock
    }

    public var name: String { "cases" }
    public var allowsBrowserCredentials: Bool { true }
    public var routes: RouteTable {
        var routes = RouteTable()
        for (method, template, endpoint) in Routes.endpoints {
            routes.on(method, template) { request in try await endpoint(self, request) }
        }
        return routes
    }

    public func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement { .none }

    public func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        ErrorRenderer.render(error)
    }

    public func refusal(_ text: String, status: HTTPResponse.Status) -> Response? {
        .json(["detail": .string(text), "error": .string(text)], status: status)
    }

    var urls: FileURLSigner { FileURLSigner(issuer: issuer, configuration: configuration, now: clock.now()) }
}
