public import Core
internal import FoundationEssentials
public import NIOCore
internal import NIOPosix
internal import _NIOFileSystem

extension FileSystemStore {
    public func write(
        _ version: ObjectVersion, limit: Core.ByteCount, expected: Int?, sha256: Bool,
        body: some AsyncSequence<ByteBuffer, any Error> & Sendable
    ) async throws(ObjectError) -> StoredObject {
        try await store(version, limit: limit, expected: expected, sha256: sha256, body: body)
    }

    public func copy(_ source: ObjectVersion, to destination: ObjectVersion) async throws(ObjectError) -> Int {
        let size = try await stat(source).size
        do throws(ObjectError) {
            try await publish(layout.file(of: source), as: destination)
            return size
        } catch .storeFailed {
            // A file can have only so many names (65 000 on ext4); then the bytes are copied after all. If it was
            // something else that failed, it fails here again.
            let bytes = try await read(source, range: nil)
            return try await store(
                destination, limit: .bytes(size), expected: size, sha256: false, body: bytes
            ).size
        }
    }

    private func store<Body: AsyncSequence & Sendable>(
        _ version: ObjectVersion, limit: Core.ByteCount, expected: Int?, sha256: Bool, body: Body
    ) async throws(ObjectError) -> StoredObject where Body.Element == ByteBuffer {
        if let expected, expected > limit.bytes { throw .tooLarge(limit: limit) }
        try await refuseExisting(version)
        let temporary = layout.temporaryFile(for: version)
        let file = try await IncomingFile(creating: temporary, files: files, sha256: sha256)
        do throws(ObjectError) {
            var batches = ByteBatches(body.makeAsyncIterator(), limit: limit)
            try await file.fill(from: &batches)
            if let expected, batches.received != expected {
                throw .sizeMismatch(expected: expected, received: batches.received)
            }
            let stored = try await file.finish()
            try await publish(temporary, as: version)
            await file.discard()
            return stored
        } catch {
            await file.discard()
            throw error
        }
    }

    /// Spares the client a long upload that cannot succeed; what decides is ``publish(_:as:)``.
    private func refuseExisting(_ version: ObjectVersion) async throws(ObjectError) {
        do throws(ObjectError) {
            _ = try await stat(version)
        } catch .notFound {
            return
        }
        throw .versionExists(version: version.version)
    }

    /// Gives a complete and durable file a second name as a stored version, durably. A link and not a rename, because
    /// a rename would replace a version of that name. From here on a cancelled caller changes nothing.
    private func publish(_ file: FilePath, as version: ObjectVersion) async throws(ObjectError) {
        let name = layout.file(of: version)
        try await uncancelled(during: "publish") { [self] in
            do {
                try await NIOThreadPool.singleton.runIfActive {
                    try FileManager.default.linkItem(atPath: file.string, toPath: name.string)
                }
            } catch let error as CocoaError where error.code == .fileWriteFileExists {
                throw ObjectError.versionExists(version: version.version)
            } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
                throw ObjectError.outOfSpace
            }
            do {
                try await synchronizeDirectory(layout.directory(of: version))
            } catch {
                // Not durable, so not stored. If even this removal fails, the search for orphans finds the version.
                _ = try? await files.removeItem(at: name, strategy: .sequential, recursively: false)
                throw error
            }
        }
    }
}

/// Does `work` to its end even if the task is cancelled meanwhile: what makes or unmakes a version must not stop
/// half way, and the file system's calls refuse to start in a cancelled task.
func uncancelled(
    during operation: String, _ work: @escaping @Sendable () async throws -> Void
) async throws(ObjectError) {
    do {
        try await Task { try await work() }.value
    } catch {
        throw ObjectError(error, during: operation)
    }
}
