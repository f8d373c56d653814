internal import FoundationEssentials
internal import Glibc
internal import SystemPackage

/// The folder where a gateway keeps its keys, its embedded database and its objects.
///
/// ```
/// medmitra.env    keys and passwords, mode 0600
/// medmitra.lock   held while a gateway uses the folder
/// postgres/       the embedded cluster, owned by the system user that runs it
/// objects/        bytes of stored objects, mode 0700
/// work/           private scratch space of document programs
/// ```
public struct DataDirectory: Sendable {
    /// Absolute.
    public let path: String

    /// Makes the folder if it is missing. Throws ``StartupError``.
    public init(_ path: String) throws(StartupError) {
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        self.path = FilePath(absolute).lexicallyNormalized().string
        // 0711 as root: the system user of PostgreSQL passes through, but cannot list.
        try DataDirectory.make(self.path, mode: getuid() == 0 ? 0o711 : 0o700)
    }

    public var environmentFile: String { path + "/medmitra.env" }
    var lockFile: String { path + "/medmitra.lock" }
    var cluster: String { path + "/postgres" }
    var objects: String { path + "/objects" }
    var work: String { path + "/work" }

    /// Keeps a second gateway out of the folder; the lock ends with the process. Throws `.directoryInUse`.
    func lock() throws(StartupError) -> DirectoryLock {
        do {
            let file = try FileDescriptor.open(
                FilePath(lockFile), .readWrite, options: [.create, .closeOnExec],
                permissions: [.ownerReadWrite])
            guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
                try file.close()
                throw StartupError.directoryInUse(path)
            }
            return DirectoryLock(file: file)
        } catch let error as StartupError {
            throw error
        } catch {
            throw .fileSystem(path: lockFile, cause: "\(error)")
        }
    }

    /// Makes a folder; one that exists keeps its mode.
    static func make(_ path: String, mode: Int) throws(StartupError) {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        } catch {
            throw .fileSystem(path: path, cause: "\(error)")
        }
    }

    /// Writes a file that only the owner can read, whole or not at all. Throws ``StartupError``.
    static func writePrivately(_ text: String, to path: String) throws(StartupError) {
        do {
            // The mode is settled on an empty file before anything secret is in it; the atomic write keeps it.
            if !FileManager.default.fileExists(atPath: path) {
                let file = try FileDescriptor.open(
                    FilePath(path), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
                    permissions: [.ownerReadWrite])
                try file.close()
            }
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        } catch {
            throw .fileSystem(path: path, cause: "\(error)")
        }
    }

    static func read(_ path: String) throws(StartupError) -> String? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        } catch {
            throw .fileSystem(path: path, cause: "\(error)")
        }
    }
}

/// Held for as long as a gateway runs.
struct DirectoryLock: ~Copyable, Sendable {
    let file: FileDescriptor
    deinit {
        // The kernel lets go of the lock with the descriptor, and of both with the process.
        try? file.close()
    }
}

/// Numbers among file attributes. The type behind one depends on which Foundation is linked: `UInt` without the
/// full one, where a cast to `Int` silently fails.
enum FileNumber {
    static func of(_ attribute: Any?) -> Int? {
        (attribute as? any BinaryInteger).map { Int(clamping: $0) } ?? attribute as? Int
    }
}
