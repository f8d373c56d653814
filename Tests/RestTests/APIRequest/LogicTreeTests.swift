import Testing

@testable import Rest

@Suite struct `Logic trees` {
    private static func read(_ text: String) throws -> LogicTree {
        try QueryReader.read("logic tree", text, Grammar.logicTree)
    }

    private static func equal(_ name: String, _ value: String, isNegated: Bool = false) -> LogicTree {
        .filter(
            Filter(field: Field(name), isNegated: isNegated, operation: .quantified(.equal, nil, value)))
    }

    struct Case: Sendable {
        let text: String
        let tree: LogicTree
    }

    @Test(arguments: [
        Case(text: "or(a.eq.1,b.eq.2)", tree: .group(.or, isNegated: false, [equal("a", "1"), equal("b", "2")])),
        Case(
            text: "not.and( a.not.eq.1 , or(b.eq.2) )",
            tree: .group(
                .and, isNegated: true,
                [equal("a", "1 ", isNegated: true), .group(.or, isNegated: false, [equal("b", "2")])])),
        Case(text: "or(a.eq.\"x,y)\")", tree: .group(.or, isNegated: false, [equal("a", "x,y)")])),
        Case(text: "or(a.eq.\"x\"y)", tree: .group(.or, isNegated: false, [equal("a", "\"x\"y")])),
        Case(
            text: "or(a.eq.{1,2},b.eq.3)", tree: .group(.or, isNegated: false, [equal("a", "{1,2}"), equal("b", "3")])),
        Case(
            text: "or(a.in.(1,2),files.not.is.null)",
            tree: .group(
                .or, isNegated: false,
                [
                    .filter(Filter(field: Field("a"), isNegated: false, operation: .isIn(["1", "2"]))),
                    .filter(Filter(field: Field("files"), isNegated: true, operation: .isValue(.null))),
                ])),
        Case(text: "and(a.eq.1) and more", tree: .group(.and, isNegated: false, [equal("a", "1")])),
        Case(
            text: "or(and.eq.1,not.eq.2)", tree: .group(.or, isNegated: false, [equal("and", "1"), equal("not", "2")])),
    ])
    func `a tree is read`(_ example: Case) throws {
        #expect(try `Logic trees`.read(example.text) == example.tree)
    }

    @Test(arguments: [
        "or", "or(", "or()", "or(a.eq.1", "xor(a.eq.1)", "or(a.1)", "not.or", "or(a.eq.1,)", "or(a.in.1)",
    ])
    func `a tree with a mistake is refused`(_ text: String) {
        #expect(throws: RequestError.self) { try `Logic trees`.read(text) }
    }

    @Test func `brackets nest as deep as the limit and no deeper`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "or(", count: depth) + "a.eq.1" + String(repeating: ")", count: depth)
        }
        _ = try `Logic trees`.read(nested(RequestLimits.nestingMax))
        #expect(throws: RequestError.self) { try `Logic trees`.read(nested(RequestLimits.nestingMax + 1)) }
        #expect(throws: RequestError.self) { try `Logic trees`.read(nested(20_000)) }
    }
}
