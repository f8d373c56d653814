internal import NIOCore
internal import Synchronization
internal import _NIOFileSystem

/// An open file. Closes itself when the last reference goes, and never while a read is in flight.
final class FileSource: ByteSource {
    private let handle: ReadFileHandle
    private let state = Mutex(State())

    private struct State {
        var reads = 0
        var isClosing = false
    }

    init(_ handle: ReadFileHandle) { self.handle = handle }

    deinit {
        if !state.withLock({ $0.isClosing }) { FileSource.release(handle) }
    }

    /// The size of the file, which must be a regular one.
    func size() async throws(ObjectError) -> Int {
        do {
            let info = try await handle.info()
            guard info.type == .regular else {
                throw ObjectError.storeFailed(operation: "open", cause: "not a regular file")
            }
            return Int(info.size)
        } catch {
            throw ObjectError(error, during: "open")
        }
    }

    func read(_ part: Range<Int>) async throws(ObjectError) -> ByteBuffer {
        guard begin() else { throw .storeFailed(operation: "read", cause: "the reader is closed") }
        let result: Result<ByteBuffer, ObjectError>
        do {
            let chunk = try await handle.readChunk(
                fromAbsoluteOffset: Int64(part.lowerBound), length: .bytes(Int64(part.count)))
            // A stored file never changes; a short read means that somebody else cut it.
            result =
                chunk.readableBytes == part.count
                ? .success(chunk) : .failure(.storeFailed(operation: "read", cause: "the file is cut short"))
        } catch {
            result = .failure(ObjectError(error, during: "read"))
        }
        end()
        return try result.get()
    }

    func close() async {
        let closesNow = state.withLock { state in
            defer { state.isClosing = true }
            return !state.isClosing && state.reads == 0
        }
        if closesNow { await FileSource.release(handle).value }
    }

    private func begin() -> Bool {
        state.withLock { state in
            guard !state.isClosing else { return false }
            state.reads += 1
            return true
        }
    }

    private func end() {
        let closesNow = state.withLock { state in
            state.reads -= 1
            return state.isClosing && state.reads == 0
        }
        if closesNow { FileSource.release(handle) }
    }

    /// Closes the file. In a task of its own because `deinit` cannot wait, and because in a cancelled task the file
    /// system would refuse even to close. That closing a file that was only read fails matters to nobody.
    @discardableResult
    private static func release(_ handle: ReadFileHandle) -> Task<Void, Never> {
        Task { try? await handle.close() }
    }
}
