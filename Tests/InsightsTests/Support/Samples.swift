import FoundationEssentials
import Insights

/// The shared sample documents, which are no part of the repository.
enum Samples {
    /// `MEDMITRA_SHARED`, else the folder `shared` beside the repository.
    static let folder: String = {
        if let shared = ProcessInfo.processInfo.environment["MEDMITRA_SHARED"] { return shared + "/samples" }
        // <repository>/Tests/InsightsTests/Support/Samples.swift; the build may reach it through a link.
        let source = URL(filePath: #filePath).resolvingSymlinksInPath().path
        var parts = source.split(separator: "/")
        parts.removeLast(min(5, parts.count))
        return "/" + parts.joined(separator: "/") + "/shared/samples"
    }()

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Says so when the samples are missing.
    static let areThere: Bool = {
        let found = FileManager.default.fileExists(atPath: path("investigationlabreports.pdf"))
        if !found {
            print("SKIPPED: the sample documents are not at \(folder); set MEDMITRA_SHARED to run their tests")
        }
        return found
    }()

    static func document(
        _ path: String, _ category: CaseDocument.Category = .lab, type: String = "application/pdf"
    ) -> CaseDocument {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return CaseDocument(
            id: "00000000-0000-4000-8000-000000000001", category: category, fileName: name, mediaType: type, path: path)
    }
}

let adult = Patient(name: "Asha Rao", age: 45, gender: "Female")
