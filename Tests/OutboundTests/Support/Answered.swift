import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization

enum Answered {
    /// The body of a response.
    static func text(_ response: Response) async throws -> String {
        let collector = Collector()
        try await response.body.write(collector)
        return collector.text
    }

    private final class Collector: ResponseBodyWriter {
        private let kept = Mutex(ByteBuffer())
        var text: String { String(buffer: kept.withLock { $0 }) }
        func write(_ buffer: ByteBuffer) async throws {
            kept.withLock { kept in
                var buffer = buffer
                kept.writeBuffer(&buffer)
            }
        }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
