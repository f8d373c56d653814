import Core
import FoundationEssentials
import NIOCore
import Objects
import TestSupport
import Testing

@Suite("Object store contract: reading, copying, deleting, listing")
struct ObjectStoreReadingContract {
    @Test(arguments: TestedStore.allCases)
    func `ranges give exactly their bytes`(store: TestedStore) async throws {
        var generator = SeededGenerator(seed: 11)
        let size = (512 << 10) + 321
        let bytes = generator.bytes(size)
        var ranges = [0..<0, 0..<1, 0..<size, size - 1..<size, size..<size, 5..<5]
        ranges += [(256 << 10) - 1..<(256 << 10) + 1, 256 << 10..<512 << 10, 100..<300_000]
        for _ in 0..<50 {
            let ends = [Int.random(in: 0...size, using: &generator), Int.random(in: 0...size, using: &generator)]
            ranges.append(ends.min()!..<ends.max()!)
        }
        try await store.with { store in
            let version = ObjectVersion.new
            try await store.put(version, bytes)
            for range in ranges {
                let reader = try await store.read(version, range: range)
                #expect(reader.size == size)
                #expect(reader.range == range)
                var read: [UInt8] = []
                for try await chunk in reader {
                    #expect(chunk.readableBytes <= 256 << 10)
                    read.append(contentsOf: chunk.readableBytesView)
                }
                #expect(read == Array(bytes[range]), "\(range)")
            }
        }
    }

