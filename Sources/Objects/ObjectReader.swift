public import NIOCore

/// The bytes of a stored version, or of a range of them, as a sequence of buffers of bounded size.
///
/// The first iterator takes the bytes; there is one pass. The next buffer is read while the last is being used, and
/// no further, so a slow client costs two buffers. The source is closed at the end of the range, after an error,
/// and when the reader and its iterator are gone, whichever comes first.
public struct ObjectReader: AsyncSequence, Sendable {
    public typealias Element = ByteBuffer
    public typealias Failure = ObjectError

    /// The size of the whole version in bytes.
    public let size: Int
    /// The bytes this reader gives.
    public let range: Range<Int>
    private let source: any ByteSource

    init(size: Int, range: Range<Int>, source: any ByteSource) {
        self.size = size
        self.range = range
        self.source = source
    }

    public func makeAsyncIterator() -> Iterator { Iterator(source: source, range: range) }

    /// Closes the source now, unread.
    public func close() async { await source.close() }

    public struct Iterator: AsyncIteratorProtocol {
        private let source: any ByteSource
        private var rest: Range<Int>
        private var ahead: Task<ByteBuffer, any Error>?

        init(source: any ByteSource, range: Range<Int>) {
            self.source = source
            rest = range
        }

        public mutating func next() async throws(ObjectError) -> ByteBuffer? {
            guard !rest.isEmpty || ahead != nil else {
                await source.close()
                return nil
            }
            do {
                if Task.isCancelled { throw ObjectError.cancelled }
                let chunk: ByteBuffer
                if let ahead { chunk = try await ahead.value } else { chunk = try await read(advance()) }
                ahead = nil
                if !rest.isEmpty { readAhead() }
                return chunk
            } catch {
                ahead = nil
                rest = rest.upperBound..<rest.upperBound
                await source.close()
                throw error as? ObjectError ?? .cancelled
            }
        }

        /// Starts reading the next chunk. A task of its own because it must outlive this call of `next()`; it
        /// touches at most one chunk and keeps the source open until it is done, so nobody needs to cancel it.
        private mutating func readAhead() {
            let source = source
            let part = advance()
            ahead = Task { try await source.read(part) }
        }

        private func read(_ part: Range<Int>) async throws -> ByteBuffer { try await source.read(part) }

        /// Takes the next chunk's range off what is left.
        private mutating func advance() -> Range<Int> {
            let end = Swift.min(rest.upperBound, rest.lowerBound + Limits.readChunkBytes)
            defer { rest = end..<rest.upperBound }
            return rest.lowerBound..<end
        }
    }
}

@available(*, unavailable)
extension ObjectReader.Iterator: Sendable {}

/// Something open that has bytes: what a store hands to ``ObjectReader``.
protocol ByteSource: Sendable {
    /// Exactly the bytes of `part`, or an error.
    func read(_ part: Range<Int>) async throws(ObjectError) -> ByteBuffer
    /// Lets go of the source, after reads in flight; again is no error.
    func close() async
}
