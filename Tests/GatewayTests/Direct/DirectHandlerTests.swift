import Core
import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(10))) struct `Direct answers` {
    /// A service of which every route answers with what it read.
    private static func surface(_ lane: TestLane) -> TestSurface {
        var surface = TestSurface()
        for method in [HTTPRequest.Method.get, .head, .post] {
            surface = surface.on(method, "/*path") { request in
                .text(
                    "routed \(request.path) "
                        + String(decoding: try await request.bytes(limit: .mebibytes(1)), as: UTF8.self))
            }
        }
        surface.directLane = lane
        return surface
    }

    private static func expect(_ step: String, in steps: AsyncStream<String>) async {
        for await next in steps {
            #expect(next == step)
            return
        }
        Issue.record("\(step) did not come")
    }

    @Test func `a small request is answered without its route`() async throws {
        try await TestServer.run(Self.surface(.echo())) { server in
            try await server.connect { connection in
                for number in 1...3 {
                    try await connection.send(
                        "POST /a/b?n=\(number) HTTP/1.1\r\nHost: x\r\nX-Request-ID: id\(number)\r\nContent-Length: 2\r\n\r\nhi"
                    )
                    let response = try await connection.response()
                    #expect(response.status == 200)
                    #expect(response.body == "direct POST /a/b n=\(number) hi")
                    #expect(response.headers["x-request-id"] == "id\(number)")
                    #expect(response.headers["access-control-allow-origin"] == "*")
                    #expect(response.headers["date"]?.isEmpty == false)
                }
            }
            let finished = server.observer.finished
            #expect(finished.map(\.route) == ["/echo", "/echo", "/echo"])
            #expect(finished.map(\.status) == [200, 200, 200])
            #expect(finished.map(\.requestID) == ["id1", "id2", "id3"])
        }
    }

    @Test func `an answer of lines carries Vary and CORS, too`() async throws {
        let lane = TestLane { _, completion in
            let fields: HTTPFields = [.contentType: "text/plain"]
            completion(.answer(DirectAnswer(status: .ok, lines: fields.lines, body: ByteBuffer(string: "x"))))
            return DirectWork(route: "/") {}
        }
        try await TestServer.run(Self.surface(lane)) { server in
            try await server.connect { connection in
                try await connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                let response = try await connection.response()
                #expect(response.headers["content-type"] == "text/plain")
                #expect(response.headers["vary"] == "Accept")
                #expect(response.headers["access-control-allow-origin"] == "*")
                #expect(response.body == "x")
            }
        }
    }

    @Test(arguments: [0, 1, 16_384, 16_385, 3_000_000])
    func `a body of any length arrives whole`(length: Int) async throws {
        let lane = TestLane { _, completion in
            completion(.answer(.text(String(repeating: "y", count: length))))
            return DirectWork(route: "/") {}
        }
        try await TestServer.run(Self.surface(lane)) { server in
            try await server.connect { connection in
                for _ in 0..<2 {
                    try await connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try await connection.response().body.utf8.count == length)
                }
            }
        }
    }

    /// The status line is the same whichever way an answer takes.
    @Test(arguments: [
        (HTTPResponse.Status(code: 418, reasonPhrase: "short and stout"), "short and stout"),
        (.init(code: 404, reasonPhrase: "No such bed"), "No such bed"), (.init(code: 404), "Not Found"),
        (.init(code: 200, reasonPhrase: "Fine"), "Fine"), (.init(code: 200), "OK"), (.init(code: 202), "Accepted"),
        (.init(code: 204, reasonPhrase: "Done"), "Done"), (.init(code: 599), ""),
        (.init(code: 599, reasonPhrase: "x"), "x"),
        (.contentTooLarge, "Content Too Large"),
    ])
    func `an answer keeps its reason phrase`(status: HTTPResponse.Status, reason: String) async throws {
        let lane = TestLane { request, completion in
            guard request.path == "/direct" else { return nil }
            completion(.answer(DirectAnswer(status: status, headers: [:], body: ByteBuffer())))
            return DirectWork(route: "/") {}
        }
        var surface = TestSurface().on(.get, "/*path") { request in
            .text("", status: request.path == "/plain" ? .ok : status)
        }
        surface.directLane = lane
        try await TestServer.run(surface) { server in
            try await server.connect { connection in
                for (path, shown) in [
                    ("/direct", reason), ("/ordinary", reason), ("/plain", "OK"), ("/ordinary", reason),
                    ("/direct", reason),
                ] {
                    try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try await connection.response().reason == shown, "\(path)")
                }
            }
        }
    }

    @Test(arguments: [204, 304])
    func `an answer that has no body ends with its head`(status: Int) async throws {
        let lane = TestLane { _, completion in
            completion(.answer(DirectAnswer(status: .init(code: status), headers: [:], body: ByteBuffer(string: "no"))))
            return DirectWork(route: "/") {}
        }
        try await TestServer.run(Self.surface(lane)) { server in
            try await server.connect { connection in
                for _ in 0..<2 {
                    try await connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                    let response = try await connection.response(bodyless: true)
                    #expect(response.status == status)
                    #expect(response.headers["content-length"] == nil)
                    #expect(response.headers["transfer-encoding"] == nil)
                }
            }
        }
    }

    @Test(arguments: [false, true])
    func `what the lane leaves goes to its route, body and all`(declines: Bool) async throws {
        let lane = TestLane { _, completion in
            guard declines else { return nil }
            completion(.declined)
            return DirectWork(route: "/") {}
        }
        try await TestServer.run(Self.surface(lane)) { server in
            try await server.connect { connection in
                for _ in 0..<3 {
                    try await connection.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
                    #expect(try await connection.response().body == "routed /a body")
                }
            }
        }
    }

    @Test func `an error is the service's to render`() async throws {
        struct Broken: Error {}
        let lane = TestLane { _, completion in
            completion(.failure(Broken()))
            return DirectWork(route: "/") {}
        }
        try await TestServer.run(Self.surface(lane)) { server in
            try await server.connect { connection in
                for _ in 0..<2 {
                    try await connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                    let response = try await connection.response()
                    #expect(response.status == 500)
                    #expect(response.body == "failed")
                }
            }
            #expect(server.observer.failures == ["Broken", "Broken"])
        }
    }

    /// Sends everything at once; some requests are answered directly, and late. Behind one that takes the ordinary way all
    /// may.
    @Test func `answers keep the order of requests`() async throws {
        let lane = TestLane { request, completion in
            guard request.path.hasPrefix("/direct") else { return nil }
            Task {
                for _ in 0..<20 { await Task.yield() }
                completion(.answer(.text(request.path)))
            }
            return DirectWork(route: "/") {}
        }
        let paths = (0..<40).map { $0 % 7 == 6 ? "/routed\($0)" : "/direct\($0)" }
        try await TestServer.run(Self.surface(lane)) { server in
            try await server.connect { connection in
                try await connection.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: x\r\n\r\n" }.joined())
                for (index, path) in paths.enumerated() {
                    let body = try await connection.response().body
                    #expect(body == path || body == "routed \(path) " && index >= 6)
                }
            }
        }
    }

    @Test func `a client that asks and does not read is not answered for ever`() async throws {
        let begun = Mutex(0)
        let text = String(repeating: "y", count: 300_000)
        let (requests, log) = AsyncStream<Int>.makeStream()
        let lane = TestLane { _, completion in
            let number = begun.withLock { begun in
                begun += 1
                return begun
            }
            completion(.answer(.text(text)))
            log.yield(number)
            return DirectWork(route: "/") {}
        }
        try await TestServer.run(Self.surface(lane)) { server in
            try await server.connect { connection in
                let count = 400
                try await connection.send(
                    String(repeating: "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", count: count))
                for await _ in requests { break }
                // Whatever else would be begun without a reader has time to begin.
                for _ in 0..<100 { try await Task.sleep(for: .milliseconds(10)) }
                #expect(begun.withLock { $0 } < count / 3)
                for _ in 0..<count { #expect(try await connection.response().body.utf8.count == 300_000) }
            }
        }
    }

    @Test func `a client that never reads is disconnected`() async throws {
        let text = String(repeating: "y", count: 30_000_000)
        let lane = TestLane { _, completion in
            completion(.answer(.text(text)))
            return DirectWork(route: "/") {}
        }
        try await TestServer.run(Self.surface(lane), { $0.stallMax = .milliseconds(100) }) { server in
            try await server.connect { connection in
                try await connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                await server.observer.disconnection()
                await #expect(throws: (any Error).self) { try await connection.response() }
            }
        }
    }

    @Test func `a connection that is gone leaves nothing behind`() async throws {
        let (freed, log) = AsyncStream<String>.makeStream()
        let lane = TestLane(onCallerFreed: { log.yield("freed") }) { _, completion in
            completion(.answer(.text("answer")))
            return DirectWork(route: "/") {}
        }
        try await TestServer.run(Self.surface(lane)) { server in
            try await server.connect { connection in
                try await connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(try await connection.response().body == "answer")
            }
            await Self.expect("freed", in: freed)
        }
    }

    @Test func `garbage behind a request waits for the answer`() async throws {
        let lane = TestLane { _, completion in
            Task {
                for _ in 0..<20 { await Task.yield() }
                completion(.answer(.text("first")))
            }
            return DirectWork(route: "/") {}
        }
        try await TestServer.run(Self.surface(lane)) { server in
            try await server.connect { connection in
                try await connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n\u{1}\u{2} no request\r\n\r\n")
                #expect(try await connection.response().body == "first")
                #expect(try await connection.rest().hasPrefix("HTTP/1.1 400"))
            }
        }
    }

    @Test(arguments: [true, false])
    func `the work is cancelled when its client leaves`(halfCloses: Bool) async throws {
        let (steps, log) = AsyncStream<String>.makeStream()
        let lane = TestLane { _, completion in
            log.yield("started")
            return DirectWork(route: "/") {
                log.yield("cancelled")
                completion(.declined)
            }
        }
        try await TestServer.run(Self.surface(lane)) { server in
            try await server.connect { connection in
                try await connection.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                await Self.expect("started", in: steps)
                if halfCloses {
                    connection.output.finish()
                    await Self.expect("cancelled", in: steps)
                }
            }
            if !halfCloses { await Self.expect("cancelled", in: steps) }
        }
    }

    @Test(arguments: [
        "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a?apikey=k HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /a?x=1&%61pikey=k HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n" + String(repeating: "z", count: 65_537),
    ])
    func `anything unusual goes the ordinary way`(request: String) async throws {
        try await TestServer.run(Self.surface(.echo())) { server in
            try await server.connect { connection in
                try await connection.send(request)
                var response = try await connection.response(bodyless: request.hasPrefix("HEAD"))
                if request.contains("100-continue") {
                    #expect(response.status == 100)
                    response = try await connection.response()
                }
                #expect(response.status == 200)
                if !request.hasPrefix("HEAD") { #expect(response.body.hasPrefix("routed /a")) }
            }
        }
    }

    @Test func `who sends the same fields again is judged once`() async throws {
        let lane = TestLane.echo()
        try await TestServer.run(Self.surface(lane)) { server in
            try await server.connect { connection in
                for value in ["a", "a", "a", "b", "a"] {
                    try await connection.send("GET /a HTTP/1.1\r\nHost: x\r\nX-Field: \(value)\r\n\r\n")
                    _ = try await connection.response()
                }
            }
            #expect(lane.entries == 2)
        }
    }
}
