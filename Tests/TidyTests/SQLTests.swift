import Testing

@Suite struct `SQL texts` {
    /// Files that make SQL of text, and why nothing a client sends gets there.
    private static let trusted = [
        "Postgres/SQL/SQL.swift": "the door itself",
        "Postgres/Transactions/Transaction.swift": "verbs and isolation levels of an enum",
        "Server/Startup/Logins.swift": "names of logins that are written in the file",
        "Auth/Admin/AdminStatements.swift": "names of columns that are written in the file",
        "Auth/Users/UserStatements.swift": "names of columns that are written in the file",
        "Auth/Sessions/SessionStatements.swift": "names of columns that are written in the file",
        "Auth/Sessions/RefreshTokenStatements.swift": "names of columns that are written in the file",
        "Auth/Factors/FactorStatements.swift": "names of columns that are written in the file",
        "Auth/Factors/Passkeys/PasskeyStatements.swift": "names of columns that are written in the file",
        "Auth/External/FlowState.swift": "names of columns that are written in the file",
        "Auth/Mail/CodeRequest.swift": "names of columns that are written in the file",
        "Auth/Mail/Redemption.swift": "names of columns that are written in the file",
        "Auth/OAuthServer/OAuthAuthorizationStatements.swift": "names of columns that are written in the file",
        "Auth/OAuthServer/OAuthClientStatements.swift": "names of columns that are written in the file",
    ]
    static let rule = Rule.lines(exceptions: trusted) { $0.contains("trustedText:") }

    @Test func `SQL is made of trusted text only in the files on the list`() throws {
        let sources = try SourceTree.current().sources
        Self.rule.expectNone(in: sources)
        #expect(Self.rule.breaks("let a = SQL(trustedText: \"select \\(name)\")"))
        #expect(Self.rule.breaks("let a = SQL(\n    trustedText: text)"))
        #expect(!Self.rule.breaks("let a: SQL = \"select \\(name)\" // not trustedText: at all"))
        let needed = Set(sources.filter { $0.code.contains { $0.contains("trustedText:") } }.map(\.key))
        #expect(Set(Self.trusted.keys).isSubset(of: needed), "an exception is no longer needed")
    }
}
