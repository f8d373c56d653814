import Core
import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Gateway

@Suite(
    .enabled(if: TestProgram.path("openssl") != nil && TestProgram.path("curl") != nil, "openssl and curl are needed"))
struct `TLS listener` {
    private static let surface = TestSurface().on(.get, "/") { _ in .text("secure") }
        .on(.post, "/") { request in .text("\(try await request.bytes(limit: .mebibytes(4)).count)") }

    /// Runs `body` with a listener whose certificate is in place.
    private static func run(
        _ surface: TestSurface = surface, _ adjust: (inout GatewayConfiguration) -> Void = { _ in },
        _ body: (TestServer, TestCertificate, _ trusted: String) async throws -> Void
    ) async throws {
        let certificate = try TestCertificate()
        let trusted = try await certificate.renew(name: "first")
        let store = try CertificateStore(.init(certificate: certificate.certificate, key: certificate.key))
        try await TestServer.run(surface, certificates: store, adjust) { server in
            try await body(server, certificate, trusted)
        }
        try certificate.directory.remove()
    }

    private static func curl(
        _ server: TestServer, trusting: String, _ options: [String] = [], path: String = ""
    ) async throws -> TestProgram.Outcome {
        try await TestProgram.run(
            "curl",
            ["--silent", "--show-error", "--cacert", trusting, "--write-out", " %{http_version} %{http_code}"] + options
                + ["https://localhost:\(server.port)/\(path)"])
    }

    @Test func `HTTP/2 is negotiated, HTTP/1.1 is served to those who ask for it`() async throws {
        try await Self.run { server, _, trusted in
            let newer = try await Self.curl(server, trusting: trusted, ["--http2"])
            #expect(newer.output == "secure 2 200")
            let older = try await Self.curl(server, trusting: trusted, ["--http1.1"])
            #expect(older.output == "secure 1.1 200")
            let untold = try await Self.curl(server, trusting: trusted, ["--no-alpn"])
            #expect(untold.output == "secure 1.1 200")
        }
    }

    @Test func `old versions of TLS are refused`() async throws {
        try await Self.run { server, _, trusted in
            let accepted = try await Self.curl(server, trusting: trusted, ["--tls-max", "1.2"])
            #expect(accepted.status == 0)
            let refused = try await Self.curl(server, trusting: trusted, ["--tlsv1.0", "--tls-max", "1.1"])
            #expect(refused.status != 0)
        }
    }

    @Test(arguments: ["--http2", "--http1.1"])
    func `a body of megabytes arrives whole`(version: String) async throws {
        try await Self.run { server, certificate, trusted in
            let file = certificate.directory.path("body")
            try Data(repeating: 7, count: 3 << 20).write(to: URL(fileURLWithPath: file))
            let answer = try await Self.curl(server, trusting: trusted, [version, "--data-binary", "@\(file)"])
            #expect(answer.output == "\(3 << 20) \(version == "--http2" ? "2" : "1.1") 200")
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["--http2", "--http1.1"])
    func `an answer of which its client takes next to nothing is cut short`(version: String) async throws {
        let (cuts, log) = AsyncStream<Void>.makeStream()
        let surface = TestSurface().on(.get, "/endless") { _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    defer { log.yield() }
                    while true { try await writer.write(ByteBuffer(repeating: 0x78, count: 1 << 20)) }
                })
        }
        try await Self.run(surface, { $0.stallMax = .milliseconds(100) }) { server, _, trusted in
            let options = [version, "--limit-rate", "100", "--output", "/dev/null"]
            let client = Task { try await Self.curl(server, trusting: trusted, options, path: "endless") }
            await server.observer.disconnection()
            for await _ in cuts { break }
            // It would go on to read what had reached it.
            client.cancel()
            _ = try await client.value
        }
    }

    @Test func `a renewed certificate counts from the next connection on`() async throws {
        try await Self.run { server, certificate, first in
            let store = try #require(server.certificates)
            let second = try await certificate.renew(name: "second")
            let before = try await (Self.curl(server, trusting: first), Self.curl(server, trusting: second))
            #expect(before.0.output.hasSuffix(" 200"))
            #expect(before.1.status != 0)
            try store.reload()
            let after = try await (Self.curl(server, trusting: first), Self.curl(server, trusting: second))
            #expect(after.0.status != 0)
            #expect(after.1.output.hasSuffix(" 200"))
        }
    }

    @Test func `a certificate that cannot be used is refused and the old one stays`() async throws {
        try await Self.run { server, certificate, first in
            let store = try #require(server.certificates)
            let key = try Data(contentsOf: URL(fileURLWithPath: certificate.key))
            _ = try await certificate.renew(name: "second")
            try key.write(to: URL(fileURLWithPath: certificate.key))
            #expect(throws: CertificateError.self) { try store.reload() }
            try Data("no certificate".utf8).write(to: URL(fileURLWithPath: certificate.certificate))
            #expect(throws: CertificateError.self) { try store.reload() }
            try FileManager.default.removeItem(atPath: certificate.certificate)
            #expect(throws: CertificateError.self) { try store.reload() }
            let answer = try await Self.curl(server, trusting: first)
            #expect(answer.output.hasSuffix(" 200"))
        }
    }
}
