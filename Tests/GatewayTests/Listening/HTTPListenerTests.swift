import Core
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(10))) struct `HTTP listener` {
    private static let surface = TestSurface()
        .on(.get, "/hello/:name") { request in .text("hello \(request.parameter("name"))") }
        .on(.head, "/hello/:name") { request in .text("hello \(request.parameter("name"))") }
        .on(.get, "/nothing") { _ in .empty(.noContent) }
        .on(.get, "/same") { _ in .empty(.notModified, headers: [.eTag: "\"x\""]) }
        .on(.get, "/streamed") { _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    for word in ["one ", "two"] { try await writer.write(ByteBuffer(string: word)) }
                    try await writer.finish(nil)
                })
        }
        .on(.post, "/length") { request in .text("\(try await request.bytes(limit: .bytes(10)).count)") }

    @Test func `a connection serves one request after another`() async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                for name in ["a", "b", "c"] {
                    try await connection.send("GET /hello/\(name) HTTP/1.1\r\nHost: x\r\n\r\n")
                    let response = try await connection.response()
                    #expect(response.status == 200)
                    #expect(response.body == "hello \(name)")
                    #expect(response.headers["content-length"] == "7")
                    #expect(response.headers["date"] != nil)
                    #expect(response.headers["x-request-id"] == "made")
                }
            }
            #expect(server.observer.finished.map(\.route) == Array(repeating: "/hello/:name", count: 3))
            #expect(server.observer.finished.map(\.bytesOut) == [7, 7, 7])
        }
    }

    @Test func `pipelined requests are answered in their order`() async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                let requests = (0..<20).map { "GET /hello/\($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined()
                try await connection.send(requests)
                for index in 0..<20 { #expect(try await connection.response().body == "hello \(index)") }
            }
        }
    }

    @Test func `a HEAD answer has the length and no body`() async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send("HEAD /hello/abc HTTP/1.1\r\nHost: x\r\n\r\n")
                let head = try await connection.response(bodyless: true)
                #expect(head.status == 200)
                #expect(head.headers["content-length"] == "9")
                try await connection.send("GET /hello/d HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await connection.response().body == "hello d")
            }
        }
    }

    @Test(arguments: [("/nothing", 204), ("/same", 304)])
    func `an answer that must not have a body has none`(path: String, status: Int) async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send(
                    "GET \(path) HTTP/1.1\r\nHost: x\r\n\r\nGET /hello/d HTTP/1.1\r\nHost: x\r\n\r\n")
                let response = try await connection.response()
                #expect(response.status == status)
                #expect(response.headers["content-length"] == nil)
                #expect(response.headers["transfer-encoding"] == nil)
                #expect(try await connection.response().body == "hello d")
            }
        }
    }

    @Test func `a stream of unknown length is chunked`() async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send("GET /streamed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                let response = try await connection.response()
                #expect(response.headers["transfer-encoding"] == "chunked")
                #expect(try await connection.rest() == "4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n")
            }
        }
    }

    @Test(arguments: [
        ("Content-Length: 10\r\n\r\n0123456789", 200, "10"),
        ("Content-Length: 11\r\n\r\n01234567890", 413, "too large"),
        ("Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n", 200, "10"),
        ("Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n567890\r\n0\r\n\r\n", 413, "too large"),
        ("Content-Length: 0\r\n\r\n", 200, "0"),
    ])
    func `a body beyond the limit is refused and the connection goes on`(
        message: String, status: Int, body: String
    ) async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send("POST /length HTTP/1.1\r\nHost: x\r\n" + message)
                let response = try await connection.response()
                #expect(response.status == status)
                #expect(response.body == body)
                try await connection.send("GET /hello/d HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await connection.response().body == "hello d")
            }
        }
    }

    @Test(arguments: [
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n",
        "Content-Length: x\r\n\r\n", "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "bad header\r\n\r\n", "a b: c\r\n\r\n",
    ])
    func `a broken request is a bad request and ends the connection`(message: String) async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send("POST /length HTTP/1.1\r\nHost: x\r\n" + message)
                #expect(try await connection.response().status == 400)
                #expect(try await !connection.rest().contains("HTTP/1.1 2"))
            }
            try await Self.expectAlive(server)
        }
    }

    @Test(arguments: [
        String(repeating: "x", count: GatewayLimits.headerFieldMax.bytes + 1),
        String(repeating: "x: \(String(repeating: "y", count: 8000))\r\n", count: 12),
        String(repeating: "x: y\r\n", count: GatewayLimits.headerFieldCountMax + 10),
    ])
    func `too much of a header is refused with a client error`(header: String) async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send("GET /hello/a HTTP/1.1\r\nHost: x\r\nbig: \(header)\r\n\r\n")
                #expect((400..<500).contains(try await connection.response().status))
            }
            try await Self.expectAlive(server)
        }
    }

    @Test func `a long request target is refused with a client error`() async throws {
        try await TestServer.run(Self.surface) { server in
            for length in [GatewayLimits.requestTargetMax.bytes + 1, 1 << 20] {
                try await server.connect { connection in
                    try await connection.send(
                        "GET /\(String(repeating: "a", count: length)) HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect((400..<500).contains(try await connection.response().status))
                }
            }
            try await Self.expectAlive(server)
        }
    }

    @Test func `a client that expects to be asked for its body is asked when the handler reads it`() async throws {
        try await TestServer.run(Self.surface) { server in
            try await server.connect { connection in
                try await connection.send(
                    "POST /length HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
                #expect(try await connection.response().status == 100)
                try await connection.send("abc")
                let response = try await connection.response()
                #expect(response.status == 200)
                #expect(response.body == "3")
                try await connection.send(
                    "POST /nowhere HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
                #expect(try await connection.response().status == 404)
            }
        }
    }

    private static func expectAlive(_ server: TestServer) async throws {
        try await server.connect { connection in
            try await connection.send("GET /hello/z HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await connection.response().body == "hello z")
        }
    }
}
