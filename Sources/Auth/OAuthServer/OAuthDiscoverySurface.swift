public import Gateway
public import HTTPTypes

/// The metadata of the OAuth server where RFC 8414, section 3.1, has clients look first: the well-known name stands
/// between the issuer's host and its path, so that the issuer `https://host/auth/v1` is described at
/// `/.well-known/oauth-authorization-server/auth/v1`. Clients of the Model Context Protocol ask for
/// `/.well-known/openid-configuration/auth/v1` next, and some know the host alone. What comes back is what the auth service
/// says below its own mount.
///
/// Mount it at `/.well-known`. Made by ``AuthService/discovery``.
public struct OAuthDiscoverySurface: Surface {
    public let name = "auth"
    public let routes: RouteTable
    public let exposedHeaders: [String]
    private let renderer = ErrorRenderer()

    init(_ endpoints: Endpoints, exposedHeaders: [String]) {
        self.exposedHeaders = exposedHeaders
        let issuer = endpoints.configuration.issuer ?? endpoints.configuration.redirects.serviceURL
        let path = OAuthDiscoverySurface.path(ofIssuer: issuer)
        var table = RouteTable()
        for document in ["openid-configuration", "oauth-authorization-server"] {
            let answer: Handler = { _ in
                document == "openid-configuration"
                    ? endpoints.openIDConfiguration() : try endpoints.authorizationServerMetadata()
            }
            table.on(.get, "/\(document)", answer)
            // Not the issuer's path itself as a template: what is configured may hold a template's own characters.
            table.on(.get, "/\(document)/*issuer") { request in
                guard request.path == "/\(document)\(path)" else { throw RoutingError.notFound }
                return try await answer(request)
            }
        }
        routes = Routes.guarded(table, by: endpoints)
    }

    /// Programs of others read it, and they have no key.
    public func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement { .none }

    public func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        renderer.render(error, for: request)
    }

    /// What stands behind the host of an issuer, without slashes at its end; nothing for one that is no URL.
    static func path(ofIssuer issuer: String) -> Substring {
        guard let scheme = issuer.firstRange(of: "://") else { return "" }
        var path = issuer[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }.drop { $0 != "/" }
        while path.last == "/" { path.removeLast() }
        return path
    }
}
