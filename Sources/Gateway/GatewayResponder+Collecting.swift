public import HTTPTypes
public import HummingbirdCore
internal import NIOCore

extension GatewayResponder {
    /// Answers a request without a connection, for tools and tests: the whole body comes back at once.
    public func collect(
        _ request: Request, remoteAddress: String? = "127.0.0.1"
    ) async -> (status: HTTPResponse.Status, headers: HTTPFields, body: [UInt8]) {
        let response = await respond(to: request, remoteAddress: remoteAddress).response
        guard let bytes = await GatewayResponder.bytes(of: response.body) else {
            return (.internalServerError, response.headers, [])
        }
        return (response.status, response.headers, bytes)
    }

    /// The whole of a body; nil if it ends with an error.
    static func bytes(of body: ResponseBody) async -> [UInt8]? {
        let collector = BodyCollector()
        do { try await body.write(collector) } catch { return nil }
        return await collector.bytes
    }
}

/// Keeps what a response body writes.
private actor BodyStore {
    var bytes: [UInt8] = []
    func append(_ buffer: ByteBuffer) { bytes.append(contentsOf: buffer.readableBytesView) }
}

private struct BodyCollector: ResponseBodyWriter {
    private let store = BodyStore()
    var bytes: [UInt8] { get async { await store.bytes } }

    mutating func write(_ buffer: ByteBuffer) async throws { await store.append(buffer) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
