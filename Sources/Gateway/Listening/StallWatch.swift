internal import Core
internal import NIOCore

/// Closes a connection, or resets a stream of HTTP/2, whose client takes nothing of what is sent to it. An answer that
/// waits for its reader holds a connection to the database or an open file.
///
/// A slow client is no stalled one: whenever enough was taken that more may be written, the time begins anew.
final class StallWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    private let limit: Duration
    private let observer: any Observer
    private var scheduled: Scheduled<Void>?

    /// - Parameter limit: how long nothing may be taken (``GatewayConfiguration/stallMax``).
    init(limit: Duration, observer: any Observer) {
        self.limit = limit
        self.observer = observer
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stop()
        if !context.channel.isWritable {
            scheduled = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limit)) { [weak self] in
                self?.close(context)
            }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stop()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stop() }

    private func stop() {
        scheduled?.cancel()
        scheduled = nil
    }

    private func close(_ context: ChannelHandlerContext) {
        scheduled = nil
        observer.observe(.clientStalled(for: limit))
        // A stream's parent is its connection, and a connection's the listener, which has none. The reset of a stream
        // would wait behind what its connection does not take either.
        if let connection = context.channel.parent, connection.parent != nil, !connection.isWritable {
            connection.close(promise: nil)
        } else {
            context.close(promise: nil)
        }
    }
}
