internal import NIOCore
internal import NIOPosix
internal import Synchronization
internal import _NIOFileSystem

/// A file that is being written and hashed. Whoever creates one ends with ``discard()``, whatever happens.
final class IncomingFile: Sendable {
    private let path: FilePath
    private let files: FileSystem
    private let handle: WriteFileHandle
    private let content: Mutex<Content>

    private struct Content: ~Copyable {
        var size = 0
        /// Nil once they are finished.
        var digests: ContentDigests?
        var isOpen = true
    }

    init(creating path: FilePath, files: FileSystem, sha256: Bool) async throws(ObjectError) {
        self.path = path
        self.files = files
        let new = OpenOptions.NewFile(permissions: FileSystemStore.filePermissions, transactionalCreation: false)
        do {
            content = Mutex(Content(digests: ContentDigests(sha256: sha256)))
            handle = try await files.openFile(
                forWritingAt: path,
                options: OpenOptions.Write(
                    existingFile: .none, newFile: new, followSymbolicLinks: false, closeOnExec: true))
        } catch {
            throw ObjectError(error, during: "create")
        }
    }

    /// Stores all of `batches`: while one batch is stored, the next is gathered.
    func fill<Source>(from batches: inout ByteBatches<Source>) async throws(ObjectError) {
        var next = try await batches.next()
        while let batch = next {
            do {
                async let appended: Void = append(batch)
                next = try await batches.next()
                try await appended
            } catch {
                throw ObjectError(error, during: "write")
            }
        }
    }

    /// Writes and hashes at the same time, on two threads: the two cost about the same.
    private func append(_ batch: ByteBuffer) async throws {
        async let hashed: Void = NIOThreadPool.singleton.runIfActive { [self] in
            content.withLock { $0.digests?.update(batch.readableBytesView) }
        }
        let offset = content.withLock { content in
            defer { content.size += batch.readableBytes }
            return content.size
        }
        try await handle.write(contentsOf: batch.readableBytesView, toAbsoluteOffset: Int64(offset))
        try await hashed
    }

    /// Makes the bytes durable and says what they are.
    func finish() async throws(ObjectError) -> StoredObject {
        do {
            try await handle.synchronize()
            return try content.withLock { content in
                guard let digests = content.digests.take() else {
                    throw ObjectError.storeFailed(operation: "finish", cause: "finished before")
                }
                let (md5, sha256) = digests.finish()
                return StoredObject(size: content.size, md5: md5, sha256: sha256)
            }
        } catch {
            throw ObjectError(error, during: "synchronize")
        }
    }

    /// Closes the file and removes its temporary name. If it was published it lives on under the other.
    func discard() async {
        let wasOpen = content.withLock { content in
            defer { content.isOpen = false }
            return content.isOpen
        }
        guard wasOpen else { return }
        // The bytes are synchronised or unwanted, so that closing fails says nothing more; a name that cannot be
        // removed is what `sweepTemporary` is for.
        try? await uncancelled(during: "discard") { [handle, files, path] in
            do { try await handle.close() } catch {}
            try await files.removeItem(at: path, strategy: .sequential, recursively: false)
        }
    }
}
