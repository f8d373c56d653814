import Core
import HTTPTypes
import HummingbirdCore
import NIOCore

/// An answer as a client receives it.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let bytes: [UInt8]

    init(_ response: Response) async throws {
        status = response.status.code
        headers = response.headers
        let collector = Collector()
        try await response.body.write(collector)
        bytes = Array(collector.collected.buffer.readableBytesView)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// The body as JSON; null when it is none.
    var json: JSON { (try? JSON(parsing: bytes)) ?? .null }
    subscript(key: String) -> JSON? { json[key] }
    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    /// What came of it in a word or two: the status, and the error's own status and code.
    var outcome: String {
        guard let code = self["code"]?.string, let inner = self["statusCode"]?.string else { return "\(status)" }
        return "\(status) \(inner) \(code)"
    }

    private struct Collector: ResponseBodyWriter {
        final class Collected {
            var buffer = ByteBuffer()
        }
        let collected = Collected()

        mutating func write(_ buffer: ByteBuffer) async throws {
            var buffer = buffer
            collected.buffer.writeBuffer(&buffer)
        }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }
}
