/// Rows `lower` to `upper`, both inclusive, counted from zero, as `limit`, `offset` and `Range` give them before they
/// are judged. The upper one may lie below the lower: then the range is empty.
struct RowBounds: Sendable, Hashable {
    var lower: Int
    /// Nil for no end.
    var upper: Int?

    static let all = RowBounds(lower: 0, upper: nil)

    /// Garbage in either is as if it was absent.
    init(limit: String?, offset: String?) {
        lower = offset.flatMap(RowBounds.integer) ?? 0
        if let limit = limit.flatMap(RowBounds.integer) { upper = RowBounds.clamped(lower, plus: limit) }
    }

    private init(lower: Int, upper: Int?) {
        self.lower = lower
        self.upper = upper
    }

    /// The value of a `Range` header, `5-10` or `5-`; any other syntax asks for all.
    init(rangeHeader value: String) {
        self = .all
        let parts = value.split(separator: "-", omittingEmptySubsequences: false)
        let isDigits = parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        guard parts.count == 2, isDigits, let lower = RowBounds.integer(parts[0]) else { return }
        self.lower = lower
        upper = RowBounds.integer(parts[1])
    }

    var isEmpty: Bool { upper.map { $0 < lower } ?? false }

    /// `limit=0` without an offset, which asks for no rows and is no mistake.
    var isZeroLimit: Bool { upper == -1 }

    func intersection(_ other: RowBounds) -> RowBounds {
        let uppers = [upper, other.upper].compactMap { $0 }
        return RowBounds(lower: max(lower, other.lower), upper: uppers.min())
    }

    /// The same as offset and limit. Either is negative if it was asked for so.
    var range: RowRange {
        RowRange(offset: lower, limit: upper.map { RowBounds.clamped($0, minus: lower) })
    }

    /// Number of rows, as `upper - lower + 1` without overflow.
    private static func clamped(_ upper: Int, minus lower: Int) -> Int {
        let (difference, overflow) = upper.subtractingReportingOverflow(lower)
        return overflow || difference == .max ? .max : difference + 1
    }

    private static func clamped(_ lower: Int, plus limit: Int) -> Int {
        let (sum, overflow) = lower.addingReportingOverflow(limit)
        if overflow { return lower > 0 ? .max : .min }
        return sum == .min ? .min : sum - 1
    }

    /// Digits with an optional minus and blanks around; numbers beyond `Int` become its bounds.
    private static func integer(_ text: some StringProtocol) -> Int? {
        let trimmed = text.drop { $0 == " " }
        let isNegative = trimmed.first == "-"
        var digits = isNegative ? trimmed.dropFirst() : trimmed
        while digits.last == " " { digits.removeLast() }
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        // Far beyond any table, and room for sums.
        let bound = Int.max / 4
        let magnitude = min(Int(digits) ?? bound, bound)
        return isNegative ? -magnitude : magnitude
    }
}
