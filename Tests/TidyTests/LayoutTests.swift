import Testing

@Suite struct `Layout` {
    private static let linesMax = 500
    private static let typeWords: Set<Substring> = ["struct", "class", "enum", "actor", "protocol", "typealias"]

    static let lengthRule = Rule { file in
        file.lines.count <= linesMax
            ? [] : [Rule.Violation(path: file.path, line: linesMax, text: "\(file.lines.count) lines")]
    }
    /// A type that bears its module's name hides the module from those who import it.
    static let nameRule = Rule { file in
        Rule.lines { line in
            let words = line.words
            return words.indices.contains { index in
                typeWords.contains(words[index]) && index + 1 < words.count && words[index + 1] == file.module
            }
        }.check(file)
    }
    static let reminderRule = Rule.lines(raw: true) { line in
        ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].contains { line.words.contains(Substring($0)) }
    }

    @Test func `no file is longer than 500 lines`() throws {
        Self.lengthRule.expectNone(in: try SourceTree.current().files)
        #expect(Self.lengthRule.breaks(String(repeating: "\n", count: 500)))
        #expect(!Self.lengthRule.breaks(String(repeating: "\n", count: 499)))
    }

    @Test func `no type bears its module's name`() throws {
        Self.nameRule.expectNone(in: try SourceTree.current().sources)
        #expect(Self.nameRule.breaks("public struct Auth: Sendable {}"))
        #expect(Self.nameRule.breaks("final class Auth {}"))
        #expect(!Self.nameRule.breaks("struct AuthService {}\n/// struct Auth\nlet a: Auth.User"))
    }

    @Test func `nothing is left for later`() throws {
        Self.reminderRule.expectNone(in: try SourceTree.current().files)
        #expect(Self.reminderRule.breaks("// TO" + "DO: later"))
        #expect(Self.reminderRule.breaks("/// FIX" + "ME"))
        #expect(!Self.reminderRule.breaks("let method = \"todo\""))
    }
}
