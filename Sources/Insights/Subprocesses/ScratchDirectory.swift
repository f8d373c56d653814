internal import FoundationEssentials

/// A private directory that exists for one piece of work and is removed with everything in it afterwards.
enum ScratchDirectory {
    /// Runs `work` with the path of a new directory that only this user can enter. Throws `.workDirectoryUnavailable`
    /// when none can be made.
    static func with<Value>(
        in parent: String?, _ work: (String) async throws(ReadingError) -> Value
    ) async throws(ReadingError) -> Value {
        let files = FileManager.default
        let parent = parent ?? files.temporaryDirectory.path
        let path = "\(parent)/medmitra-\(UUID().uuidString.lowercased())"
        do {
            try files.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .workDirectoryUnavailable
        }
        // Nobody is left to tell when removing fails; the name says whose directory it is.
        defer { try? files.removeItem(atPath: path) }
        return try await work(path)
    }
}
