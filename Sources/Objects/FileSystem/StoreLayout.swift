internal import Cryptography
internal import _NIOFileSystem

/// Where a ``FileSystemStore`` keeps what, under its root:
///
///     objects/<first two digits of the version id>/<version id>     one file for each stored version
///     incoming/<version id>-<16 random digits>                      one file for each write that is under way
///
/// No text of a client reaches the file system: bucket and key are in the database, and the version id, a UUID, is
/// checked to be one. So `..`, over-long segments, and keys that are a folder of other keys need no escaping and
/// cannot collide, moving an object touches no file, and a deleted object leaves no directory behind: the 256
/// directories are made when the store is opened and stay. A file's name is its version id, which is all a search
/// for orphans needs. 256 directories keep 10 million versions at 40 000 entries a directory, well within what
/// ext4, XFS and ZFS look up in constant time.
struct StoreLayout: Sendable {
    let root: FilePath

    var objects: FilePath { root.appending("objects") }
    var incoming: FilePath { root.appending("incoming") }

    /// The names of the directories below ``objects``, in order, which is also the order of version ids.
    static let fanOut = (0...UInt8.max).map { Hex.encode([$0]) }

    func directory(fanOut name: String) -> FilePath { objects.appending(name) }
    func directory(of version: ObjectVersion) -> FilePath { directory(fanOut: String(version.version.prefix(2))) }
    func file(of version: ObjectVersion) -> FilePath { directory(of: version).appending(version.version) }

    /// A path for a new write; random, so that two writes of one version do not meet before the end.
    func temporaryFile(for version: ObjectVersion) -> FilePath {
        incoming.appending("\(version.version)-\(Hex.encode(SecureRandom.bytes(8)))")
    }
}
