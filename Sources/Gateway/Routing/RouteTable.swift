public import HTTPTypes
public import HummingbirdCore

/// What answers a route.
public typealias Handler = @Sendable (GatewayRequest) async throws -> Response

/// The routes of one service: method and path template to handler.
///
/// Templates: `/bucket/:id` binds one segment, `/object/:bucket/*key` binds the rest (at least one character).
/// Matching is on the encoded path, so an encoded `/` never splits a segment; values are percent-decoded once.
/// A literal segment wins over a parameter, a parameter over a rest, whichever was added first. Hummingbird's own
/// router collapses repeated slashes and cannot tell 404 from 405, both of which the wire formats need.
public struct RouteTable: Sendable {
    struct Route: Sendable {
        let method: HTTPRequest.Method
        let template: String
        let segments: [Segment]
        let handler: Handler
    }

    enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(String)
        case rest(String)

        var rank: Int {
            switch self {
            case .literal: 0
            case .parameter: 1
            case .rest: 2
            }
        }
    }

    private(set) var routes: [Route] = []

    public init() {}

    /// Every template with its method, for documents that list them.
    public var templates: [(method: HTTPRequest.Method, template: String)] { routes.map { ($0.method, $0.template) } }

    /// Adds a route. One more for the same method and template is never reached.
    public mutating func on(_ method: HTTPRequest.Method, _ template: String, _ handler: @escaping Handler) {
        let segments = template.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { part in
            switch part.first {
            case ":": Segment.parameter(String(part.dropFirst()))
            case "*": Segment.rest(String(part.dropFirst()))
            default: Segment.literal(String(part))
            }
        }
        let route = Route(method: method, template: template, segments: segments, handler: handler)
        let index = routes.firstIndex { RouteTable.precedes(segments, $0.segments) } ?? routes.count
        routes.insert(route, at: index)
    }

    /// The same routes, each handler replaced by what `wrap` makes of it: for what holds for every route of a service.
    public func wrapping(
        _ wrap: (_ method: HTTPRequest.Method, _ template: String, _ handler: @escaping Handler) -> Handler
    ) -> RouteTable {
        var table = self
        table.routes = routes.map { route in
            Route(
                method: route.method, template: route.template, segments: route.segments,
                handler: wrap(route.method, route.template, route.handler))
        }
        return table
    }

    private static func precedes(_ left: [Segment], _ right: [Segment]) -> Bool {
        for (first, second) in zip(left, right) where first.rank != second.rank { return first.rank < second.rank }
        return false
    }

    struct Match {
        let route: Route
        let parameters: [String: String]
    }

    /// The route of a request, or why there is none.
    func match(_ method: HTTPRequest.Method, _ path: String) throws(RoutingError) -> Match {
        let segments = path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { Substring($0) }
        var allowed: [HTTPRequest.Method] = []
        for route in routes where RouteTable.fits(route.segments, segments) {
            if route.method == method {
                return Match(route: route, parameters: try RouteTable.bind(route.segments, to: segments))
            }
            if !allowed.contains(route.method) { allowed.append(route.method) }
        }
        if allowed.isEmpty { throw .notFound }
        throw .methodNotAllowed(allowed: allowed)
    }

    private static func fits(_ template: [Segment], _ segments: [Substring]) -> Bool {
        for (index, segment) in template.enumerated() {
            guard index < segments.count else { return false }
            switch segment {
            case .literal(let text): if segments[index] != text { return false }
            case .parameter: if segments[index].isEmpty { return false }
            case .rest: return index + 1 < segments.count || !segments[index].isEmpty
            }
        }
        return segments.count == template.count
    }

    /// The parameters of a path that fits.
    private static func bind(
        _ template: [Segment], to segments: [Substring]
    ) throws(RoutingError) -> [String: String] {
        var parameters: [String: String] = [:]
        for (segment, text) in zip(template, segments) {
            switch segment {
            case .literal: continue
            case .parameter(let name): parameters[name] = try decoded(text)
            case .rest(let name):
                parameters[name] = try decoded(segments[(template.count - 1)...].joined(separator: "/"))
            }
        }
        return parameters
    }

    private static func decoded(_ text: some StringProtocol) throws(RoutingError) -> String {
        do throws(RequestLineError) { return try PercentCoding.decode(text) } catch { throw .badPath }
    }
}

/// Why no handler was found.
public enum RoutingError: Error, Sendable, Hashable {
    case notFound
    case methodNotAllowed(allowed: [HTTPRequest.Method])
    /// A bad percent escape in the path.
    case badPath
}
