internal import Core
internal import NIOCore

/// Gathers the buffers of a body, which are as small as the network makes them, to batches worth a system call,
/// and counts them against a limit.
struct ByteBatches<Source: AsyncIteratorProtocol> where Source.Element == ByteBuffer {
    private var source: Source
    private let limit: ByteCount
    /// Bytes taken from the source.
    private(set) var received = 0
    private var isAtEnd = false

    init(_ source: Source, limit: ByteCount) {
        self.source = source
        self.limit = limit
    }

    /// The next batch, never empty; nil after the last.
    mutating func next() async throws(ObjectError) -> ByteBuffer? {
        var batch: ByteBuffer?
        while !isAtEnd, (batch?.readableBytes ?? 0) < Limits.writeBatchBytes {
            guard var buffer = try await take() else {
                isAtEnd = true
                break
            }
            if buffer.readableBytes == 0 { continue }
            if batch == nil, buffer.readableBytes >= Limits.writeBatchBytes / 2 {
                batch = buffer
            } else if batch == nil {
                var fresh = ByteBufferAllocator().buffer(capacity: Limits.writeBatchBytes + buffer.readableBytes)
                fresh.writeBuffer(&buffer)
                batch = fresh
            } else {
                batch?.writeBuffer(&buffer)
            }
        }
        return batch
    }

    private mutating func take() async throws(ObjectError) -> ByteBuffer? {
        let buffer: ByteBuffer?
        do {
            buffer = try await source.next(isolation: #isolation)
        } catch {
            throw Task.isCancelled ? .cancelled : error as? ObjectError ?? .bodyFailed(error)
        }
        // A stream may simply end when its task is cancelled; what it gave is then not the whole body.
        if Task.isCancelled { throw .cancelled }
        guard let buffer else { return nil }
        received += buffer.readableBytes
        if received > limit.bytes { throw .tooLarge(limit: limit) }
        return buffer
    }
}
