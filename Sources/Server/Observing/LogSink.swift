internal import Core
internal import Synchronization
internal import SystemPackage

/// Where log lines go: standard error, or another open file.
///
/// Lines of requests, of which there are many, are written together, some milliseconds late; every other line at once, and
/// after those that came before it.
final class LogSink: Sendable {
    /// How long a line of a request may wait.
    private static let delay: Duration = .milliseconds(50)
    /// Bytes that wait at most.
    private static let waitingMax = 32 << 10

    private let file: FileDescriptor
    private let waiting = Mutex<[UInt8]>([])

    init(_ file: FileDescriptor = .standardError) { self.file = file }

    deinit { flush() }

    /// Writes a line, which has to end with a line feed.
    func write(_ line: [UInt8]) {
        waiting.withLock { waiting in
            if waiting.isEmpty { return put(line) }
            waiting.append(contentsOf: line)
            put(waiting)
            waiting.removeAll(keepingCapacity: true)
        }
    }

    /// Has a line written soon. `make` appends it.
    func writeSoon(_ make: (inout [UInt8]) -> Void) {
        let isFirst = waiting.withLock { waiting in
            let wasEmpty = waiting.isEmpty
            make(&waiting)
            guard waiting.count >= LogSink.waitingMax else { return wasEmpty }
            put(waiting)
            waiting.removeAll(keepingCapacity: true)
            return false
        }
        guard isFirst else { return }
        Task { [weak self] in
            // Cut short only when the process ends, and then it is time, too.
            try? await Task.sleep(for: LogSink.delay)
            self?.flush()
        }
    }

    /// Writes what waits.
    func flush() {
        waiting.withLock { waiting in
            guard !waiting.isEmpty else { return }
            put(waiting)
            waiting.removeAll(keepingCapacity: true)
        }
    }

    /// One write, so that lines of several processes do not mix. A closed standard error is nobody's to hear about.
    private func put(_ lines: [UInt8]) { _ = try? file.writeAll(lines) }
}
