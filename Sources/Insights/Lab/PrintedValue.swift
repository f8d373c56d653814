/// A result cell: what was measured, as printed.
enum PrintedValue: Sendable, Hashable {
    case number(PrintedNumber)
    /// Below or above what the method can measure: `<0.01`.
    case bounded(isBelow: Bool, PrintedNumber)
    /// A count given as a span: `0-2` cells per field.
    case span(PrintedNumber, PrintedNumber)
    /// A dilution: `1:80`.
    case titre(String)
    case words(Qualitative)

    var isNumeric: Bool {
        switch self {
        case .number, .bounded: true
        case .span, .titre, .words: false
        }
    }
}

/// A value with its marks, taken off the front of a list of words.
struct ResultCell: Sendable, Hashable {
    var value: PrintedValue
    /// As printed, without marks.
    var text: String
    var flag: ResultFlag?
    /// Words used up, marks included.
    var wordCount: Int

    /// Reads `words` from the front: marks, value, marks. `allowsWords` admits qualitative results and spans, which
    /// only a table with a result column can vouch for.
    init?(_ words: [String], allowsWords: Bool) {
        var index = 0
        var flag: ResultFlag?
        if words.count > 1, let leading = ResultFlag(words[0]), leading != .normal, words[0].lowercased() != "a" {
            flag = leading
            index = 1
        }
        guard index < words.count, let found = Self.value(words[index...], allowsWords: allowsWords) else { return nil }
        index += found.count
        flag = flag ?? found.flag
        if index < words.count, flag == nil, let trailing = ResultFlag(words[index]) {
            flag = trailing
            index += 1
        }
        value = found.value
        text = found.text
        self.flag = flag
        wordCount = index
    }

    private typealias Found = (value: PrintedValue, text: String, flag: ResultFlag?, count: Int)

    private static func value(_ words: ArraySlice<String>, allowsWords: Bool) -> Found? {
        guard let first = words.first else { return nil }
        if let found = numeric(first) { return (found.value, found.text, found.flag, 1) }
        // A comparator set off by a space.
        if let second = words.dropFirst().first, Self.comparators[first] != nil, let found = numeric(first + second) {
            return (found.value, "\(first) \(second)", found.flag, 2)
        }
        guard allowsWords else { return nil }
        for count in stride(from: min(Qualitative.wordsMax, words.count), through: 1, by: -1) {
            let text = words.prefix(count).joined(separator: " ")
            if let qualitative = Qualitative(text) { return (.words(qualitative), text, nil, count) }
        }
        let parts = first.split(separator: "-", omittingEmptySubsequences: false)
        if parts.count == 2, let low = PrintedNumber(String(parts[0])), let high = PrintedNumber(String(parts[1])),
            low.value <= high.value
        {
            return (.span(low, high), first, nil, 1)
        }
        if first.hasPrefix("1:"), first.dropFirst(2).allSatisfy(\.isASCIIDigit), (3...7).contains(first.count) {
            return (.titre(first), first, nil, 1)
        }
        return nil
    }

    private static let comparators: [String: Bool] = [
        "<": true, "≤": true, "<=": true, ">": false, "≥": false, ">=": false,
    ]

    /// A number with marks attached: `0.86#`, `*7.3`, `<0.01`, `142H`.
    private static func numeric(_ word: String) -> (value: PrintedValue, text: String, flag: ResultFlag?)? {
        let bare = word.trimmed { "#*HLhl↑↓!".contains($0) }
        guard !bare.isEmpty else { return nil }
        let marks = word.replacingFirst(bare, with: "")
        let flag = marks.isEmpty ? nil : ResultFlag(marks)
        if !marks.isEmpty, flag == nil { return nil }
        let comparator = comparators.keys.filter { bare.hasPrefix($0) }.max { $0.count < $1.count }
        if let comparator, let isBelow = comparators[comparator] {
            guard let number = PrintedNumber(String(bare.dropFirst(comparator.count))) else { return nil }
            return (.bounded(isBelow: isBelow, number), bare, flag)
        }
        guard let number = PrintedNumber(bare) else { return nil }
        return (.number(number), bare, flag)
    }
}

extension String {
    /// Replaces the first occurrence of a non-empty `part`.
    fileprivate func replacingFirst(_ part: String, with replacement: String) -> String {
        guard let range = self.firstRange(of: part) else { return self }
        return self[..<range.lowerBound] + replacement + self[range.upperBound...]
    }
}