    @Test(arguments: TestedStore.allCases, [0..<11, 10..<11, 11..<11, -1..<5, -5 ..< -1])
    func `a range beyond the object is refused with its size`(store: TestedStore, range: Range<Int>) async throws {
        try await store.with { store in
            let version = ObjectVersion.new
            try await store.put(version, [UInt8](repeating: 0, count: 10))
            let error = await objectError { _ = try await store.read(version, range: range) }
            guard case .invalidRange(range, size: 10) = error else {
                return unexpected(error)
            }
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `what was never written is not found`(store: TestedStore) async throws {
        try await store.with { store in
            let version = ObjectVersion.new
            let errors = [
                await objectError { _ = try await store.read(version) },
                await objectError { _ = try await store.stat(version) },
                await objectError { _ = try await store.copy(version, to: .new) },
                await objectError { try await store.withLocalFile(version) { _ in } },
            ]
            for error in errors {
                guard case .notFound(version.version) = error else {
                    unexpected(error)
                    continue
                }
            }
        }
    }

    private static let hostileKeys: [String] = [
        "..", "../../../../etc/passwd", "a/../b", "/", "//", "a//b", "/absolute", "trailing/", "folder", "folder/file",
        ".", "", "a\0b", "%2e%2e%2f", "\u{202E}exe", "*?$(rm -rf)`;&|", String(repeating: "x", count: 1024),
        String(repeating: "a/", count: 512), "CON", "é", "e\u{301}", "incoming", "objects/00", "-rf", " lead", "CASE",
        "case",
    ]

    @Test(arguments: TestedStore.allCases)
    func `hostile keys neither collide nor escape`(store: TestedStore) async throws {
        try await store.with { store in
            var written: [ObjectVersion] = []
            for (index, key) in Self.hostileKeys.enumerated() {
                for bucket in ["b", "../b", "b/c"] {
                    let version = ObjectVersion.fresh(bucket: bucket, key: key)
                    try await store.put(version, Array("\(bucket) \(index)".utf8))
                    written.append(version)
                }
            }
            for (index, version) in written.enumerated() {
                #expect(try await store.bytes(version) == Array("\(version.bucket) \(index / 3)".utf8))
            }
            #expect(try await store.everyVersion() == written.map(\.version).sorted())
            for version in written { try await store.delete(version) }
            let stored = try await store.everyVersion()
            #expect(stored.isEmpty)
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `an object that moved to another key is found by its version`(store: TestedStore) async throws {
        try await store.with { store in
            let version = ObjectVersion.new
            try await store.put(version, [1])
            let moved = try ObjectVersion(bucket: "other", key: "elsewhere", version: version.version)
            #expect(try await store.bytes(moved) == [1])
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `deleting twice is no error and deletes nothing else`(store: TestedStore) async throws {
        try await store.with { store in
            let (first, second) = (ObjectVersion.new, ObjectVersion.new)
            try await store.put(first, [1])
            try await store.put(second, [2])
            try await store.delete(first)
            try await store.delete(first)
            #expect(try await store.everyVersion() == [second.version])
            #expect(try await store.bytes(second) == [2])
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `a reader that is open when its version is deleted reads to the end`(store: TestedStore) async throws {
        var generator = SeededGenerator(seed: 3)
        let bytes = generator.bytes(1 << 20)
        try await store.with { store in
            let version = ObjectVersion.new
            try await store.put(version, bytes)
            let reader = try await store.read(version)
            try await store.delete(version)
            var read: [UInt8] = []
            for try await chunk in reader { read.append(contentsOf: chunk.readableBytesView) }
            #expect(read == bytes)
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `a reader in a cancelled task throws instead of ending early`(store: TestedStore) async throws {
        try await store.with { store in
            let version = ObjectVersion.new
            try await store.put(version, [UInt8](repeating: 0, count: 1 << 20))
            let reader = try await store.read(version)
            let (started, gate) = AsyncStream<Void>.makeStream()
            let reading = Task {
                await objectError {
                    var iterator = reader.makeAsyncIterator()
                    _ = try await iterator.next()
                    gate.yield()
                    while !Task.isCancelled { await Task.yield() }
                    while try await iterator.next() != nil {}
                }
            }
            for await _ in started { break }
            reading.cancel()
            let error = await reading.value
            guard case .cancelled = error else { return unexpected(error) }
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `a copy has the bytes and outlives its source`(store: TestedStore) async throws {
        try await store.with { store in
            let (source, copy) = (ObjectVersion.new, ObjectVersion.new)
            try await store.put(source, [1, 2, 3])
            let before = Timestamp(microseconds: UTCClock().now().microseconds - 50_000)
            #expect(try await store.copy(source, to: copy) == 3)
            #expect(try await store.stat(copy).storedAt >= before, "or the search for orphans would take it at once")
            try await store.delete(source)
            #expect(try await store.bytes(copy) == [1, 2, 3])
            #expect(try await store.everyVersion() == [copy.version])
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `a copy never overwrites`(store: TestedStore) async throws {
        try await store.with { store in
            let (source, taken) = (ObjectVersion.new, ObjectVersion.new)
            try await store.put(source, [1])
            try await store.put(taken, [2])
            let error = await objectError { _ = try await store.copy(source, to: taken) }
            guard case .versionExists(taken.version) = error else {
                return unexpected(error)
            }
            #expect(try await store.bytes(taken) == [2])
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `a local file holds the bytes, and the caller's error passes through`(store: TestedStore) async throws {
        struct Unreadable: Error {}
        try await store.with { store in
            let version = ObjectVersion.new
            try await store.put(version, [4, 5, 6])
            let read = try await store.withLocalFile(version) { path in
                try Array(Data(contentsOf: URL(filePath: path)))
            }
            #expect(read == [4, 5, 6])
            await #expect(throws: Unreadable.self) {
                try await store.withLocalFile(version) { _ in throw Unreadable() }
            }
        }
    }

    @Test(arguments: TestedStore.allCases, [1, 2, 7, 40, 100])
    func `pages of a listing neither repeat nor skip`(store: TestedStore, limit: Int) async throws {
        try await store.with { store in
            let versions = (0..<40).map { _ in ObjectVersion.new }
            let before = Timestamp(microseconds: UTCClock().now().microseconds - 50_000)
            for version in versions { try await store.put(version, [0, 0]) }
            var listed: [VersionListing] = []
            while true {
                let page = try await store.versions(startingAfter: listed.last?.version, limit: limit)
                #expect(page.count <= limit)
                listed += page
                if page.count < limit { break }
            }
            #expect(listed.map(\.version) == versions.map(\.version).sorted())
            #expect(listed.allSatisfy { $0.size == 2 && $0.storedAt >= before && $0.storedAt <= UTCClock().now() })
            let none = try await store.versions(startingAfter: nil, limit: 0)
            #expect(none.isEmpty)
            let negative = try await store.versions(startingAfter: nil, limit: -1)
            #expect(negative.isEmpty)
            let beyond = try await store.versions(startingAfter: "zz", limit: 5)
            #expect(beyond.isEmpty)
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `a sweep leaves stored versions alone`(store: TestedStore) async throws {
        try await store.with { store in
            let version = ObjectVersion.new
            try await store.put(version, [1])
            #expect(try await store.sweepTemporary(olderThan: UTCClock().now().advanced(by: .seconds(3600))) == 0)
            #expect(try await store.bytes(version) == [1])
        }
    }
}
