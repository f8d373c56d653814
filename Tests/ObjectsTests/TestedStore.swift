import Core
import FoundationEssentials
import NIOCore
import Objects
import Testing

/// The implementations that the contract is tested against. A new one adds a case.
enum TestedStore: String, CaseIterable, Sendable {
    case fileSystem

    func with<Answer>(_ body: (any ObjectStore) async throws -> Answer) async throws -> Answer {
        switch self {
        case .fileSystem: try await withScratchStore { store, _ in try await body(store) }
        }
    }
}

/// Runs `body` with a file system store in a directory of its own, which is removed afterwards.
func withScratchStore<Answer>(_ body: (FileSystemStore, _ root: String) async throws -> Answer) async throws -> Answer {
    let directory = FileManager.default.temporaryDirectory.path + "/objects-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try await body(try await FileSystemStore(root: directory), directory)
}

/// A body that gives `chunks` and then ends, fails or never ends.
struct TestBody: AsyncSequence, Sendable {
    enum Ending: Sendable {
        case end
        case failure(any Error)
        /// Suspended until the task is cancelled, then an error.
        case stall
        /// Suspended until the task is cancelled, then the end, as `AsyncStream` does it.
        case stallThenEnd
        /// The last chunk for ever.
        case endless
    }

    typealias Element = ByteBuffer
    typealias Failure = any Error
    var chunks: [ByteBuffer]
    var ending = Ending.end
    /// Told when all chunks are taken.
    var onEnding: @Sendable () -> Void = {}

    init(_ bytes: [UInt8], ending: Ending = .end, onEnding: @escaping @Sendable () -> Void = {}) {
        self.init(chunks: [ByteBuffer(bytes: bytes)], ending: ending, onEnding: onEnding)
    }

    init(chunks: [ByteBuffer], ending: Ending = .end, onEnding: @escaping @Sendable () -> Void = {}) {
        self.chunks = chunks
        self.ending = ending
        self.onEnding = onEnding
    }

    /// `bytes` cut at random places.
    init(_ bytes: [UInt8], cutUsing generator: inout some RandomNumberGenerator, pieceMax: Int) {
        var chunks: [ByteBuffer] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(Int.random(in: 0...pieceMax, using: &generator))
            chunks.append(ByteBuffer(bytes: piece))
            rest = rest.dropFirst(piece.count)
        }
        self.init(chunks: chunks)
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }

    struct AsyncIterator: AsyncIteratorProtocol {
        let body: TestBody
        var index = 0

        mutating func next() async throws -> ByteBuffer? {
            defer { index += 1 }
            if index < body.chunks.count { return body.chunks[index] }
            if index == body.chunks.count { body.onEnding() }
            switch body.ending {
            case .end: return nil
            case .failure(let error): throw error
            case .stall:
                try await Task.sleep(for: .seconds(3600))
                return nil
            case .stallThenEnd:
                for await _ in AsyncStream<Never>.makeStream().stream {}
                return nil
            case .endless: return body.chunks.last
            }
        }
    }
}

extension ObjectStore {
    /// Everything in the range.
    func bytes(_ version: ObjectVersion, range: Range<Int>? = nil) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in try await read(version, range: range) {
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        return bytes
    }

    /// Writes without limit.
    @discardableResult
    func put(_ version: ObjectVersion, _ bytes: [UInt8]) async throws -> StoredObject {
        try await write(version, limit: .gibibytes(1), body: TestBody(bytes))
    }

    func everyVersion() async throws -> [String] {
        try await versions(startingAfter: nil, limit: 10_000).map(\.version)
    }
}

extension ObjectVersion {
    static var new: ObjectVersion { .fresh(bucket: "labdocs", key: "case/report.pdf") }
}

/// The error that `body` throws, if it is an ``ObjectError``.
func objectError(_ body: () async throws -> Void) async -> ObjectError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? ObjectError
    }
}

/// Fails the test: `error` is not the one that was to be thrown.
func unexpected(_ error: ObjectError?, at location: SourceLocation = #_sourceLocation) {
    Issue.record("thrown: \(error.map { "\($0)" } ?? "nothing")", sourceLocation: location)
}
