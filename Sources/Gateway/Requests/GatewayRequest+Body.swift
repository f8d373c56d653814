internal import HummingbirdCore
internal import NIOCore

extension GatewayRequest {
    /// The same request with a body that was read already, for whoever reads it next.
    public func replacingBody(with bytes: [UInt8]) -> GatewayRequest {
        var request = GatewayRequest(
            id: id, method: method, path: path, query: query, headers: headers,
            body: RequestBody(buffer: ByteBuffer(bytes: bytes)), credentials: credentials, clientAddress: clientAddress)
        request.authority = authority
        request.isFromTrustedProxy = isFromTrustedProxy
        request.parameters = parameters
        request.route = route
        return request
    }
}
