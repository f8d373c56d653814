import Core
import NIOCore
import TestSupport
import Testing

@testable import Objects

@Suite("Byte batches")
struct ByteBatchesTests {
    @Test(arguments: 0..<40)
    func `batches carry all bytes in order and are large until the last`(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let bytes = generator.bytes(Int.random(in: 0...2_000_000, using: &generator))
        let pieceMax = [10_000, 100_000, 600_000, 2_000_000][seed % 4]
        let body = TestBody(bytes, cutUsing: &generator, pieceMax: pieceMax)
        var batches = ByteBatches(body.makeAsyncIterator(), limit: .bytes(bytes.count))
        var sizes: [Int] = []
        var read: [UInt8] = []
        while let batch = try await batches.next() {
            sizes.append(batch.readableBytes)
            read.append(contentsOf: batch.readableBytesView)
        }
        #expect(read == bytes)
        #expect(batches.received == bytes.count)
        #expect(sizes.allSatisfy { $0 > 0 })
        // A large piece goes through alone, without copying; half a batch is the least that counts as large.
        #expect(sizes.dropLast().allSatisfy { $0 >= Limits.writeBatchBytes / 2 })
        #expect(sizes.allSatisfy { $0 < Limits.writeBatchBytes + pieceMax })
    }
}
