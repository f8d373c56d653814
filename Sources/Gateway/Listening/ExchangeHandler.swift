internal import Core
internal import NIOCore
internal import NIOHTTP1

/// Keeps requests and answers of an HTTP/1.1 connection apart where neither NIO nor Hummingbird does.
///
/// - An answer to HEAD has no body, whatever its head says, and so no chunk that ends one: NIO's encoder does not know
///   the request and would send one, which the client then takes for the beginning of the next answer.
/// - A client that still sends its body after the answer is complete may not read before it has sent everything. The
///   rest is read and dropped, up to ``GatewayLimits/drainedMax`` and for ``GatewayLimits/drainingMax``; then the
///   connection is closed.
/// - A request without exactly one Host, or with a transfer coding that nobody here knows, is refused as one that could
///   not be read (RFC 9112, sections 3.2 and 6.1).
/// - After a request that does not ask to keep the connection, it is closed.
///
/// ``ExchangeInstaller`` puts it in its place.
final class ExchangeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private struct Exchange {
        let isHead: Bool
        /// Whether the client wants to hear no more after the answer.
        let isLast: Bool
        /// Whether the request has come to its end.
        var isReceived = false
    }

    /// Requests that are not answered yet, oldest first; as many as one read from the socket holds.
    private var exchanges: [Exchange] = []
    /// Whether a request could not be understood: what follows it cannot be, either.
    private var isBroken = false
    /// Whether no request is under way or being dropped.
    var isQuiet: Bool { exchanges.isEmpty && drained == nil }
    /// Whether a request is complete and its answer is not.
    var isAnswering: Bool { exchanges.first?.isReceived ?? false }
    /// Bytes dropped of a request that is answered already; nil while there is none.
    private var drained: Int?
    private var deadline: Scheduled<Void>?
    /// The status of the answer that comes next, where its reason phrase is not the usual one.
    var chosenStatus: HTTPResponseStatus?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isBroken else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard head.isUnderstood else {
                isBroken = true
                return context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
            }
            exchanges.append(Exchange(isHead: head.method == .HEAD, isLast: !head.isKeepAlive))
        case .body(let bytes):
            if let count = drained { return drop(bytes.readableBytes, after: count, context) }
        case .end:
            if drained != nil {
                stopDraining()
            } else if !exchanges.isEmpty {
                exchanges[exchanges.count - 1].isReceived = true
            }
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Whoever reads behind us does so no more: the answer is complete.
        if drained != nil { context.read() }
        context.fireChannelReadComplete()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            frame(&head)
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            guard let done = exchanges.first else { return context.write(data, promise: promise) }
            exchanges.removeFirst()
            if done.isReceived, done.isLast {
                let written = promise ?? context.eventLoop.makePromise()
                let channel = context.channel
                written.futureResult.whenComplete { _ in channel.close(promise: nil) }
                context.write(data, promise: written)
            } else {
                context.write(data, promise: promise)
            }
            if !done.isReceived { startDraining(context) }
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { stopDraining() }

    func channelInactive(context: ChannelHandlerContext) {
        stopDraining()
        context.fireChannelInactive()
    }

    // MARK: Framing (RFC 9112, section 6.3)

    private func frame(_ head: inout HTTPResponseHead) {
        guard head.status.code >= 200 else { return }
        defer {
            if let chosenStatus, chosenStatus.code == head.status.code { head.status = chosenStatus }
            chosenStatus = nil
        }
        head.headers.remove(name: "transfer-encoding")
        if exchanges.first?.isLast == true { head.headers.replaceOrAdd(name: "connection", value: "close") }
        if !head.status.mayHaveResponseBody {
            head.headers.remove(name: "content-length")
        } else if exchanges.first?.isHead != true, !head.headers.contains(name: "content-length") {
            head.headers.add(name: "transfer-encoding", value: "chunked")
        }
    }

    // MARK: Draining

    private func startDraining(_ context: ChannelHandlerContext) {
        drained = 0
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(GatewayLimits.drainingMax)) {
            channel.close(promise: nil)
        }
        context.read()
    }

    private func drop(_ count: Int, after earlier: Int, _ context: ChannelHandlerContext) {
        drained = earlier + count
        if earlier + count > GatewayLimits.drainedMax.bytes { context.close(promise: nil) }
    }

    private func stopDraining() {
        drained = nil
        deadline?.cancel()
        deadline = nil
    }
}

extension HTTPRequestHead {
    /// Whether Host and transfer coding are what they have to be.
    fileprivate var isUnderstood: Bool {
        if version == .http1_1, headers["host"].count != 1 { return false }
        return headers["transfer-encoding"].allSatisfy { $0.lowercased() == "chunked" }
    }
}
