internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1

extension HTTPResponse.Status {
    /// The reason phrase as it goes out: the one that was chosen, or else the code's usual one.
    var shownReason: String { reasonPhrase.isEmpty ? usualReason : reasonPhrase }

    private var usualReason: String { HTTPResponseStatus(statusCode: code).reasonPhrase }

    /// Tells the ``ExchangeHandler`` of an HTTP/1.1 connection the reason phrase of the answer that comes next: on the way
    /// through the pipeline the status becomes NIO's, which has but one phrase for each code it knows.
    func announceReason(on channel: any Channel) async {
        let reason = shownReason
        guard reason != usualReason else { return }
        let code = UInt(code)
        let noted = channel.eventLoop.submit {
            let handler = try channel.pipeline.syncOperations.handler(type: ExchangeHandler.self)
            handler.chosenStatus = .custom(code: code, reasonPhrase: reason)
        }
        // A stream of HTTP/2 has neither the handler nor reason phrases.
        try? await noted.get()
    }
}
