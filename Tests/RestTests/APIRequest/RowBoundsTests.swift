import Testing

@testable import Rest

@Suite struct `Row bounds` {
    struct Case: Sendable {
        let limit: String?
        let offset: String?
        let expected: RowRange
    }

    @Test(arguments: [
        Case(limit: nil, offset: nil, expected: .all),
        Case(limit: "10", offset: nil, expected: RowRange(offset: 0, limit: 10)),
        Case(limit: "10", offset: "30", expected: RowRange(offset: 30, limit: 10)),
        Case(limit: nil, offset: "7", expected: RowRange(offset: 7, limit: nil)),
        Case(limit: "x", offset: "y", expected: .all),
        Case(limit: "", offset: "2", expected: RowRange(offset: 2, limit: nil)),
        Case(limit: " 4 ", offset: nil, expected: RowRange(offset: 0, limit: 4)),
        Case(limit: "-3", offset: nil, expected: RowRange(offset: 0, limit: -3)),
        Case(limit: "0", offset: "5", expected: RowRange(offset: 5, limit: 0)),
    ])
    func `limit and offset give a range`(_ example: Case) {
        #expect(RowBounds(limit: example.limit, offset: example.offset).range == example.expected)
    }

    @Test func `numbers beyond any table do not overflow`() {
        let huge = String(repeating: "9", count: 400)
        for limit in [huge, "-" + huge, "9223372036854775807", "-9223372036854775808"] {
            for offset in [huge, "-" + huge, "9223372036854775807", "0"] {
                let bounds = RowBounds(limit: limit, offset: offset)
                _ = bounds.intersection(.all).range
                _ = bounds.range
                #expect(bounds.isEmpty == limit.hasPrefix("-"))
            }
        }
    }

    @Test(arguments: [
        ("0-14", RowRange(offset: 0, limit: 15)), ("5-", RowRange(offset: 5, limit: nil)),
        ("3-3", RowRange(offset: 3, limit: 1)), ("bytes=0-5", .all), ("-5", .all), ("", .all), ("1-2-3", .all),
        ("a-b", .all),
    ])
    func `a Range header counts rows from zero`(_ value: String, _ expected: RowRange) {
        #expect(RowBounds(rangeHeader: value).range == expected)
    }

    @Test func `a Range header that ends before it begins is empty`() {
        #expect(RowBounds(rangeHeader: "5-2").isEmpty)
        #expect(!RowBounds(rangeHeader: "5-5").isEmpty)
    }
}
