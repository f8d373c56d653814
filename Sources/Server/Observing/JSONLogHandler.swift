internal import Core
internal import Logging
internal import SystemPackage

/// Writes log lines as JSON objects, one a line, to standard error.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let label: String

    init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line: JSONObject = [
            "time": .string(UTCClock().now().rfc3339(fractionDigits: 3)), "level": .string(event.level.rawValue),
            "message": .string("\(event.message)"),
        ]
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) { line[key] = .string("\(value)") }
        // One write a line, so that lines of several threads do not mix. A closed standard error is nobody's to
        // hear about.
        _ = try? FileDescriptor.standardError.writeAll(JSON.object(line).bytes + [0x0A])
    }
}
