import Testing

@testable import Rest

@Suite struct `Syntax messages` {
    struct Case: Sendable {
        let query: String
        let message: String
        let details: String
    }

    /// Expected texts were derived by hand from the rules of the parser library that upstream uses.
    @Test(arguments: [
        Case(
            query: "dose=5", message: #""failed to parse filter (5)" (line 1, column 1)"#,
            details: #"unexpected "5" expecting "not" or operator (eq, gt, ...)"#),
        Case(
            query: "dose=", message: #""failed to parse filter ()" (line 1, column 1)"#,
            details: #"unexpected end of input expecting "not" or operator (eq, gt, ...)"#),
        Case(
            query: "select=a(b", message: #""failed to parse select parameter (a(b)" (line 1, column 4)"#,
            details: "unexpected end of input expecting letter, digit, \"-\", \"->>\", \"->\", \"::\", \".\", \")\", "
                + "\",\" or end of input"),
        Case(
            query: "order=age.asc.nullslasty",
            message: #""failed to parse order (age.asc.nullslasty)" (line 1, column 18)"#,
            details: #"unexpected 'y' expecting "," or end of input"#),
        Case(
            query: "or=()", message: #""failed to parse logic tree (())" (line 1, column 4)"#,
            details: "unexpected \")\" expecting field name (* or [a..z0..9_$]), negation operator (not) "
                + "or logic operator (and, or)"),
        Case(
            query: "columns=", message: #""failed to parse columns parameter ()" (line 1, column 1)"#,
            details: "unexpected end of input expecting field name (* or [a..z0..9_$])"),
        Case(
            query: "on_conflict=!", message: #""failed to parse on_conflict parameter (!)" (line 1, column 1)"#,
            details: #"unexpected "!" expecting field name (* or [a..z0..9_$])"#),
        Case(
            query: "!=eq.1", message: #""failed to parse tree path (!)" (line 1, column 1)"#,
            details: #"unexpected "!" expecting field name (* or [a..z0..9_$])"#),
        Case(
            query: "dose=is.nil", message: #""failed to parse filter (is.nil)" (line 1, column 5)"#,
            details: #"unexpected "i" expecting isVal: (null, not_null, true, false, unknown)"#),
        Case(
            query: "dose=in.5", message: #""failed to parse filter (in.5)" (line 1, column 4)"#,
            details: #"unexpected "5" expecting "(""#),
        Case(
            query: "select=doc->>--1", message: #""failed to parse select parameter (doc->>--1)" (line 1, column 8)"#,
            details: #"unexpected "-" expecting digit"#),
        Case(
            query: "select=%C3%A4%09!", message: "\"failed to parse select parameter (ä\t!)\" (line 1, column 9)",
            details: #"unexpected '!' expecting "::", ".", ")", "," or end of input"#),
    ])
    func `a mistake is told as upstream tells it`(_ example: Case) {
        #expect(throws: RequestError.syntax(message: example.message, details: example.details)) {
            try QueryParameters.parse(example.query, takesArguments: false)
        }
    }

    @Test func `further complaints win and equal ones add up`() {
        let near = SyntaxFailure(position: 1, messages: [.met("\"a\""), .expected("x")])
        let far = SyntaxFailure(position: 2, messages: [.met("\"b\""), .expected("y")])
        let none = SyntaxFailure.unknown(at: 9)
        #expect(SyntaxFailure.merge(near, far).text == "unexpected \"b\" expecting y")
        #expect(SyntaxFailure.merge(far, near).text == "unexpected \"b\" expecting y")
        #expect(SyntaxFailure.merge(near, none).text == "unexpected \"a\" expecting x")
        #expect(SyntaxFailure.merge(none, near).text == "unexpected \"a\" expecting x")
        let also = SyntaxFailure(position: 1, messages: [.expected("z"), .expected("x")])
        #expect(SyntaxFailure.merge(near, also).text == "unexpected \"a\" expecting x or z")
        #expect(none.text == "unknown parse error")
    }

    @Test(
        arguments: [
            ("\u{0}", "\\NUL"), ("\n", "\\n"), ("\u{1B}", "\\ESC"), ("\u{7F}", "\\DEL"), ("é", "\\233"), ("\"", "\\\""),
            ("'", "'"), ("\\", "\\\\"), ("~", "~"),
        ] as [(Unicode.Scalar, String)])
    func `a character is shown as a Haskell literal`(_ scalar: Unicode.Scalar, _ shown: String) {
        #expect(HaskellText.escaped(scalar, quote: "\"") == shown)
    }
}
