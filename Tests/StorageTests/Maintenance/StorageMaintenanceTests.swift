import Core
import HTTPTypes
import NIOCore
import Objects
import Postgres
import Storage
import Testing

@Suite struct `Storage maintenance` {
    private struct Body: AsyncSequence, AsyncIteratorProtocol, Sendable {
        typealias Element = ByteBuffer
        typealias Failure = any Error
        var isDone = false
        func makeAsyncIterator() -> Body { self }
        mutating func next() async throws -> ByteBuffer? {
            defer { isDone = true }
            return isDone ? nil : ByteBuffer(string: "orphan")
        }
    }

    private func orphan(_ harness: StorageHarness) async throws {
        _ = try await harness.objects.write(.fresh(bucket: "b", key: "k"), limit: .kibibytes(1), body: Body())
    }

    @Test func `versions without a row go after a day, those with one stay`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            for key in ["a", "b"] { _ = try await harness.upload("files/\(key)", key, as: harness.serviceKey) }
            try await orphan(harness)
            #expect(try await harness.maintenance.removeOrphans() == 0)
            harness.clock.advance(by: .seconds(25 * 3600))
            #expect(try await harness.maintenance.removeOrphans() == 1)
            #expect(try await harness.storedVersions() == 2)
        }
    }

    @Test func `a store that belongs to another database is left alone`() async throws {
        try await StorageHarness.run { harness in
            for _ in 0..<100 { try await orphan(harness) }
            harness.clock.advance(by: .seconds(25 * 3600))
            #expect(try await harness.maintenance.removeOrphans() == 0)
            #expect(try await harness.storedVersions() == 100)
            #expect(harness.observer.lines.contains { $0.contains("none was removed") })
        }
    }

    @Test func `a queued version that a row names is kept`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            _ = try await harness.upload("files/a", "kept", as: harness.serviceKey)
            try await harness.owner.run(
                """
                insert into medmitra.object_deletions (bucket_id, key, version)
                select 'elsewhere', 'other', version from storage.objects
                union all select 'x', 'y', 'no version id'
                """)
            #expect(try await harness.maintenance.removeQueued() == 2)
            #expect(try await harness.maintenance.removeQueued() == 0)
            #expect(try await harness.send(.get, "/object/files/a", as: harness.serviceKey).text == "kept")
        }
    }
}
