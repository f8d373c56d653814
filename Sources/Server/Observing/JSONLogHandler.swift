internal import Core
internal import Logging

/// Writes log lines as JSON objects, one a line.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let sink: LogSink

    init(sink: LogSink, level: Logger.Level) {
        self.sink = sink
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line: [UInt8] = []
        line.reserveCapacity(400)
        append("time", UTCClock().now().rfc3339(fractionDigits: 3), to: &line)
        append("level", event.level.rawValue, to: &line)
        append("message", "\(event.message)", to: &line)
        let given = event.metadata ?? [:]
        let all = metadata.isEmpty ? given : metadata.merging(given) { _, new in new }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            if case .string(let text) = value {
                append(key, text, to: &line)
            } else {
                append(key, "\(value)", to: &line)
            }
        }
        line.append(contentsOf: "}\n".utf8)
        sink.write(line)
    }

    private func append(_ key: String, _ value: String, to line: inout [UInt8]) {
        line.append(line.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        JSON.append(key, to: &line)
        line.append(UInt8(ascii: ":"))
        JSON.append(value, to: &line)
    }
}
