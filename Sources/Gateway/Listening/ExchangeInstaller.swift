internal import NIOCore
internal import NIOHTTP1

/// Puts an ``ExchangeHandler`` behind the decoder of an HTTP/1.1 connection, and in the encoder's place one that leaves
/// framing to it. A stream of HTTP/2, whose frames need neither, has no encoder and is left alone.
final class ExchangeInstaller: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        // Not to be found is what tells a stream of HTTP/2.
        guard let encoder = try? pipeline.handler(type: HTTPResponseEncoder.self) else { return }
        var configuration = HTTPResponseEncoder.Configuration()
        configuration.automaticallySetFramingHeaders = false
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            try pipeline.addHandler(HTTPResponseEncoder(configuration: configuration), position: .before(encoder))
            try pipeline.addHandler(ExchangeHandler(), position: .after(decoder))
            pipeline.removeHandler(encoder, promise: nil)
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }
}
