import Core
import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization

@testable import Gateway

/// A responder with everything around it, without a socket.
struct TestGateway {
    let observer = RecordingObserver()
    let responder: GatewayResponder

    init(
        _ mounts: [Mount], configuration: GatewayConfiguration = GatewayConfiguration(), keys: TestKeys? = nil
    ) throws {
        responder = GatewayResponder(
            configuration: configuration, mounts: mounts, recognizer: try keys ?? TestKeys(), observer: observer,
            clock: FixedClock(), makeRequestID: { "made" })
    }

    struct Answer {
        var status: Int
        var headers: HTTPFields
        var body: String
        var service: String
        var route: String
    }

    func send(
        _ method: HTTPRequest.Method = .get, _ target: String, headers: HTTPFields = [:], body: String = "",
        remote: String? = "192.0.2.1"
    ) async throws -> Answer {
        let head = HTTPRequest(method: method, scheme: "http", authority: "test", path: target, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(string: body)))
        let outcome = await responder.respond(to: request, remoteAddress: remote)
        return Answer(
            status: outcome.response.status.code, headers: outcome.response.headers,
            body: try await outcome.response.body.collected(), service: outcome.service, route: outcome.route)
    }
}

extension ResponseBody {
    /// The whole body as text.
    func collected() async throws -> String {
        let written = Written()
        try await write(Collector(written: written))
        return String(buffer: written.buffer.withLock { $0 })
    }

    private final class Written: Sendable {
        let buffer = Mutex(ByteBuffer())
    }

    private struct Collector: ResponseBodyWriter {
        let written: Written

        mutating func write(_ buffer: ByteBuffer) async throws {
            written.buffer.withLock { _ = $0.writeImmutableBuffer(buffer) }
        }

        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
