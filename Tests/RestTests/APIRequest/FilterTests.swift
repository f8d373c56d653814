import Testing

@testable import Rest

@Suite struct Filters {
    struct Case: Sendable {
        let text: String
        var isNegated = false
        let operation: FilterOperation
    }

    private static func read(_ text: String) throws -> (isNegated: Bool, operation: FilterOperation) {
        try QueryReader.read("filter", text) { (reader) throws(SyntaxStop) in
            try Grammar.filterValue(&reader, Grammar.wholeValue)
        }
    }

    @Test(arguments: [
        Case(text: "eq.5", operation: .quantified(.equal, nil, "5")),
        Case(text: "eq.", operation: .quantified(.equal, nil, "")),
        Case(text: "not.eq.a.b,c", isNegated: true, operation: .quantified(.equal, nil, "a.b,c")),
        Case(text: "eq.\"quoted\"", operation: .quantified(.equal, nil, "\"quoted\"")),
        Case(text: "neq.5", operation: .simple(.notEqual, "5")),
        Case(text: "gte.5", operation: .quantified(.greaterThanOrEqual, nil, "5")),
        Case(text: "lt.5", operation: .quantified(.lessThan, nil, "5")),
        Case(text: "like(any).{a*,*b}", operation: .quantified(.like, .any, "{a*,*b}")),
        Case(text: "gt(all).{1,2}", operation: .quantified(.greaterThan, .all, "{1,2}")),
        Case(text: "imatch.^a", operation: .quantified(.imatch, nil, "^a")),
        Case(text: "cs.{1,2}", operation: .simple(.contains, "{1,2}")),
        Case(text: "nxr.[1,2)", operation: .simple(.notExtendsRight, "[1,2)")),
        Case(text: "adj.(1,2)", operation: .simple(.adjacent, "(1,2)")),
        Case(text: "is.null", operation: .isValue(.null)),
        Case(text: "not.is.NULL", isNegated: true, operation: .isValue(.null)),
        Case(text: "is.Not_Null", operation: .isValue(.notNull)),
        Case(text: "is.unknown", operation: .isValue(.unknown)),
        Case(text: "isdistinct.7", operation: .isDistinctFrom("7")),
        Case(text: "fts.fat & cat", operation: .textSearch(.raw, language: nil, "fat & cat")),
        Case(text: "plfts(german).Fieber", operation: .textSearch(.plain, language: "german", "Fieber")),
        Case(text: "not.wfts(simple).x", isNegated: true, operation: .textSearch(.websearch, language: "simple", "x")),
        Case(text: "in.(a,\"b,c\",d)", operation: .isIn(["a", "b,c", "d"])),
        Case(text: "in.()", operation: .isIn([""])),
        Case(text: "in. ( 1,2 )", operation: .isIn(["1", "2 "])),
        Case(text: "in.(\"a\"b,\"\\\"\\\\\")", operation: .isIn(["\"a\"b", "\"\\"])),
    ])
    func `a filter is read`(_ example: Case) throws {
        let (isNegated, operation) = try Filters.read(example.text)
        #expect(isNegated == example.isNegated)
        #expect(operation == example.operation)
    }

    @Test(arguments: [
        "", "5", "eq", "eq5", "equals.5", "not.5", "is.nil", "in.5", "in.(1,2", "eq(some).{1}", "fts(a.b", "like().x",
        "in(any).(1)", "is(any).null",
    ])
    func `a filter with a mistake is refused`(_ text: String) {
        #expect(throws: RequestError.self) { try Filters.read(text) }
    }
}
