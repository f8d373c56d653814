public import Core
internal import _NIOFileSystem

extension FileSystemStore {
    public func versions(startingAfter: String?, limit: Int) async throws(ObjectError) -> [VersionListing] {
        let limit = max(0, min(limit, Limits.listingMax))
        let after = startingAfter ?? ""
        var found: [VersionListing] = []
        do {
            // A directory holds the versions that begin with its name, so the directories are in order as well.
            for directory in StoreLayout.fanOut where directory >= after.prefix(2) && found.count < limit {
                let path = layout.directory(fanOut: directory)
                for name in try await names(in: path, after: after, limit: limit - found.count) {
                    // A version deleted since it was listed is none.
                    guard let info = try await files.info(forFileAt: path.appending(name), infoAboutSymbolicLink: true),
                        let listing = VersionListing(name: name, info: info)
                    else { continue }
                    found.append(listing)
                }
            }
        } catch {
            throw ObjectError(error, during: "list")
        }
        return found
    }

    /// The first `limit` version ids in a directory after the id `after`. Keeps no more than twice as many in memory,
    /// however large the directory.
    private func names(in directory: FilePath, after: String, limit: Int) async throws -> [String] {
        let names = try await entries(in: directory, into: [String]()) { names, entry in
            let name = entry.name.string
            guard entry.type == .regular || entry.type == .unknown, name > after, ObjectVersion.isVersionID(name)
            else { return }
            names.append(name)
            if names.count >= 2 * limit { names = Array(names.sorted().prefix(limit)) }
        }
        return Array(names.sorted().prefix(limit))
    }

    public func sweepTemporary(olderThan cutoff: Timestamp) async throws(ObjectError) -> Int {
        do {
            // What does not fit stays for the next sweep.
            let found = try await entries(in: layout.incoming, into: [FilePath]()) { paths, entry in
                if paths.count < Limits.listingMax { paths.append(entry.path) }
            }
            var removed = 0
            for path in found {
                guard let info = try await files.info(forFileAt: path, infoAboutSymbolicLink: true),
                    info.type != .directory, Int64(info.lastDataModificationTime.seconds) < cutoff.seconds
                else { continue }
                removed += try await files.removeItem(at: path, strategy: .sequential, recursively: false)
            }
            return removed
        } catch {
            throw ObjectError(error, during: "sweep")
        }
    }

    private func entries<Found: Sendable>(
        in path: FilePath, into empty: Found, _ visit: @Sendable (inout Found, DirectoryEntry) -> Void
    ) async throws -> Found {
        let options = OpenOptions.Directory(followSymbolicLinks: false, closeOnExec: true)
        return try await files.withDirectoryHandle(atPath: path, options: options) { directory in
            var found = empty
            for try await batch in directory.listContents().batched() { for entry in batch { visit(&found, entry) } }
            return found
        }
    }
}
