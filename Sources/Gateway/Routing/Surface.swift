public import HTTPTypes
public import HummingbirdCore

/// One service as the gateway sees it.
public protocol Surface: Sendable {
    /// The service's name in configuration, logs and metrics: `auth`, `rest`, `storage`, …
    var name: String { get }
    var routes: RouteTable { get }
    /// Response headers that browsers may read.
    var exposedHeaders: [String] { get }
    /// Whether browsers may send cookies or client certificates along: the origin is then mirrored.
    var allowsBrowserCredentials: Bool { get }
    /// Rules for browsers of other origins in place of the gateway's; nil leaves them to the gateway.
    var crossOriginRules: CrossOriginRules? { get }
    /// Whether the service reads the query by rules of its own: bad percent escapes are then no reason to refuse the
    /// request, pairs with such are missing in ``Query/items`` and stand in ``Query/raw``.
    var readsQueryItself: Bool { get }
    /// How small requests are answered without a task of their own; nil where all take the ordinary way.
    var directLane: (any DirectLane)? { get }
    /// The key that a path below the mount asks for.
    func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement
    /// The service's own error body for anything its handlers threw, a ``RoutingError`` or ``BodyError`` included.
    /// A cause that the client may not see comes back beside it, for the log.
    func render(_ error: any Error, for request: GatewayRequest) -> RenderedError
    /// The service's own body for a request that the gateway refuses before it is one; nil leaves the gateway's.
    func refusal(_ text: String, status: HTTPResponse.Status) -> Response?
}

extension Surface {
    /// The gateway's own words.
    public func refusal(_ text: String, status: HTTPResponse.Status) -> Response? { nil }
    public var exposedHeaders: [String] { [] }
    public var directLane: (any DirectLane)? { nil }
    public var allowsBrowserCredentials: Bool { false }
    public var crossOriginRules: CrossOriginRules? { nil }
    public var readsQueryItself: Bool { false }
}

/// An error as the client sees it, and what only the operator may see.
public struct RenderedError: Sendable {
    public var response: Response
    /// Set for failures of ours (5xx): safe for the log, without values of rows.
    public var cause: String?

    public init(_ response: Response, cause: String? = nil) {
        self.response = response
        self.cause = cause
    }
}

/// Where a service is mounted.
public struct Mount: Sendable {
    /// `/auth/v1`, without a trailing slash; empty for the root.
    public let prefix: String
    public let surface: any Surface
    /// The surface's routes, asked for once.
    let routes: RouteTable

    public init(_ prefix: String, _ surface: any Surface) {
        self.prefix = prefix
        self.surface = surface
        routes = surface.routes
    }

    /// Whether a path lies here.
    func holds(_ path: Substring.UTF8View) -> Bool {
        let count = prefix.utf8.count
        guard path.count >= count, path.starts(with: prefix.utf8) else { return false }
        let rest = path.dropFirst(count)
        return rest.isEmpty || rest.first == UInt8(ascii: "/")
    }

    /// The path below the mount, or nil when `path` lies elsewhere.
    func path(below path: String) -> String? {
        guard path.utf8.starts(with: prefix.utf8) else { return nil }
        let rest = path.utf8.dropFirst(prefix.utf8.count)
        if rest.isEmpty { return "/" }
        return rest.first == UInt8(ascii: "/") ? String(Substring(rest)) : nil
    }
}
