import Foundation
import Synchronization

/// A program of the system that a test runs to its end; a cancelled task ends it.
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
        let status = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Int32, any Error>) in
                process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
                do {
                    try process.run()
                } catch {
                    ended.resume(throwing: error)
                }
            }
        } onCancel: {
            // Signals that can be blocked are, in programs that these threads start.
            kill(process.processIdentifier, SIGKILL)
        }
        // The outputs of these programs fit into the pipe, so they end without being read.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return Outcome(status: status, output: text)
    }
}

/// A directory of a test's own.
struct TestDirectory {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("gateway-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    func remove() throws { try FileManager.default.removeItem(at: url) }
}
