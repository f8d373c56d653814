/// A number as printed and what it means. Nothing is repaired: a text that is not wholly a number is none.
struct PrintedNumber: Sendable, Hashable {
    let text: String
    let value: Double
    /// Digits after the decimal mark.
    let fractionDigits: Int
    /// The mark was a comma, which may also be a misread point.
    let hasDecimalComma: Bool

    /// Plain (`7.30`), thousands in threes (`1,234,567.8`) or the Indian way (`1,50,000`), decimal comma (`7,3`).
    init?(_ text: String) {
        var digits = text[...]
        let sign = digits.first.flatMap { "-−+".contains($0) ? $0 : nil }
        if sign != nil { digits = digits.dropFirst() }
        guard !digits.isEmpty, digits.count <= 15, digits.allSatisfy({ $0.isASCIIDigit || $0 == "." || $0 == "," })
        else { return nil }
        let points = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard points.count <= 2, let whole = points.first else { return nil }
        let fraction = points.count == 2 ? points[1] : nil
        if let fraction, fraction.isEmpty || fraction.contains(",") { return nil }
        let groups = whole.split(separator: ",", omittingEmptySubsequences: false)
        var normalized: String
        if groups.count == 1 {
            // ".5" is printed by some analysers.
            guard !whole.isEmpty || fraction != nil else { return nil }
            normalized = (whole.isEmpty ? "0" : String(whole)) + (fraction.map { "." + $0 } ?? "")
            hasDecimalComma = false
            fractionDigits = fraction?.count ?? 0
        } else if Self.areThousands(groups) {
            normalized = groups.joined() + (fraction.map { "." + $0 } ?? "")
            hasDecimalComma = false
            fractionDigits = fraction?.count ?? 0
        } else if fraction == nil, groups.count == 2, !groups[0].isEmpty, !groups[1].isEmpty {
            normalized = groups.joined(separator: ".")
            hasDecimalComma = true
            fractionDigits = groups[1].count
        } else {
            return nil
        }
        if sign == "-" || sign == "−" { normalized = "-" + normalized }
        guard let value = Double(normalized) else { return nil }
        self.text = text
        self.value = value
    }

    /// Last group of three, those before of three (or two, the Indian way), the first of one to three and not 0.
    private static func areThousands(_ groups: [Substring]) -> Bool {
        guard let first = groups.first, let last = groups.last, (1...3).contains(first.count), first != "0",
            last.count == 3
        else { return false }
        let middle = groups.dropFirst().dropLast()
        return middle.allSatisfy { $0.count == 3 } || (first.count <= 2 && middle.allSatisfy { $0.count == 2 })
    }
}

extension Character {
    var isASCIIDigit: Bool { isASCII && isNumber }
}
