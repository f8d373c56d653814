import Testing

@testable import Rest

@Suite struct `Query parameters` {
    private static func parse(_ query: String, takesArguments: Bool = false) throws -> QueryParameters {
        try QueryParameters.parse(query, takesArguments: takesArguments).parameters
    }

    @Test func `a whole query is sorted into its parts`() throws {
        let query = try `Query parameters`.parse(
            "select=id&age=gte.18&files.kind=eq.pdf&or=(a.eq.1,b.eq.2)&files.and=(c.eq.3)&order=id"
                + "&files.order=name.desc&files.limit=3&files.offset=6&limit=10&on_conflict=a,b&columns=b,a,b&flag")
        #expect(query.select == [.column(ColumnSelection(field: Field("id")))])
        #expect(query.rootFilters.map(\.field.name) == ["age"])
        #expect(query.embedFilters.map(\.path) == [["files"]])
        #expect(query.filterNames == ["age", "files.kind"])
        #expect(query.logic.map(\.path) == [[], ["files"]])
        #expect(query.order.map(\.path) == [[], ["files"]])
        #expect(query.embedRanges == [Placed(path: ["files"], value: RowRange(offset: 6, limit: 3))])
        #expect(query.onConflict == ["a", "b"])
        #expect(query.columns == ["a", "b"])
    }

    @Test(arguments: ["", "select=", "select", "select&select=id"])
    func `without a list of items all columns are selected`(_ raw: String) throws {
        #expect(try `Query parameters`.parse(raw).select == [.all])
    }

    @Test func `names in quotes hold dots, and the last segment decides on the kind`() throws {
        let query = try `Query parameters`.parse("%22a.b%22.%22c%22=eq.1&x.not.or=(a.eq.1)&a.b.not.and=(a.eq.1)")
        #expect(query.embedFilters.map(\.path) == [["a.b"]])
        #expect(query.embedFilters.map(\.value.field.name) == ["c"])
        #expect(query.logic.map(\.path) == [["x"], ["a", "b"]])
        for place in query.logic {
            guard case .group(_, let isNegated, _) = place.value else { Issue.record("no group"); continue }
            #expect(isNegated)
        }
    }

    @Test func `a call by GET takes values without an operator as arguments`() throws {
        let query = try `Query parameters`.parse("id=5&name=eq.x&v=1&v=2&empty=", takesArguments: true)
        #expect(query.arguments.map(\.name) == ["id", "v", "v", "empty"])
        #expect(query.arguments.map(\.value) == ["5", "1", "2", ""])
        #expect(query.rootFilters.map(\.field.name) == ["name"])
        #expect(throws: RequestError.self) { try `Query parameters`.parse("id=in.5", takesArguments: true) }
    }

    @Test(arguments: [
        ("b=eq.1&a=eq.2", "a=eq.2&b=eq.1"), ("a=eq.x+y%2Fz", "a=eq.x%20y%2Fz"),
        ("a=lt.5&b=eq.1&a=gt.1", "a=lt.5,gt.1&b=eq.1"),
        ("flag", "flag="), ("", ""), ("a=eq.~-_.", "a=eq.~-_."),
    ])
    func `the canonical form is sorted and encoded`(_ raw: String, _ canonical: String) throws {
        let form = try #require(FormPairs(parsing: raw.utf8))
        #expect(form.canonical == canonical)
    }

    @Test func `the last of repeated limits counts`() throws {
        #expect(
            try QueryParameters.parse("limit=1&limit=2&offset=x", takesArguments: false).rootBounds.range.limit == 2)
    }

    @Test func `bytes that are no UTF-8 are refused and stray percent signs stay`() throws {
        #expect(throws: RequestError.self) { try `Query parameters`.parse("a=eq.%FF") }
        let filters = try `Query parameters`.parse("a=eq.5%&b=eq.%zz").rootFilters
        #expect(filters.map(\.operation) == [.quantified(.equal, nil, "5%"), .quantified(.equal, nil, "%zz")])
    }
}
