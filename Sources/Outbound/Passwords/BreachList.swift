public import Auth
internal import NIOCore
internal import _NIOFileSystem

/// A sorted file of hashes, searched by halves: about 36 small reads in a list of a billion, and no memory to speak of.
///
/// Each line is a SHA-1 hash in hexadecimal, in ascending order, perhaps followed by `:` and a count: what
/// haveibeenpwned.com's downloader writes.
public struct BreachList: BreachedPasswords {
    private let path: String

    /// Characters of a hash.
    private static let hashLength = 40
    /// Bytes of a line at most, which is a hash, a colon, a count and a line break.
    private static let lineMax = 64

    /// - Parameter path: the file. It is opened anew for every look-up, so it can be replaced by renaming.
    public init(path: String) { self.path = path }

    public func contains(hash: String) async throws(BreachLookupFailure) -> Bool {
        let wanted = Array(hash.utf8)
        do {
            return try await FileSystem.shared.withFileHandle(forReadingAt: FilePath(path)) { file in
                try await BreachList.search(file, size: try await file.info().size, for: wanted)
            }
        } catch {
            throw BreachLookupFailure(cause: "the list of breached passwords cannot be read")
        }
    }

    private static func search(_ file: ReadFileHandle, size: Int64, for wanted: [UInt8]) async throws -> Bool {
        // Between `low`, where a line begins, and `high`, where one begins or the file ends.
        var (low, high) = (Int64(0), size)
        while low < high {
            let (start, line) = try await line(of: file, around: low + (high - low) / 2, from: low)
            guard line.count >= hashLength else { throw BreachLookupFailure(cause: "a line of the list is no hash") }
            let hash = line.prefix(hashLength).map { $0 >= UInt8(ascii: "a") ? $0 & 0xDF : $0 }
            if hash == wanted { return true }
            if hash.lexicographicallyPrecedes(wanted) {
                low = start + Int64(line.count) + 1
            } else {
                high = start
            }
        }
        return false
    }

    /// The line that a place lies in, and where it begins; `floor` is where a line surely begins.
    private static func line(
        of file: ReadFileHandle, around place: Int64, from floor: Int64
    ) async throws -> (start: Int64, bytes: [UInt8]) {
        let from = max(floor, place - Int64(lineMax))
        let chunk = try await file.readChunk(fromAbsoluteOffset: from, length: .bytes(Int64(lineMax * 2)))
        let bytes = Array(chunk.readableBytesView)
        let offset = min(Int(place - from), bytes.count)
        let start = bytes.prefix(offset).lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
        return (from + Int64(start), Array(bytes[start..<end]))
    }
}
