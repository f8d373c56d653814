import Foundation

/// One Swift file as text.
struct SourceFile: Sendable {
    /// From the repository's root: `Sources/Core/JSON.swift`.
    let path: String
    let lines: [String]
    /// The lines without comments and without what stands in string literals.
    let code: [String]

    init(path: String, text: String) {
        self.path = path
        lines = SourceFile.lines(of: text)
        code = SourceFile.lines(of: SourceScrubber.scrub(text))
    }

    private static func lines(of text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(Substring($0)) }
    }

    /// `Core` of `Sources/Core/JSON.swift`.
    var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    var name: String { path.split(separator: "/").last.map(String.init) ?? "" }
    var isTest: Bool { path.hasPrefix("Tests/") }
    /// `Core/JSON.swift`: how the lists of exceptions name a file.
    var key: String { path.split(separator: "/").dropFirst().joined(separator: "/") }
}

/// All Swift files of the project, found from where this file lies.
struct SourceTree: Sendable {
    let files: [SourceFile]

    var sources: [SourceFile] { files.filter { !$0.isTest } }

    private static let read = Result { try SourceTree(root: root) }

    /// The tree, read once for all tests.
    static func current() throws -> SourceTree { try read.get() }

    private init(root: URL) throws {
        var files: [SourceFile] = []
        for folder in ["Sources", "Tests"] {
            let base = root.appendingPathComponent(folder)
            let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
            for path in paths.sorted() where path.hasSuffix(".swift") {
                let text = try String(contentsOf: base.appendingPathComponent(path), encoding: .utf8)
                files.append(SourceFile(path: "\(folder)/\(path)", text: text))
            }
        }
        self.files = files
    }

    private static var root: URL {
        URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }
}
