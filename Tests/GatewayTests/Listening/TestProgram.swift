import Foundation
import Synchronization

/// A program of the system that a test runs to its end.
enum TestProgram {
    struct Outcome: Sendable {
        var status: Int32
        var output: String
    }

    struct NotInstalled: Error {
        let name: String
    }

    static func path(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static func run(_ name: String, _ arguments: [String]) async throws -> Outcome {
        guard let path = path(name) else { throw NotInstalled(name: name) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        let (ended, end) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        try process.run()
        var status: Int32 = -1
        for await code in ended { status = code }
        // The outputs of these programs fit into the pipe, so they end without being read.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return Outcome(status: status, output: text)
    }
}

/// A directory of its own with a certificate and its key, made by `openssl`.
struct TestCertificate {
    let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("gateway-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    var certificate: String { directory.appendingPathComponent("cert.pem").path }
    var key: String { directory.appendingPathComponent("key.pem").path }

    /// Puts a new self-signed certificate for `localhost` in place and returns the path of a copy that stays.
    func renew(name: String) async throws -> String {
        let outcome = try await TestProgram.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out",
                certificate,
            ])
        guard outcome.status == 0 else { throw Failed(status: outcome.status) }
        let copy = directory.appendingPathComponent("\(name).pem")
        try FileManager.default.copyItem(at: URL(fileURLWithPath: certificate), to: copy)
        return copy.path
    }

    func remove() throws { try FileManager.default.removeItem(at: directory) }

    struct Failed: Error {
        let status: Int32
    }
}
