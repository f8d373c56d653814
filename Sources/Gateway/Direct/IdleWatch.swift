internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// Closes a connection on which nothing happens (``GatewayLimits/idleTimeout``), in place of Hummingbird's own watch,
/// which does not see requests that are answered before they reach it.
final class IdleWatch {
    private static let timeout = TimeAmount(GatewayLimits.idleTimeout)

    private let context: ChannelHandlerContext
    private let isBusy: () -> Bool
    private var last = NIODeadline.now()
    private var scheduled: Scheduled<Void>?

    /// - Parameter isBusy: whether a request is complete and not answered yet.
    init(_ context: ChannelHandlerContext, logger: Logger, isBusy: @escaping () -> Bool) {
        self.context = context
        self.isBusy = isBusy
        let pipeline = context.pipeline.syncOperations
        do {
            let old = try pipeline.handler(type: HTTPConnectionStateHandler.self)
            try pipeline.addHandler(HTTPConnectionStateHandler(logger: logger), position: .after(old))
            pipeline.removeHandler(old, promise: nil)
        } catch {
            // Without one there is nothing to take the place of.
            logger.warning("a connection has no watch for idleness: \(error)")
        }
        schedule(in: IdleWatch.timeout)
    }

    /// Something came or went.
    func note() { last = .now() }

    func stop() {
        scheduled?.cancel()
        scheduled = nil
    }

    private func schedule(in time: TimeAmount) {
        scheduled = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in self?.look() }
    }

    private func look() {
        if isBusy() { note() }
        let rest = last + IdleWatch.timeout - .now()
        if rest.nanoseconds > 0 { schedule(in: rest) } else { context.close(promise: nil) }
    }
}
