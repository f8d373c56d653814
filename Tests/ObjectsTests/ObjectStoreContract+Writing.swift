import Core
import Cryptography
import NIOCore
import Objects
import TestSupport
import Testing

@Suite("Object store contract: writing")
struct ObjectStoreWritingContract {
    private static let sizes =
        [0, 1, 3, (256 << 10) - 1, 256 << 10, (256 << 10) + 1, (512 << 10) - 1, 512 << 10]
        + [(512 << 10) + 1, (1 << 20) + 7, 3 << 20]

    @Test(arguments: TestedStore.allCases, sizes)
    func `what is written is read back, with its size and hashes`(store: TestedStore, size: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(size))
        let bytes = generator.bytes(size)
        let body = TestBody(bytes, cutUsing: &generator, pieceMax: 100_000)
        try await store.with { store in
            let version = ObjectVersion.new
            let stored = try await store.write(
                version, limit: .bytes(size), expected: size, sha256: true, body: body)
            #expect(stored.size == size)
            #expect(stored.md5 == Hex.encode(Digest.hash(.md5, of: bytes)))
            #expect(stored.sha256 == Hex.encode(Digest.hash(.sha256, of: bytes)))
            #expect(try await store.bytes(version) == bytes)
            #expect(try await store.stat(version).size == size)
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `the ETag is the quoted MD5 and SHA-256 is only made when asked for`(store: TestedStore) async throws {
        try await store.with { store in
            let empty = try await store.put(.new, [])
            #expect(empty.etag == "\"d41d8cd98f00b204e9800998ecf8427e\"")
            #expect(empty.sha256 == nil)
            let abc = try await store.put(.new, Array("abc".utf8))
            #expect(abc.etag == "\"900150983cd24fb0d6963f7d28e17f72\"")
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `a body of exactly the limit is stored and one byte more is not`(store: TestedStore) async throws {
        try await store.with { store in
            let (fits, exceeds) = (ObjectVersion.new, ObjectVersion.new)
            let bytes = [UInt8](repeating: 7, count: 1000)
            _ = try await store.write(fits, limit: .bytes(1000), body: TestBody(bytes))
            let error = await objectError {
                _ = try await store.write(exceeds, limit: .bytes(1000), body: TestBody(bytes + [7]))
            }
            guard case .tooLarge(let limit) = error else { return unexpected(error) }
            #expect(limit == .bytes(1000))
            #expect(try await store.everyVersion() == [fits.version])
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `a body without end is stopped at the limit`(store: TestedStore) async throws {
        try await store.with { store in
            let body = TestBody([UInt8](repeating: 1, count: 64 << 10), ending: .endless)
            let error = await objectError { _ = try await store.write(.new, limit: .mebibytes(5), body: body) }
            guard case .tooLarge = error else { return unexpected(error) }
            let stored = try await store.everyVersion()
            #expect(stored.isEmpty)
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `an announced size over the limit is refused without reading`(store: TestedStore) async throws {
        try await store.with { store in
            let body = TestBody(chunks: [], onEnding: { Issue.record("the body was read") })
            let error = await objectError {
                _ = try await store.write(.new, limit: .bytes(10), expected: 11, body: body)
            }
            guard case .tooLarge = error else { return unexpected(error) }
        }
    }

    @Test(arguments: TestedStore.allCases, [0, 4, 6])
    func `a body of another size than announced is not stored`(store: TestedStore, count: Int) async throws {
        try await store.with { store in
            let body = TestBody([UInt8](repeating: 0, count: count))
            let error = await objectError {
                _ = try await store.write(.new, limit: .bytes(100), expected: 5, body: body)
            }
            guard case .sizeMismatch(expected: 5, received: count) = error else {
                return unexpected(error)
            }
            let stored = try await store.everyVersion()
            #expect(stored.isEmpty)
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `a version is never overwritten`(store: TestedStore) async throws {
        try await store.with { store in
            let version = ObjectVersion.new
            try await store.put(version, [1, 2, 3])
            let error = await objectError { try await store.put(version, [4, 5]) }
            guard case .versionExists(version.version) = error else {
                return unexpected(error)
            }
            #expect(try await store.bytes(version) == [1, 2, 3])
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `of concurrent writers of one version exactly one wins, whole`(store: TestedStore) async throws {
        try await store.with { store in
            let version = ObjectVersion.new
            let winners = await withTaskGroup(of: UInt8?.self) { group in
                for writer in UInt8(0)..<8 {
                    group.addTask {
                        let bytes = [UInt8](repeating: writer, count: 700_000)
                        return (try? await store.put(version, bytes)) == nil ? nil : writer
                    }
                }
                return await group.reduce(into: [UInt8]()) { winners, writer in if let writer { winners.append(writer) }
                }
            }
            #expect(winners.count == 1)
            let winner = try #require(winners.first)
            #expect(try await store.bytes(version) == [UInt8](repeating: winner, count: 700_000))
            #expect(try await store.everyVersion() == [version.version])
        }
    }

    @Test(arguments: TestedStore.allCases)
    func `concurrent writers of one key each keep their version`(store: TestedStore) async throws {
        try await store.with { store in
            let versions = (0..<12).map { _ in ObjectVersion.new }
            try await withThrowingTaskGroup { group in
                for (index, version) in versions.enumerated() {
                    group.addTask { _ = try await store.put(version, [UInt8](repeating: UInt8(index), count: 300_000)) }
                }
                try await group.waitForAll()
            }
            for (index, version) in versions.enumerated() {
                #expect(try await store.bytes(version) == [UInt8](repeating: UInt8(index), count: 300_000))
            }
        }
    }

    private struct ClientGone: Error {}

    @Test(arguments: TestedStore.allCases, [0, 10, 2 << 20])
    func `when the body fails its error comes back and nothing stays`(store: TestedStore, count: Int) async throws {
        try await store.with { store in
            let body = TestBody([UInt8](repeating: 9, count: count), ending: .failure(ClientGone()))
            let error = await objectError { _ = try await store.write(.new, limit: .mebibytes(5), body: body) }
            guard case .bodyFailed(let cause) = error else { return unexpected(error) }
            #expect(cause is ClientGone)
            let stored = try await store.everyVersion()
            #expect(stored.isEmpty)
        }
    }

    @Test(arguments: TestedStore.allCases, [false, true])
    func `a write cancelled in the middle stores nothing, even if its body just ends`(
        store: TestedStore, ends: Bool
    ) async throws {
        try await store.with { store in
            let (stalled, gate) = AsyncStream<Void>.makeStream()
            let bytes = [UInt8](repeating: 5, count: 2 << 20)
            let body = TestBody(bytes, ending: ends ? .stallThenEnd : .stall, onEnding: { gate.yield() })
            let writing = Task {
                await objectError { _ = try await store.write(.new, limit: .mebibytes(5), body: body) }
            }
            for await _ in stalled { break }
            writing.cancel()
            let error = await writing.value
            guard case .cancelled = error else { return unexpected(error) }
            let stored = try await store.everyVersion()
            #expect(stored.isEmpty)
        }
    }
}
