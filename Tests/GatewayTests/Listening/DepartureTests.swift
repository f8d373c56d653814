import Core
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(10))) struct `Departing clients` {
    private enum Step: Equatable {
        case started, cancelled, cutShort
        case read(Int)
    }

    private static func expect(_ step: Step, in steps: AsyncStream<Step>) async {
        for await next in steps {
            #expect(next == step)
            return
        }
        Issue.record("\(step) did not come")
    }

    @Test(arguments: [true, false])
    func `the handler's task is cancelled when its client leaves`(halfCloses: Bool) async throws {
        let (steps, log) = AsyncStream<Step>.makeStream()
        let surface = TestSurface().on(.get, "/wait") { _ in
            log.yield(.started)
            let forever = AsyncStream<Void>.makeStream()
            await withTaskCancellationHandler {
                for await _ in forever.stream {}
            } onCancel: {
                log.yield(.cancelled)
                forever.continuation.finish()
            }
            return .empty(.ok)
        }
        try await TestServer.run(surface) { server in
            try await server.connect { connection in
                try await connection.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
                await Self.expect(.started, in: steps)
                if halfCloses {
                    connection.output.finish()
                    await Self.expect(.cancelled, in: steps)
                }
            }
            if !halfCloses { await Self.expect(.cancelled, in: steps) }
        }
    }

    @Test func `a body that its client does not finish is cut short, not taken for whole`() async throws {
        let (steps, log) = AsyncStream<Step>.makeStream()
        let surface = TestSurface().on(.post, "/read") { request in
            log.yield(.started)
            do throws(BodyError) {
                log.yield(.read(try await request.bytes(limit: .kibibytes(1)).count))
            } catch {
                log.yield(.cutShort)
            }
            return .empty(.ok)
        }
        try await TestServer.run(surface) { server in
            for framing in ["Content-Length: 10\r\n\r\n01234", "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n"] {
                try await server.connect { connection in
                    try await connection.send("POST /read HTTP/1.1\r\nHost: x\r\n" + framing)
                    await Self.expect(.started, in: steps)
                }
                await Self.expect(.cutShort, in: steps)
            }
        }
    }

    @Test func `a request after an answered one is not cancelled by the first`() async throws {
        let surface = TestSurface().on(.get, "/quick") { _ in .text(Task.isCancelled ? "cancelled" : "fine") }
        try await TestServer.run(surface) { server in
            try await server.connect { connection in
                for _ in 0..<10 {
                    try await connection.send("GET /quick HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(try await connection.response().body == "fine")
                }
            }
        }
    }

    @Test func `an answer of which its client takes nothing is cut short`() async throws {
        let (steps, log) = AsyncStream<Step>.makeStream()
        let surface = TestSurface().on(.get, "/endless") { _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    log.yield(.started)
                    do {
                        while true { try await writer.write(ByteBuffer(repeating: 0x78, count: 1 << 20)) }
                    } catch {
                        log.yield(.cutShort)
                        throw error
                    }
                })
        }
        try await TestServer.run(surface, { $0.stallMax = .milliseconds(100) }) { server in
            try await server.connect { connection in
                try await connection.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
                await Self.expect(.started, in: steps)
                await server.observer.disconnection()
                await Self.expect(.cutShort, in: steps)
            }
        }
    }
}
