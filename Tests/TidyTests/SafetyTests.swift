import Testing

@Suite struct `Safety` {
    /// Where C is called, and why there.
    private static let unsafeFiles = [
        "medmitra/ServeCommand.swift": "SIG_IGN is a pointer constant of C",
        "QRCode/QRSymbol.swift": "libqrencode answers with a pointer to its modules",
    ]
    private static let uncheckedFiles = [
        "Postgres/SQL/ResultSet.swift": "libpq documents that a PGresult may be read from any thread",
        "Postgres/Pool/ConnectionHandle.swift": "PQcancel may be called from any thread; a parcel is taken once",
        "Cryptography/HMACContext.swift": "the context has one owner, which is noncopyable",
        "Cryptography/RunningDigest.swift": "the context has one owner, which is noncopyable",
        "Cryptography/FetchedDigest.swift": "a fetched algorithm is immutable and counted atomically",
        "Cryptography/PKey.swift": "a key is immutable once it is made",
    ]

    static let unsafeRule = Rule { file in
        if ["Cryptography", "Postgres"].contains(file.module) || unsafeFiles[file.key] != nil { return [] }
        return Rule.lines { $0.words.contains("unsafe") }.check(file)
    }
    static let forcedRule = Rule.lines { line in
        line.contains("try!") || line.contains("as!") || line.words.contains("fatalError")
            || line.contains("nonisolated(unsafe)") || hasForceUnwrap(line)
    }
    static let uncheckedRule = Rule.lines(exceptions: uncheckedFiles) { $0.contains("@unchecked") }
    static let printRule = Rule { file in
        if file.module == "medmitra" || file.key == "Core/JSON+Printing.swift" { return [] }
        return Rule.lines { callsPrint($0) }.check(file)
    }

    /// A `!` right behind a name, a bracket or another postfix, that is not part of `!=`.
    private static func hasForceUnwrap(_ line: String) -> Bool {
        let characters = Array(line)
        return characters.indices.contains { index in
            guard characters[index] == "!", index > 0 else { return false }
            let before = characters[index - 1]
            let isPostfix = before.isLetter || before.isNumber || "_)]}\"?!".contains(before)
            return isPostfix && !(index + 1 < characters.count && characters[index + 1] == "=")
        }
    }

    private static func callsPrint(_ line: String) -> Bool {
        line.split(separator: "print(", omittingEmptySubsequences: false).dropLast().contains { before in
            guard let last = before.last else { return true }
            return !last.isLetter && !last.isNumber && last != "_" && last != "." && !before.hasSuffix("func ")
        }
    }

    @Test func `unsafe code is in Cryptography and Postgres alone`() throws {
        Self.unsafeRule.expectNone(in: try SourceTree.current().sources)
        #expect(Self.unsafeRule.breaks("let a = unsafe pointer.pointee"))
        #expect(Self.unsafeRule.breaks("@unsafe func f() {}"))
        #expect(!Self.unsafeRule.breaks("let a = unsafe b", path: "Sources/Postgres/A.swift"))
        #expect(!Self.unsafeRule.breaks("// unsafe\nlet policy = \"script-src 'unsafe-inline'\""))
    }

    @Test func `nothing is forced`() throws {
        Self.forcedRule.expectNone(in: try SourceTree.current().sources)
        for line in [
            "try! f()", "let a = b as! C", "fatalError()", "nonisolated(unsafe) var a = 1", "let a = b!", "a[0]!.c()",
            "f()!", "let a: Int!", "x = y! + 1", "\"\\(name!)\"",
        ] {
            #expect(Self.forcedRule.breaks(line), "\(line)")
        }
        for line in ["if !a {}", "a != b", "a() != b", "let text = \"Hello!\"", "// never!", "x && !y", "#\"a!\"#"] {
            #expect(!Self.forcedRule.breaks(line), "\(line)")
        }
    }

    @Test func `unchecked conformances are on the list, with a reason`() throws {
        let sources = try SourceTree.current().sources
        Self.uncheckedRule.expectNone(in: sources)
        #expect(Self.uncheckedRule.breaks("final class A: @unchecked Sendable {}"))
        #expect(!Self.uncheckedRule.breaks("/// `@unchecked Sendable`: why"))
        let needed = Set(sources.filter { $0.code.contains { $0.contains("@unchecked") } }.map(\.key))
        #expect(Set(Self.uncheckedFiles.keys).isSubset(of: needed), "an exception is no longer needed")
    }

    @Test func `only the command line prints`() throws {
        Self.printRule.expectNone(in: try SourceTree.current().sources)
        #expect(Self.printRule.breaks("print(a)"))
        #expect(Self.printRule.breaks("    if a { print(\"x\") }"))
        #expect(!Self.printRule.breaks("logger.print(a)\nfunc print(_ a: Int) {}\nfingerprint(a)"))
        #expect(!Self.printRule.breaks("print(a)", path: "Sources/medmitra/Main.swift"))
    }
}
