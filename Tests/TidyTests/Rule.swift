import Testing

/// A rule of the house that can be read off the sources.
struct Rule: Sendable {
    /// A place that breaks a rule.
    struct Violation: Sendable, CustomStringConvertible {
        let path: String
        let line: Int
        let text: String
        var description: String { "\(path):\(line): \(text)" }
    }

    let check: @Sendable (SourceFile) -> [Violation]

    /// A rule that judges each line of code by itself; `path` names the file as the lists of exceptions do.
    static func lines(
        raw: Bool = false, exceptions: [String: String] = [:], _ breaks: @escaping @Sendable (String) -> Bool
    ) -> Rule {
        Rule { file in
            guard exceptions[file.key] == nil else { return [] }
            return (raw ? file.lines : file.code).enumerated().filter { breaks($0.element) }.map { index, _ in
                Violation(path: file.path, line: index + 1, text: file.lines[index].trimmed)
            }
        }
    }

    func violations(in files: [SourceFile]) -> [Violation] { files.flatMap(check) }

    /// Judges a text as though it stood in the file at `path`.
    func breaks(_ text: String, path: String = "Sources/Auth/Sample.swift") -> Bool {
        !check(SourceFile(path: path, text: text)).isEmpty
    }

    /// Fails the test for every violation.
    func expectNone(in files: [SourceFile], sourceLocation: SourceLocation = #_sourceLocation) {
        for violation in violations(in: files) {
            Issue.record("\(violation)", sourceLocation: sourceLocation)
        }
    }
}

extension String {
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }

    /// The words of a line of code: runs of letters, digits and underscores.
    var words: [Substring] { split { !$0.isLetter && !$0.isNumber && $0 != "_" } }
}
