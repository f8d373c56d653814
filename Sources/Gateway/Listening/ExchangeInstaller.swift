internal import Logging
internal import NIOCore
internal import NIOHTTP1

/// Puts an ``ExchangeHandler`` behind the decoder of an HTTP/1.1 connection, and in the encoder's place one that leaves
/// framing to it. A stream of HTTP/2, whose frames need neither, has no encoder and is left alone.
final class ExchangeInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    private let desk: DirectDesk?
    private let logger: Logger

    /// - Parameter desk: where requests are answered directly; nil where none are.
    init(desk: DirectDesk?, logger: Logger) {
        self.desk = desk
        self.logger = logger
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        // Not to be found is what tells a stream of HTTP/2.
        guard let encoder = try? pipeline.handler(type: HTTPResponseEncoder.self) else { return }
        var configuration = HTTPResponseEncoder.Configuration()
        configuration.automaticallySetFramingHeaders = false
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(HTTPResponseEncoder(configuration: configuration), position: .before(encoder))
            let exchanges = ExchangeHandler()
            try pipeline.addHandler(exchanges, position: .after(decoder))
            pipeline.removeHandler(encoder, promise: nil)
            if let desk {
                try pipeline.addHandler(
                    DirectHandler(desk: desk, exchanges: exchanges, logger: logger), position: .before(exchanges))
            }
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }
}
