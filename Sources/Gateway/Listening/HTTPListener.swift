internal import Core
internal import HTTPTypes
internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import HummingbirdTLS
public import Logging
public import NIOCore
public import ServiceLifecycle

/// Why a port could not be opened.
public struct ListenerError: Error, Sendable, CustomStringConvertible {
    public let address: String
    public let cause: IOError

    public var description: String {
        // Linux's numbers of EACCES, EADDRINUSE and EADDRNOTAVAIL.
        let reason =
            switch cause.errnoCode {
            case 13: "ports below 1024 need privileges; choose another with --port"
            case 98: "another program has the port; choose another with --port"
            case 99: "the address is not this machine's; see --host"
            default: "\(cause)"
            }
        return "\(address) cannot be listened on: \(reason)"
    }
}

/// Listens for HTTP/1.1, and for HTTP/2 where TLS negotiates it, and hands each request to the responder.
public struct HTTPListener: Service {
    private let responder: GatewayResponder
    private let certificates: CertificateStore?
    private let registry = DepartureRegistry()
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let onListening: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - certificates: the current certificate, for a TLS listener.
    ///   - onListening: called once the port is open, with its number (of use when the configuration says 0).
    public init(
        responder: GatewayResponder, certificates: CertificateStore?, eventLoopGroup: any EventLoopGroup,
        logger: Logger, onListening: @escaping @Sendable (_ port: Int) async -> Void
    ) {
        self.responder = responder
        self.certificates = certificates
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
        self.onListening = onListening
    }

    public func run() async throws {
        let configuration = responder.configuration
        let server = try builder().buildServer(
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                backlog: GatewayLimits.listenBacklog),
            eventLoopGroup: eventLoopGroup, logger: logger,
            responder: { request, writer, channel in try await serve(request, writer: writer, channel: channel) },
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? configuration.port
                responder.observer.observe(
                    .listening(address: "\(configuration.host):\(port)", tls: certificates != nil))
                await onListening(port)
            })
        do {
            try await runBounded(server)
        } catch let error as IOError {
            throw ListenerError(address: "\(configuration.host):\(configuration.port)", cause: error)
        }
    }

    /// Runs the server; once it is told to stop, requests under way have ``GatewayLimits/stopMax`` to finish.
    ///
    /// The server runs as a task of its own because it may not end by itself: an HTTP/2 client that neither reads nor
    /// answers the farewell keeps its connection open, and cancelling does not close it. It is then left behind; the
    /// process ends with its last service.
    private func runBounded(_ server: any Service) async throws {
        let (ended, continuation) = AsyncThrowingStream.makeStream(of: Void.self)
        let running = Task {
            do {
                try await server.run()
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        let limit = Task {
            try await gracefulShutdown()
            try await Task.sleep(for: GatewayLimits.stopMax)
            continuation.finish()
        }
        defer {
            limit.cancel()
            running.cancel()
        }
        for try await _ in ended {}
    }

    private func builder() throws -> HTTPServerBuilder {
        guard let certificates else { return .http1(configuration: channelConfiguration(inputCloseCounts: true)) }
        var http2 = HTTP2UpgradeChannel.Configuration()
        http2.idleTimeout = GatewayLimits.idleTimeout
        http2.streamConfiguration = channelConfiguration(inputCloseCounts: false)
        return try .http2Upgrade(tlsConfiguration: certificates.configuration(), configuration: http2)
    }

    private func channelConfiguration(inputCloseCounts: Bool) -> HTTP1Channel.Configuration {
        let registry = registry
        let desk = DirectDesk(responder)
        let logger = logger
        let responder = responder
        return HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ExchangeInstaller(desk: desk, logger: logger),
                DepartureHandler(registry: registry, inputCloseCounts: inputCloseCounts),
                StallWatch(limit: responder.configuration.stallMax, observer: responder.observer),
            ],
            idleTimeout: TimeAmount(GatewayLimits.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: GatewayLimits.headerFieldMax.bytes,
                maxHeaderListSize: GatewayLimits.headersMax.bytes,
                maxHeaderFieldCount: GatewayLimits.headerFieldCountMax))
    }

    @concurrent
    private func serve(_ request: Request, writer: consuming ResponseWriter, channel: any Channel) async throws {
        let start = ContinuousClock.now
        var request = request
        let outcome: GatewayResponder.Outcome
        if AwaitedBody.isExpected(by: request) {
            let (asked, asking) = AsyncStream<Void>.makeStream()
            request.body = RequestBody(asyncSequence: AwaitedBody(body: request.body, asked: asking))
            let awaited = request
            async let answered = respond(to: awaited, channel: channel, whenDone: asking.finish)
            for await _ in asked { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
            outcome = await answered
        } else {
            outcome = await respond(to: request, channel: channel)
        }
        var response = outcome.response
        let isHead = request.method == .head
        if response.headers[.contentLength] == nil, let length = response.body.contentLength,
            response.status.mayHaveBody
        {
            response.headers[.contentLength] = String(length)
        }
        let bytesOut = isHead ? 0 : response.body.contentLength ?? 0
        defer {
            responder.observer.observe(
                .requestFinished(
                    RequestSummary(
                        requestID: outcome.requestID, service: outcome.service, method: request.method.rawValue,
                        route: outcome.route, status: response.status.code, duration: .now - start,
                        bytesOut: bytesOut)))
        }
        let head = HTTPResponse(status: response.status, headerFields: response.headers)
        await response.status.announceReason(on: channel)
        if isHead || !response.status.mayHaveBody {
            try await writer.writeResponse(head)
        } else {
            try await writer.write(response: head, body: response.body)
        }
    }

    /// Runs the request as a task of its own: only a task's handle can be cancelled from the event loop that sees
    /// the client leave. It never outlives this call.
    private func respond(
        to request: Request, channel: any Channel, whenDone: @Sendable () -> Void = {}
    ) async -> GatewayResponder.Outcome {
        defer { whenDone() }
        let address = channel.remoteAddress?.ipAddress
        let work = Task.immediate { await responder.respond(to: request, remoteAddress: address) }
        registry.expect(channel) { work.cancel() }
        // It may have left before there was anybody to tell.
        if !channel.isActive { work.cancel() }
        defer { registry.forget(channel) }
        return await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            work.cancel()
        }
    }
}

extension HTTPResponse.Status {
    /// RFC 9110, section 6.4.1.
    var mayHaveBody: Bool { code >= 200 && code != 204 && code != 304 }
}
