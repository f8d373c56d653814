public import Core
internal import FoundationEssentials
internal import NIOPosix
internal import _NIOFileSystem

/// Objects as files below one directory of this machine or of a shared file system; ``StoreLayout`` says how.
///
/// Directories are for this user only (0700), and so are files (0600). Symbolic links are not followed: neither for
/// the store's own directories, which is checked when it is opened, nor for files. Several processes may use one
/// directory at the same time. The root must be one file system, with hard links.
///
/// Blocking calls and hashing run on NIO's shared pool of blocking threads.
public struct FileSystemStore: ObjectStore {
    let layout: StoreLayout
    let files = FileSystem(threadPool: .singleton)

    /// Opens the store below `root`, an absolute path, making what is missing.
    ///
    /// - Throws: `.storeFailed` when the directory cannot be made, or holds something else where a directory should
    ///   be; `.outOfSpace`; `.cancelled`.
    public init(root: String) async throws(ObjectError) {
        let path = FilePath(root)
        guard path.isAbsolute else { throw .storeFailed(operation: "open store", cause: "the path is not absolute") }
        layout = StoreLayout(root: path)
        do {
            try await files.createDirectory(
                at: path, withIntermediateDirectories: true, permissions: FileSystemStore.directoryPermissions)
            try await makeDirectory(layout.objects)
            try await makeDirectory(layout.incoming)
            for name in StoreLayout.fanOut { try await makeDirectory(layout.directory(fanOut: name)) }
            try await synchronizeDirectory(layout.objects)
            try await synchronizeDirectory(path)
        } catch {
            throw ObjectError(error, during: "open store")
        }
    }

    static let directoryPermissions: FilePermissions = [.ownerReadWriteExecute]
    static let filePermissions: FilePermissions = [.ownerReadWrite]
    /// How stored files are opened: never through a link, never handed on to a subprocess.
    static let readOptions = OpenOptions.Read(followSymbolicLinks: false, closeOnExec: true)

    /// Makes `path` a directory unless it is one; a link to a directory is not.
    private func makeDirectory(_ path: FilePath) async throws {
        if let info = try await files.info(forFileAt: path, infoAboutSymbolicLink: true) {
            guard info.type == .directory else {
                throw ObjectError.storeFailed(operation: "open store", cause: "not a directory of its own")
            }
            return
        }
        try await files.createDirectory(
            at: path, withIntermediateDirectories: false, permissions: FileSystemStore.directoryPermissions)
    }

    /// Makes the names in a directory durable.
    func synchronizeDirectory(_ path: FilePath) async throws {
        let options = OpenOptions.Directory(followSymbolicLinks: path == layout.root, closeOnExec: true)
        try await files.withDirectoryHandle(atPath: path, options: options) { try await $0.synchronize() }
    }

    public func stat(_ version: ObjectVersion) async throws(ObjectError) -> VersionListing {
        let info: FileInfo?
        do {
            info = try await files.info(forFileAt: layout.file(of: version), infoAboutSymbolicLink: true)
        } catch {
            throw ObjectError(error, during: "stat")
        }
        guard let info, let listing = VersionListing(name: version.version, info: info) else {
            throw .notFound(version: version.version)
        }
        return listing
    }

    public func read(_ version: ObjectVersion, range: Range<Int>?) async throws(ObjectError) -> ObjectReader {
        let source: FileSource
        do {
            source = FileSource(
                try await files.openFile(forReadingAt: layout.file(of: version), options: FileSystemStore.readOptions))
        } catch let error as FileSystemError where error.code == .notFound {
            throw .notFound(version: version.version)
        } catch {
            throw ObjectError(error, during: "open")
        }
        do throws(ObjectError) {
            let size = try await source.size()
            let range = range ?? 0..<size
            guard range.lowerBound >= 0, range.upperBound <= size else {
                throw .invalidRange(range, size: size)
            }
            return ObjectReader(size: size, range: range, source: source)
        } catch {
            await source.close()
            throw error
        }
    }

    public func withLocalFile<Answer>(
        _ version: ObjectVersion, _ body: (_ path: String) async throws -> Answer
    ) async throws -> Answer {
        _ = try await stat(version)
        return try await body(layout.file(of: version).string)
    }

    public func delete(_ version: ObjectVersion) async throws(ObjectError) {
        do {
            try await files.removeItem(at: layout.file(of: version), strategy: .sequential, recursively: false)
        } catch {
            throw ObjectError(error, during: "delete")
        }
    }

    public func availableSpace() async throws(ObjectError) -> Core.ByteCount? {
        let root = layout.root.string
        do {
            return try await NIOThreadPool.singleton.runIfActive { () throws -> Core.ByteCount? in
                let attributes = try FileManager.default.attributesOfFileSystem(forPath: root)
                // The type behind an attribute depends on which Foundation is linked.
                let number = attributes[.systemFreeSize]
                let free = (number as? any BinaryInteger).map { Int(clamping: $0) } ?? number as? Int
                return free.map(Core.ByteCount.bytes)
            }
        } catch {
            throw ObjectError(error, during: "free space")
        }
    }
}

extension VersionListing {
    /// A stored file as a listing, or nil for what is no version: a name of another form, a link, a directory.
    ///
    /// The time is that of the last change to the file's entry (`ctime`), because copying a version makes a second
    /// name for the same file and must count as storing it, which the time of the last write would not show.
    init?(name: String, info: FileInfo) {
        guard ObjectVersion.isVersionID(name), info.type == .regular else { return nil }
        let time = info.lastStatusChangeTime
        self.init(
            version: name, size: Int(info.size),
            storedAt: Timestamp(microseconds: Int64(time.seconds) * 1_000_000 + Int64(time.nanoseconds / 1000)))
    }
}
