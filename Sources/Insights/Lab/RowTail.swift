/// What follows a value in a row: marks, unit and range in any order, nothing else.
struct RowTail: Sendable, Hashable {
    var flag: ResultFlag?
    var unit = ""
    var unitIsKnown = true
    var unitIsRepaired = false
    /// Which of the words are the unit.
    var unitWords: Range<Int>?
    var rangeText = ""
    var rangeIsBracketed = false

    /// Nil when the words cannot all be accounted for. `repairsUnits` is for recognised text.
    init?(_ words: [String], flag: ResultFlag?, repairsUnits: Bool) {
        guard words.count <= 16 else { return nil }
        self.flag = flag
        guard let parsed = Self.parse(words[...], RowTail(flag: flag), repairsUnits) else { return nil }
        self = parsed
    }

    private init(flag: ResultFlag?) { self.flag = flag }

    /// Words of the longest unit: "million / cu mm".
    private static let unitWordsMax = 4

    private static func parse(_ words: ArraySlice<String>, _ tail: RowTail, _ repairs: Bool) -> RowTail? {
        guard let first = words.first else { return tail }
        if tail.flag == nil, let flag = ResultFlag(first) {
            var next = tail
            next.flag = flag
            if let parsed = parse(words.dropFirst(), next, repairs) { return parsed }
        }
        if tail.unit.isEmpty, let parsed = parseUnit(words, tail, repairs) { return parsed }
        if tail.rangeText.isEmpty, let parsed = parseRange(words, tail, repairs) { return parsed }
        return nil
    }

    private static func parseUnit(_ words: ArraySlice<String>, _ tail: RowTail, _ repairs: Bool) -> RowTail? {
        for count in stride(from: min(unitWordsMax, words.count), through: 1, by: -1) {
            let text = words.prefix(count).joined(separator: " ")
            let repaired = repairs ? UnitGrammar.repaired(text) : nil
            guard UnitGrammar.recognises(text) || repaired != nil else { continue }
            var next = tail
            next.unit = repaired ?? text
            next.unitIsRepaired = repaired != nil
            next.unitWords = words.startIndex..<words.startIndex + count
            if let parsed = parse(words.dropFirst(count), next, repairs) { return parsed }
        }
        // A smudged unit: one short word directly before a bracketed range.
        guard repairs, let first = words.first, first.count <= 12, first.contains(where: \.isLetter),
            ResultFlag(first) == nil
        else { return nil }
        var next = tail
        next.unit = first
        next.unitIsKnown = false
        next.unitWords = words.startIndex..<words.startIndex + 1
        guard let parsed = parse(words.dropFirst(), next, repairs), parsed.rangeIsBracketed else { return nil }
        return parsed
    }

    private static func parseRange(_ words: ArraySlice<String>, _ tail: RowTail, _ repairs: Bool) -> RowTail? {
        for count in stride(from: words.count, through: 1, by: -1) {
            let printed = words.prefix(count).joined(separator: " ")
            let text = repairs ? ReferenceRange.tidiedRecognised(printed) : printed
            // Which patient does not matter here: only whether the words are a range.
            guard ReferenceRange(text, sex: nil, age: nil) != nil, ResultFlag(text) == nil else { continue }
            var next = tail
            next.rangeText = ReferenceRange.tidied(text)
            next.rangeIsBracketed = printed.first.map { "[({".contains($0) } ?? false
            if let parsed = parse(words.dropFirst(count), next, repairs) { return parsed }
        }
        return nil
    }
}
