import Auth
import Core
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

@testable import Outbound

@Suite struct `The web client` {
    static func run(
        addresses: [String] = [], isAllowed: @escaping @Sendable (String) -> Bool = PublicAddress.isPublic,
        _ body: (HTTPWebClient, SmallServer) async throws -> Void
    ) async throws {
        let server = try await SmallServer.start()
        let client = HTTPWebClient(resolver: HostResolver { _ in addresses }, isAllowed: isAllowed)
        do {
            try await body(client, server)
        } catch {
            await client.shutdown()
            await server.stop()
            throw error
        }
        await client.shutdown()
        await server.stop()
    }

    @Test func `sends what it is told and reads the whole answer`() async throws {
        try await Self.run { client, server in
            var request = WebRequest("http://127.0.0.1:\(server.port)/echo?x=1")
            request.method = "POST"
            request.headers = [("x-one", "1")]
            request.body = Array("hello".utf8)
            let response = try await client.send(request)
            #expect(
                response.status == 200 && String(decoding: response.body, as: UTF8.self) == "POST /echo?x=1 1 hello")
            #expect(response.header("X-Served-By") == "small")
        }
    }

    @Test func `follows no redirects`() async throws {
        try await Self.run { client, server in
            let response = try await client.send(WebRequest("http://127.0.0.1:\(server.port)/redirect"))
            #expect(response.status == 302 && response.header("location") == "/echo")
            #expect(server.requests == ["/redirect"])
        }
    }

    @Test func `stops at its limits of size and time`() async throws {
        try await Self.run { client, server in
            var large = WebRequest("http://127.0.0.1:\(server.port)/large")
            large.answerMax = .bytes(1000)
            await Self.expect("tooLarge", client, large)
            var slow = WebRequest("http://127.0.0.1:\(server.port)/never")
            slow.timeLimit = .milliseconds(200)
            await Self.expect("timedOut", client, slow)
        }
    }

    @Test func `fails where nobody listens and for what is no URL`() async throws {
        try await Self.run { client, _ in
            await Self.expect("failed", client, WebRequest("http://127.0.0.1:1/"))
            await Self.expect("refused", client, WebRequest("gopher://127.0.0.1/"))
        }
    }

    @Test(arguments: [
        ("http://93.184.216.34/", []), ("https://127.0.0.1/", []), ("https://[::1]/", []),
        ("https://169.254.169.254/x", []),
        ("https://inside.test/", ["10.0.0.1"]), ("https://mixed.test/", ["93.184.216.34", "127.0.0.1"]),
        ("https://mixed.test/", ["93.184.216.34", "fe80::1%eth0"]), ("https://0177.0.0.1/", ["127.0.0.1"]),
        ("https://many.test/", Array(repeating: "93.184.216.34", count: 33)),
    ])
    func `goes nowhere inside when others named the URL`(url: String, addresses: [String]) async throws {
        try await Self.run(addresses: addresses) { client, _ in
            var request = WebRequest(url)
            request.reach = .publicHosts
            await Self.expect("refused", client, request)
        }
    }

    @Test func `connects to the address that was judged, whatever the name resolves to`() async throws {
        // The name resolves to nothing by itself, so whoever arrives at the server was sent by the judgement.
        try await Self.run(addresses: ["127.0.0.1"], isAllowed: { $0 == "127.0.0.1" }) { client, server in
            var request = WebRequest("https://Pinned.Invalid:\(server.port)/")
            request.reach = .publicHosts
            request.timeLimit = .seconds(300)
            // It speaks TLS to a server that does not, so there is no answer; but there was a connection.
            await Self.expect("failed", client, request)
            #expect(server.connections == 1)
        }
    }

    @Test func `reads what the system's resolver says`() async {
        #expect(
            HostResolver.addresses(
                in: "127.0.0.1       STREAM localhost\n127.0.0.1       DGRAM  \n::1             STREAM x\n")
                == ["127.0.0.1", "::1"])
        #expect(await HostResolver.system.addresses("localhost").isEmpty == false)
        #expect(await HostResolver.system.addresses("no-such-host.invalid").isEmpty)
    }

    private static func expect(_ kind: String, _ client: HTTPWebClient, _ request: WebRequest) async {
        do throws(WebFailure) {
            _ = try await client.send(request)
            Issue.record("answered: \(request.url)")
        } catch {
            #expect("\(error)".hasPrefix(kind), "\(error) for \(request.url)")
        }
    }
}

/// An HTTP server of a few paths on a free port.
final class SmallServer: Sendable {
    private let channel: any Channel
    private let log: Log

    final class Log: Sendable {
        let requests = Mutex<[String]>([])
        let connections = Mutex(0)
    }

    private init(_ channel: any Channel, _ log: Log) {
        self.channel = channel
        self.log = log
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var requests: [String] { log.requests.withLock { $0 } }
    var connections: Int { log.connections.withLock { $0 } }

    static func start() async throws -> SmallServer {
        let log = Log()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                log.connections.withLock { $0 += 1 }
                return channel.pipeline.configureHTTPServerPipeline(withErrorHandling: true).flatMap {
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Answers(log))
                    }
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return SmallServer(channel, log)
    }

    func stop() async {
        // A listener that is closed already is as good.
        try? await channel.close()
    }

    private final class Answers: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: Log
        private var head: HTTPRequestHead?
        private var body = ""

        init(_ log: Log) { self.log = log }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = ""
                log.requests.withLock { $0.append(head.uri) }
            case .body(let buffer): body += String(buffer: buffer)
            case .end: answer(context)
            }
        }

        private func answer(_ context: ChannelHandlerContext) {
            guard let head else { return }
            var headers: HTTPHeaders = ["x-served-by": "small"]
            var status = HTTPResponseStatus.ok
            var text = "\(head.method) \(head.uri) \(head.headers["x-one"].first ?? "-") \(body)"
            switch head.uri {
            case "/redirect":
                status = .found
                headers.add(name: "location", value: "/echo")
            case "/large": text = String(repeating: "x", count: 10_000)
            case "/never": return
            default: break
            }
            headers.add(name: "content-length", value: String(text.utf8.count))
            context.write(
                wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))),
                promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
