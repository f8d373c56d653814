import Core
import HTTPTypes
import HummingbirdCore
import NIOCore

/// An answer as a client receives it.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPFields
    let text: String

    init(_ response: Response) async throws {
        status = response.status.code
        headers = response.headers
        let collector = Collector()
        try await response.body.write(collector)
        text = String(buffer: collector.collected.buffer)
    }

    /// The body as JSON; null when it is none.
    var json: JSON { (try? JSON(parsing: text)) ?? .null }
    subscript(key: String) -> JSON? { json[key] }
    /// The members of the body in their order.
    var keys: [String] { json.object?.members.map(\.key) ?? [] }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }

    /// `status code` of an error in either dialect.
    var refusal: String {
        "\(status) \(self["error_code"]?.string ?? self["code"]?.string ?? "-")"
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
