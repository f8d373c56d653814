public import Foundation

/// Where the repository and the shared documents lie.
public enum TestPaths {
    /// The folder of Package.swift.
    public static let repository: URL = {
        var folder = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path), folder.path != "/"
        {
            folder.deleteLastPathComponent()
        }
        return folder
    }()

    /// The folder of sample documents beside the repository, or nil where it is absent. `MEDMITRA_SHARED` overrides.
    public static let shared: URL? = {
        let folder =
            ProcessInfo.processInfo.environment["MEDMITRA_SHARED"].map { URL(filePath: $0) }
            ?? repository.deletingLastPathComponent().appending(path: "shared")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()
}
