/// `Content-Range` (contract, section 4).
struct ContentRange: Sendable, Hashable {
    let first: Int
    let last: Int
    let total: Int?

    /// Of a page of a read.
    init(offset: Int, rows: Int, total: Int?) {
        first = offset
        last = offset + rows - 1
        self.total = total
    }

    /// Of an insert or delete, which has no place among the rows.
    init(total: Int?) {
        first = 1
        last = 0
        self.total = total
    }

    var text: String {
        let range = total != 0 && first <= last ? "\(first)-\(last)" : "*"
        return range + "/" + (total.map(String.init) ?? "*")
    }
}
