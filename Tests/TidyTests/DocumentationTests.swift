import Testing

/// The contract between modules is documented: every public type and function, every computed property that does
/// more than a line, and every initialiser that throws.
///
/// Left out are declarations whose comment stands elsewhere (what a protocol demands, of the house or of the
/// standard library) and those whose name and type say all there is: stored properties, memberwise initialisers and
/// functions of one line.
@Suite struct `Documentation` {
    /// Files whose members share one comment, at the type.
    private static let sharedComments = [
        "Postgres/SQL/ResultSet.swift": "the accessors of a row follow one rule, which stands at the type"
    ]
    private static let standardRequirements: Set<String> = [
        "hash", "encode", "run", "next", "makeAsyncIterator", "appendLiteral", "appendInterpolation", "validate",
        "description", "debugDescription", "customMirror", "errorDescription",
    ]
    private static let typeWords: Set<String> = ["struct", "class", "enum", "actor", "protocol"]
    /// Types that a protocol of the standard library demands inside another.
    private static let standardTypes: Set<String> = ["AsyncIterator", "Iterator", "StringInterpolation"]
    private static let modifiers: Set<String> = [
        "static", "final", "mutating", "nonmutating", "consuming", "borrowing", "nonisolated", "indirect", "override",
        "convenience", "required",
    ]

    /// The rule, given the names that protocols of the house demand.
    static func rule(requirements: Set<String>) -> Rule {
        Rule { file in
            guard sharedComments[file.key] == nil else { return [] }
            return file.code.indices.compactMap { index in
                guard let declaration = Declaration(file, at: index), declaration.needsComment(requirements),
                    !declaration.hasComment
                else { return nil }
                return Rule.Violation(path: file.path, line: index + 1, text: file.lines[index].trimmed)
            }
        }
    }

    /// Names of functions and properties that stand in the bodies of protocols.
    static func requirements(_ files: [SourceFile]) -> Set<String> {
        var names = standardRequirements
        for file in files {
            var isInside = false
            for line in file.code {
                let words = line.words.map(String.init)
                if words.contains("protocol"), line.hasSuffix("{") { isInside = true }
                if line == "}" { isInside = false }
                guard isInside, let at = words.firstIndex(where: { $0 == "func" || $0 == "var" }),
                    at + 1 < words.count
                else { continue }
                names.insert(words[at + 1])
            }
        }
        return names
    }

    private struct Declaration {
        let kind: String
        let name: String
        let isOneLine: Bool
        let isComputed: Bool
        let throwsErrors: Bool
        let hasComment: Bool

        init?(_ file: SourceFile, at index: Int) {
            let line = file.code[index].trimmed
            var words = line.split(separator: " ").map(String.init)
            words.removeAll { $0.hasPrefix("@") }
            guard words.first == "public" else { return nil }
            words.removeFirst()
            words.removeAll { Documentation.modifiers.contains($0) || $0.hasPrefix("nonisolated(") }
            guard let first = words.first, first != "import", first != "extension" else { return nil }
            kind = first.hasPrefix("init") ? "init" : first.hasPrefix("subscript") ? "subscript" : first
            name = words.dropFirst().first.flatMap { $0.words.first.map(String.init) } ?? ""
            isOneLine = line.hasSuffix("}")
            isComputed = line.hasSuffix("{")
            let signature = file.code[index...].prefix(8).joined(separator: " ")
            throwsErrors = signature.prefix { $0 != "{" }.contains("throws")
            var above = index - 1
            while above >= 0, file.lines[above].trimmed.hasPrefix("@") { above -= 1 }
            hasComment = above >= 0 && file.lines[above].trimmed.hasPrefix("///")
        }

        func needsComment(_ requirements: Set<String>) -> Bool {
            switch kind {
            case _ where Documentation.typeWords.contains(kind): !Documentation.standardTypes.contains(name)
            // An operator has no name of letters.
            case "func": !isOneLine && !name.isEmpty && !requirements.contains(name)
            case "var": isComputed && !requirements.contains(name)
            case "subscript": true
            case "init": throwsErrors && !isOneLine
            default: false
            }
        }
    }

    @Test func `what a module offers is documented`() throws {
        let sources = try SourceTree.current().sources
        Self.rule(requirements: Self.requirements(sources)).expectNone(in: sources)
    }

    @Test(arguments: [
        "public struct A {\n}", "    public enum B: Sendable {\n    }", "public func f() {\n}",
        "public static func f(\n    a: Int\n) {\n}", "public var a: Int {\n    1\n}",
        "public subscript(a: Int) -> Int {\n1\n}",
        "public init(a: Int) throws {\n}", "public init(\n    a: Int\n) throws(E) {\n}",
        "// not a comment for readers\npublic func f() {\n}", "@discardableResult\npublic func f() {\n}",
    ])
    func `a public declaration without a comment is found`(text: String) {
        #expect(Self.rule(requirements: []).breaks(text))
    }

    @Test func `comments, trivial members and witnesses are accepted`() {
        let rule = Self.rule(requirements: ["store"])
        let text = """
            public import Core
            /// A.
            @frozen
            public struct A {
                public let a: Int
                public init(a: Int) {
                    self.a = a
                }
                public func twice() -> Int { a * 2 }
                public func store() {
                }
            }
            struct Inner {
            }
            extension A: E {
            }
            """
        #expect(!rule.breaks(text))
        #expect(
            Self.requirements([SourceFile(path: "S/A/B.swift", text: "protocol P {\n    func store()\n}\nfunc f() {\n")]
            )
            .contains("store"))
    }
}
