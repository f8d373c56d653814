import Core
import Logging
import NIOCore
import NIOPosix

@testable import Gateway

/// A listener on a free port of the loopback interface.
struct TestServer: Sendable {
    let port: Int
    let observer: RecordingObserver
    let certificates: CertificateStore?
    private let group: MultiThreadedEventLoopGroup

    /// Runs `body` beside a listener and stops the listener after it.
    static func run(
        _ surface: TestSurface, certificates: CertificateStore? = nil,
        _ adjust: (inout GatewayConfiguration) -> Void = { _ in }, _ body: (TestServer) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var configuration = GatewayConfiguration()
        configuration.port = 0
        adjust(&configuration)
        let gateway = try TestGateway([Mount("", surface)], configuration: configuration)
        let (ports, opened) = AsyncStream<Int>.makeStream()
        let listener = HTTPListener(
            responder: gateway.responder, certificates: certificates, eventLoopGroup: group,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onListening: { opened.yield($0) })
        let running = Task {
            defer { opened.finish() }
            try await listener.run()
        }
        let result: Result<Void, any Error>
        do {
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else {
                try await running.value
                throw NeverListened()
            }
            result = .success(
                try await body(
                    TestServer(port: port, observer: gateway.observer, certificates: certificates, group: group)))
        } catch {
            result = .failure(error)
        }
        running.cancel()
        // How a cancelled listener ends is not what is tested here.
        _ = await running.result
        try await group.shutdownGracefully()
        try result.get()
    }

    struct NeverListened: Error {}

    /// Runs `body` with a plain connection and closes it after that.
    func connect<Answer: Sendable>(
        _ body: (inout RawConnection) async throws -> Answer
    ) async throws -> Answer {
        let channel = try await ClientBootstrap(group: group)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var connection = RawConnection(input: inbound.makeAsyncIterator(), output: outbound)
            return try await body(&connection)
        }
    }
}
