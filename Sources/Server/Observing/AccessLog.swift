internal import Core
internal import Synchronization

/// The log's line of each request, in the form that ``JSONLogHandler`` gives all others, printed straight into bytes:
/// nothing else is logged as often.
final class AccessLog: Sendable {
    private let sink: LogSink
    private let clock: any WallClock
    /// The time up to the second, of the last line.
    private let last = Mutex<(second: Int, text: [UInt8])>((.min, []))

    init(sink: LogSink, clock: any WallClock = UTCClock()) {
        self.sink = sink
        self.clock = clock
    }

    func write(_ summary: RequestSummary) {
        let now = clock.now()
        let second = last.withLock { last in
            if last.second != now.seconds {
                last = (now.seconds, Array(now.rfc3339(fractionDigits: 0).utf8.dropLast()))
            }
            return last.text
        }
        sink.writeSoon { line in
            line.append(contentsOf: #"{"time":""#.utf8)
            line.append(contentsOf: second)
            line.append(UInt8(ascii: "."))
            AccessLog.append(now.millisecond, digits: 3, to: &line)
            line.append(contentsOf: #"Z","level":"info","message":"request","duration_seconds":""#.utf8)
            AccessLog.append(seconds: summary.duration, to: &line)
            line.append(contentsOf: #"","method":"#.utf8)
            JSON.append(summary.method, to: &line)
            line.append(contentsOf: #","request_id":"#.utf8)
            JSON.append(summary.requestID, to: &line)
            line.append(contentsOf: #","response_bytes":""#.utf8)
            line.append(contentsOf: String(summary.bytesOut).utf8)
            line.append(contentsOf: #"","route":"#.utf8)
            JSON.append(summary.route, to: &line)
            line.append(contentsOf: #","service":"#.utf8)
            JSON.append(summary.service, to: &line)
            line.append(contentsOf: #","status":""#.utf8)
            line.append(contentsOf: String(summary.status).utf8)
            line.append(contentsOf: "\"}\n".utf8)
        }
    }

    /// A time in seconds with six decimals.
    private static func append(seconds duration: Duration, to line: inout [UInt8]) {
        let (seconds, attoseconds) = duration.components
        line.append(contentsOf: String(seconds).utf8)
        line.append(UInt8(ascii: "."))
        append(Int(attoseconds / 1_000_000_000_000), digits: 6, to: &line)
    }

    private static func append(_ number: Int, digits: Int, to line: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}

extension Timestamp {
    fileprivate var millisecond: Int {
        let rest = microseconds % 1_000_000
        return Int(rest < 0 ? rest + 1_000_000 : rest) / 1000
    }
}
