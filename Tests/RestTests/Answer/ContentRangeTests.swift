import Testing

@testable import Rest

@Suite struct `Content ranges` {
    @Test(arguments: [
        (0, 15, Int?.none, "0-14/*"), (0, 15, 15, "0-14/15"), (10, 5, 100, "10-14/100"), (0, 0, nil, "*/*"),
        (0, 0, 0, "*/0"), (100, 0, 15, "*/15"), (3, 1, 4, "3-3/4"),
    ])
    func `a page names its first and last row`(offset: Int, rows: Int, total: Int?, text: String) {
        #expect(ContentRange(offset: offset, rows: rows, total: total).text == text)
    }

    @Test(arguments: [(Int?.none, "*/*"), (3, "*/3"), (0, "*/0")])
    func `an insert or a delete names a number only`(total: Int?, text: String) {
        #expect(ContentRange(total: total).text == text)
    }
}
