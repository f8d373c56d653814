internal import Core
internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// Takes small requests out of an HTTP/1.1 connection and has them answered directly, one at a time; everything else
/// goes on to the handlers behind it. While it has a request, what arrives waits, so answers keep their order.
///
/// ``ExchangeInstaller`` puts it between the decoder and the ``ExchangeHandler``.
final class DirectHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request of which parts have come.
    private final class Held {
        let head: HTTPRequestHead
        let window: DirectDesk.Window
        var body: ByteBuffer?

        init(_ head: HTTPRequestHead, at window: DirectDesk.Window) {
            self.head = head
            self.window = window
        }
    }

    /// A request that is being answered.
    private final class Working {
        let number: Int
        let held: Held
        let request: DirectRequest
        let visitor: Visitor
        let requestID: String
        let start: ContinuousClock.Instant
        let work: DirectWork

        init(
            number: Int, held: Held, request: DirectRequest, visitor: Visitor, requestID: String,
            start: ContinuousClock.Instant, work: DirectWork
        ) {
            self.number = number
            self.held = held
            self.request = request
            self.visitor = visitor
            self.requestID = requestID
            self.start = start
            self.work = work
        }
    }

    private enum Arrival {
        case part(HTTPServerRequestPart)
        case error(any Error)
        case quiesce(Any)
    }

    private let desk: DirectDesk
    private let exchanges: ExchangeHandler
    private let logger: Logger
    /// Where bytes go out that need no encoder.
    private var outlet: ChannelHandlerContext?
    /// This handler and its context, for those who come back to the event loop.
    private struct Own {
        let handler: DirectHandler
        let context: ChannelHandlerContext
    }

    private var own: NIOLoopBound<Own>?
    private var held: Held?
    private var working: Working?
    private var arrivals = CircularBuffer<Arrival>()
    private var wantsRead = false
    /// Whether the client has to read before it is answered again.
    private var isStalled = false
    /// Who sent the latest requests.
    private var visitors: [Visitor] = []
    private var count = 0
    private var idle: IdleWatch?
    private var remoteAddress: String?
    /// Whether anything went on of what arrived last.
    private var hasPassed = false

    init(desk: DirectDesk, exchanges: ExchangeHandler, logger: Logger) {
        self.desk = desk
        self.exchanges = exchanges
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        own = NIOLoopBound(Own(handler: self, context: context), eventLoop: context.eventLoop)
        outlet = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        // Each of these holds the context, and the context this handler.
        own = nil
        outlet = nil
        idle?.stop()
        idle = nil
    }

    // MARK: What arrives

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        idle?.note()
        let part = unwrapInboundIn(data)
        if working != nil || isStalled { return arrivals.append(.part(part)) }
        take(part, context)
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head):
            if exchanges.isQuiet, outlet != nil, let window = desk.window(for: head),
                DirectDesk.bodyLength(of: head.headers) != nil
            {
                held = Held(head, at: window)
            } else {
                pass(part, context)
            }
        case .body(var bytes):
            if held == nil { return pass(part, context) }
            // The decoder holds the body to its declared length.
            if held?.body?.writeBuffer(&bytes) == nil { held?.body = bytes }
        case .end:
            guard let held else { return pass(part, context) }
            self.held = nil
            if !begin(held, context) { pass(held, context) }
        }
    }

    /// Lets a request go the ordinary way.
    private func pass(_ held: Held, _ context: ChannelHandlerContext) {
        pass(.head(held.head), context)
        if let body = held.body { pass(.body(body), context) }
        pass(.end(nil), context)
    }

    private func pass(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        hasPassed = true
        context.fireChannelRead(wrapInboundOut(part))
    }

    private func begin(_ held: Held, _ context: ChannelHandlerContext) -> Bool {
        let start = ContinuousClock.now
        if remoteAddress == nil { remoteAddress = context.remoteAddress?.ipAddress }
        let visitor = desk.visitor(
            held.head, at: held.window, remoteAddress: remoteAddress, among: &visitors)
        guard let visitor, let request = DirectDesk.request(held.head, body: held.body, at: held.window) else {
            return false
        }
        count += 1
        let number = count
        guard let own else { return false }
        let loop = context.eventLoop
        let work = visitor.caller.begin(request) { outcome in
            loop.execute { own.value.handler.finish(number, outcome, own.value.context) }
        }
        guard let work else { return false }
        if idle == nil {
            let channel = context.channel
            idle = IdleWatch(context, logger: logger) { [weak self] in
                // Whoever has not taken its answer yet is the stall watch's to judge.
                self?.isBusy ?? false || !channel.isWritable
            }
        }
        working = Working(
            number: number, held: held, request: request, visitor: visitor, requestID: desk.requestID(for: visitor),
            start: start, work: work)
        return true
    }

    private var isBusy: Bool { working != nil || exchanges.isAnswering }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Those behind us need not hear of what was not theirs.
        guard hasPassed else { return }
        hasPassed = false
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        // Whoever sends on without waiting for answers waits after a few.
        if arrivals.isEmpty { context.read() } else { wantsRead = true }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if working != nil || isStalled { return arrivals.append(.error(error)) }
        held = nil
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if working != nil {
            if event is ChannelShouldQuiesceEvent { return arrivals.append(.quiesce(event)) }
            if let event = event as? ChannelEvent, event == .inputClosed { leave() }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if isStalled, working == nil, context.channel.isWritable { proceed(context) }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        held = nil
        arrivals.removeAll()
        idle?.stop()
        context.fireChannelInactive()
    }

    /// The client is gone, and its request with it.
    private func leave() {
        working?.work.cancel()
        working = nil
    }

    // MARK: What goes out

    private func finish(_ number: Int, _ outcome: DirectOutcome, _ context: ChannelHandlerContext) {
        guard let done = working, done.number == number else { return }
        switch outcome {
        case .declined:
            working = nil
            pass(done.held, context)
        case .failure(let error): return render(error, of: done, context)
        case .answer(let answer):
            working = nil
            write(answer, to: done, context)
        }
        proceed(context)
    }

    private func write(_ answer: DirectAnswer, to done: Working, _ context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 2048)
        let rest = desk.encoded(answer, to: done.visitor, requestID: done.requestID, into: &buffer)
        if let rest {
            outlet?.write(NIOAny(buffer), promise: nil)
            outlet?.writeAndFlush(NIOAny(rest), promise: nil)
        } else {
            outlet?.writeAndFlush(NIOAny(buffer), promise: nil)
        }
        idle?.note()
        desk.observe(
            RequestSummary(
                requestID: done.requestID, service: done.visitor.window.name,
                method: done.request.method.rawValue, route: done.work.route,
                status: answer.status.code, duration: .now - done.start,
                bytesOut: answer.body?.readableBytes ?? 0))
    }

    private func render(_ error: any Error, of done: Working, _ context: ChannelHandlerContext) {
        guard let own else { return }
        let loop = context.eventLoop
        let (desk, request, visitor, id, number) = (desk, done.request, done.visitor, done.requestID, done.number)
        // Errors are rare enough for a task.
        Task {
            let answer = await desk.render(error, of: request, from: visitor, requestID: id)
            loop.execute { own.value.handler.finish(number, .answer(answer), own.value.context) }
        }
    }

    /// Goes on with what arrived meanwhile.
    private func proceed(_ context: ChannelHandlerContext) {
        // A client that does not read what it asked for would have it all kept here.
        isStalled = !context.channel.isWritable
        while working == nil, !isStalled, let arrival = arrivals.popFirst() {
            switch arrival {
            case .part(let part): take(part, context)
            case .error(let error): context.fireErrorCaught(error)
            case .quiesce(let event): context.fireUserInboundEventTriggered(event)
            }
        }
        // What passed came in no read of its own.
        channelReadComplete(context: context)
        if wantsRead, arrivals.isEmpty {
            wantsRead = false
            context.read()
        }
    }
}
