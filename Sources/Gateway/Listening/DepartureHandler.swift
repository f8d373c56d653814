internal import NIOCore
internal import Synchronization

/// Notices that the client of a connection has gone, so that its request can be cancelled.
///
/// A client that closes its sending side counts as gone, as it does for nginx: the clients of these services never
/// do so while they still wait for an answer. On an HTTP/2 stream the closed side is just the end of the request.
final class DepartureHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    private let registry: DepartureRegistry
    private let inputCloseCounts: Bool

    init(registry: DepartureRegistry, inputCloseCounts: Bool) {
        self.registry = registry
        self.inputCloseCounts = inputCloseCounts
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if inputCloseCounts, let event = event as? ChannelEvent, event == .inputClosed {
            registry.left(ObjectIdentifier(context.channel))
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        registry.left(ObjectIdentifier(context.channel))
        context.fireChannelInactive()
    }
}

/// Which request each open connection is waiting for.
final class DepartureRegistry: Sendable {
    private let waiting = Mutex<[ObjectIdentifier: @Sendable () -> Void]>([:])

    /// Calls `onDeparture` if the client of `channel` leaves before ``forget(_:)``.
    func expect(_ channel: any Channel, onDeparture: @escaping @Sendable () -> Void) {
        waiting.withLock { $0[ObjectIdentifier(channel)] = onDeparture }
    }

    func forget(_ channel: any Channel) {
        waiting.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    func left(_ channel: ObjectIdentifier) {
        waiting.withLock { $0.removeValue(forKey: channel) }?()
    }
}
