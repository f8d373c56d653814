internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// A request body whose client waits to be asked for it (`Expect: 100-continue`, RFC 9110, section 10.1.1).
///
/// The first read asks. A request that is refused without its body being read never causes the upload.
struct AwaitedBody: AsyncSequence, Sendable {
    let body: RequestBody
    /// Told once, at the first read.
    let asked: AsyncStream<Void>.Continuation

    struct AsyncIterator: AsyncIteratorProtocol {
        var chunks: RequestBody.AsyncIterator
        let asked: AsyncStream<Void>.Continuation
        var hasAsked = false

        mutating func next() async throws -> ByteBuffer? {
            if !hasAsked {
                hasAsked = true
                asked.yield()
            }
            return try await chunks.next(isolation: #isolation)
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(chunks: body.makeAsyncIterator(), asked: asked)
    }

    /// Whether the client of `request` waits.
    static func isExpected(by request: Request) -> Bool {
        request.headers[.expect]?.lowercased() == "100-continue"
    }
}
