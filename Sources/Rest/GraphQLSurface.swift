public import Gateway
public import HTTPTypes
internal import HummingbirdCore

/// `/graphql/v1`, as Supabase routes it: the function `graphql_public.graphql` of the REST service. Without the
/// extension that brings it, callers are told that there is no such function (PGRST202).
public struct GraphQLSurface: Surface {
    private let rest: RestService
    /// Made once: handlers hold a copy of the service.
    public let routes: RouteTable

    public init(_ rest: RestService) {
        self.rest = rest
        var routes = RouteTable()
        for method in [HTTPRequest.Method.get, .head, .post, .patch, .put, .delete, .options] {
            for template in ["/", "/*path"] {
                routes.on(method, template) { request in
                    try await rest.respond(to: GraphQLSurface.call(request))
                }
            }
        }
        self.routes = routes
    }

    public var name: String { "graphql" }
    public var exposedHeaders: [String] { rest.exposedHeaders }
    public var readsQueryItself: Bool { rest.readsQueryItself }

    public func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement {
        rest.keyRequirement(method: method, path: path)
    }

    public func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        rest.render(error, for: GraphQLSurface.call(request))
    }

    /// The same request to the function, in the schema that has it.
    private static func call(_ request: GatewayRequest) -> GatewayRequest {
        var headers = request.headers
        headers[.contentProfile] = "graphql_public"
        headers[.acceptProfile] = "graphql_public"
        return GatewayRequest(
            id: request.id, method: request.method, path: "/rpc/graphql" + (request.path == "/" ? "" : request.path),
            query: request.query, headers: headers, body: request.body, credentials: request.credentials,
            clientAddress: request.clientAddress)
    }
}
