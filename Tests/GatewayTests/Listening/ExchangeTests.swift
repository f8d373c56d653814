import Core
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(2))) struct `Exchanges of HTTP/1.1` {
    private static let surface = TestSurface()
        .on(.get, "/hello/:name") { request in .text("hello \(request.parameter("name"))") }
        .on(.head, "/streamed") { _ in Response(status: .ok, body: ResponseBody { try await $0.finish(nil) }) }
        .on(.get, "/framed") { _ in .empty(.noContent, headers: [.contentLength: "3", .transferEncoding: "chunked"]) }
        .on(.post, "/length") { request in .text("\(try await request.bytes(limit: .bytes(10)).count)") }

    @Test func `nothing follows the head of an answer to HEAD whose length nobody knows`() async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                for pause in [false, true] {
                    try await connection.send("HEAD /streamed HTTP/1.1\r\nHost: x\r\n\r\n")
                    if !pause { try await connection.send("GET /hello/d HTTP/1.1\r\nHost: x\r\n\r\n") }
                    let head = try await connection.response(bodyless: true)
                    #expect(head.status == 200)
                    #expect(head.headers["content-length"] == nil)
                    #expect(head.headers["transfer-encoding"] == nil)
                    if pause { try await connection.send("GET /hello/d HTTP/1.1\r\nHost: x\r\n\r\n") }
                    #expect(try await connection.response().body == "hello d")
                }
            }
        }
    }

    @Test(arguments: [
        "GET /hello/a HTTP/1.1\r\n\r\n", "GET /hello/a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "POST /length HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    ])
    func `a request that is not to be understood is refused, and what follows it ignored`(request: String) async throws
    {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send("GET /hello/first HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await connection.response().body == "hello first")
                try await connection.send(request + "GET /hello/next HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await connection.response().status == 400)
                #expect(try await connection.rest() == "")
            }
        }
    }

    @Test(arguments: [
        "GET /hello/a HTTP/1.0\r\n\r\n", "GET /hello/a HTTP/1.0\r\nHost: x\r\n\r\n",
        "GET /hello/a HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n",
        "GET /hello/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ])
    func `a connection that is not to be kept is closed after the answer`(request: String) async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send(request)
                let response = try await connection.response()
                #expect(response.body == "hello a")
                #expect(response.headers["connection"] == "close")
                #expect(try await connection.rest() == "")
            }
        }
    }

    @Test func `a handler cannot frame an answer that has no body`() async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send("GET /framed HTTP/1.1\r\nHost: x\r\n\r\n")
                let head = try await connection.response(bodyless: true)
                #expect(head.headers["content-length"] == nil)
                #expect(head.headers["transfer-encoding"] == nil)
            }
        }
    }

    @Test(arguments: ["", "Connection: close\r\n"])
    func `a client that sends all of a refused body before it reads comes to its answer`(field: String) async throws {
        let part = String(repeating: "x", count: 1 << 20)
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send(
                    "POST /length HTTP/1.1\r\nHost: x\r\n\(field)Content-Length: \(24 << 20)\r\n\r\n")
                for _ in 0..<24 { try await connection.send(part) }
                #expect(try await connection.response().status == 413)
                if field.isEmpty {
                    try await connection.send("GET /hello/d HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try await connection.response().body == "hello d")
                } else {
                    #expect(try await connection.rest().isEmpty)
                }
            }
        }
    }
}
