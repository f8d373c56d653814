import Core
import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(10))) struct `Multipart over HTTP` {
    /// Answers with every part's name and length, or with what is wrong.
    private static let surface = TestSurface()
        .on(.post, "/form") { request in
            var lines: [String] = []
            do {
                let reader = try request.multipart()
                while let part = try await reader.nextPart() {
                    var count = 0
                    for try await buffer in part.body { count += buffer.readableBytes }
                    lines.append("\(part.name) \(part.fileName ?? "-") \(count)")
                }
            } catch let error as MultipartError {
                return .text("\(error)", status: error.isTooLarge ? .contentTooLarge : .badRequest)
            }
            return .text(lines.joined(separator: "\n"))
        }
        .on(.post, "/first") { request in .text(try await request.multipart().nextPart()?.name ?? "-") }
        .on(.get, "/hello") { _ in .text("hello") }

    private static let type = "Content-Type: multipart/form-data; boundary=B\r\n"
    private static let file = String(repeating: "0123456789abcde\r", count: 40_000)
    private static let message =
        "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n"
        + "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f.bin\"\r\n\r\n\(file)\r\n--B--\r\n"

    private static func framed(_ message: String, chunkLength: Int?) -> String {
        guard let chunkLength else { return type + "Content-Length: \(message.utf8.count)\r\n\r\n" + message }
        let bytes = Array(message.utf8)
        let chunks = stride(from: 0, to: bytes.count, by: chunkLength).map { start in
            let chunk = bytes[start..<min(start + chunkLength, bytes.count)]
            return "\(String(chunk.count, radix: 16))\r\n\(String(decoding: chunk, as: UTF8.self))\r\n"
        }
        return type + "Transfer-Encoding: chunked\r\n\r\n" + chunks.joined() + "0\r\n\r\n"
    }

    @Test(arguments: [nil, 3_001, 70_000] as [Int?])
    func `a form arrives whole, whatever its framing`(chunkLength: Int?) async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                for _ in 0..<2 {
                    try await connection.send(
                        "POST /form HTTP/1.1\r\nHost: x\r\n" + Self.framed(Self.message, chunkLength: chunkLength))
                    let response = try await connection.response()
                    #expect(response.status == 200)
                    #expect(response.body == "a - 1\nf f.bin 640000")
                }
            }
        }
    }

    @Test func `a form that is left half read does not disturb the next request`() async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send(
                    "POST /first HTTP/1.1\r\nHost: x\r\n" + Self.framed(Self.message, chunkLength: nil)
                        + "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await connection.response().body == "a")
                #expect(try await connection.response().body == "hello")
            }
        }
    }

    @Test func `a form without an end is a bad request`() async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                let cut = String(Self.message.dropLast(10))
                try await connection.send("POST /form HTTP/1.1\r\nHost: x\r\n" + Self.framed(cut, chunkLength: nil))
                let response = try await connection.response()
                #expect(response.status == 400)
                #expect(response.body == "\(MultipartError.cutShort)")
            }
        }
    }

    @Test(
        .enabled(if: TestProgram.path("curl") != nil, "curl is needed"), arguments: ["a b.pdf", "q\"uote.pdf", "ä.pdf"])
    func `curl's forms are understood`(fileName: String) async throws {
        let directory = try TestDirectory()
        let file = directory.path("upload")
        try Data(repeating: 13, count: 2 << 20).write(to: URL(fileURLWithPath: file))
        try await TestServer.run(Self.surface) { server in
            let quoted = fileName.replacing("\"", with: "\\\"")
            let outcome = try await TestProgram.run(
                "curl",
                [
                    "--silent", "--form", "title=Blood count", "--form", "file=@\(file);filename=\"\(quoted)\"",
                    "http://127.0.0.1:\(server.port)/form",
                ])
            #expect(outcome.output == "title - 11\nfile \(fileName) \(2 << 20)")
        }
        try directory.remove()
    }
}
