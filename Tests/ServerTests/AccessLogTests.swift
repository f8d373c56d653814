import Core
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Server

@Suite struct `Access log` {
    private struct FixedClock: WallClock {
        let time: Timestamp
        func now() -> Timestamp { time }
    }

    /// What `body` has written through a sink.
    private func written(_ body: (LogSink) throws -> Void) throws -> String {
        let path = NSTemporaryDirectory() + "/log-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try FileDescriptor.open(
            FilePath(path), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
        defer { try? file.close() }
        try body(LogSink(file))
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    private static func summary(
        method: String = "GET", duration: Duration = .milliseconds(5), requestID: String = "r"
    ) -> RequestSummary {
        RequestSummary(
            requestID: requestID, service: "storage", method: method, route: "/object/:bucket/*key", status: 206,
            duration: duration, bytesOut: 10)
    }

    @Test func `a request's line holds its template and nothing of its content`() throws {
        let text = try written { sink in
            AccessLog(sink: sink, clock: FixedClock(time: Timestamp(microseconds: 784_111_777_012_999)))
                .write(Self.summary())
        }
        #expect(
            text == #"""
                {"time":"1994-11-06T08:49:37.012Z","level":"info","message":"request","duration_seconds":"0.005000",\#
                "method":"GET","request_id":"r","response_bytes":"10","route":"/object/:bucket/*key",\#
                "service":"storage","status":"206"}

                """#)
    }

    @Test(arguments: [
        (Duration.zero, "0.000000"), (.microseconds(1), "0.000001"), (.seconds(61) + .milliseconds(7), "61.007000"),
        (.nanoseconds(999_999_999), "0.999999"),
    ])
    func `times are decimal seconds`(duration: Duration, shown: String) throws {
        let text = try written { AccessLog(sink: $0).write(Self.summary(duration: duration)) }
        #expect(text.contains("\"duration_seconds\":\"\(shown)\""))
    }

    /// Methods are the client's to choose.
    @Test(arguments: ["\"", "\\", "\n", "M\u{1}"])
    func `every line is JSON`(method: String) throws {
        let text = try written { AccessLog(sink: $0).write(Self.summary(method: method)) }
        let line = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
        #expect(line?["method"] == method)
    }

    @Test func `lines keep their order, whether they can wait or not`() throws {
        let text = try written { sink in
            let log = AccessLog(sink: sink)
            for number in 0..<300 {
                log.write(Self.summary(requestID: "id\(number)"))
                if number % 7 == 0 { sink.write(Array("now \(number)\n".utf8)) }
            }
            sink.flush()
        }
        var wanted: [String] = []
        for number in 0..<300 {
            wanted.append("id\(number)\"")
            if number % 7 == 0 { wanted.append("now \(number)") }
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == wanted.count)
        for (line, part) in zip(lines, wanted) { #expect(line.contains(part)) }
    }

    @Test func `a line that waits is written by itself before long`() async throws {
        let path = NSTemporaryDirectory() + "/log-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try FileDescriptor.open(
            FilePath(path), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
        defer { try? file.close() }
        let sink = LogSink(file)
        AccessLog(sink: sink).write(Self.summary())
        #expect(try await eventually { try !String(contentsOfFile: path, encoding: .utf8).isEmpty })
        sink.flush()
    }
}
