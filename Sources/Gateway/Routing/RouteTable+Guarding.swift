public import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

extension RouteTable {
    /// The same routes, each with the handler that `guarding` makes of its own: for what holds for many of them.
    public func guarded(
        by guarding: (_ method: HTTPRequest.Method, _ template: String, _ handler: @escaping Handler) -> Handler
    ) -> RouteTable {
        var table = RouteTable()
        for route in routes { table.on(route.method, route.template, guarding(route.method, route.template, route.handler)) }
        return table
    }
}

extension GatewayRequest {
    /// The same request with a body that was read already, for whoever reads it next.
    public func replacingBody(with bytes: [UInt8]) -> GatewayRequest {
        var request = GatewayRequest(
            id: id, method: method, path: path, query: query, headers: headers,
            body: RequestBody(buffer: ByteBuffer(bytes: bytes)), credentials: credentials, clientAddress: clientAddress)
        request.authority = authority
        request.parameters = parameters
        request.route = route
        return request
    }
}
