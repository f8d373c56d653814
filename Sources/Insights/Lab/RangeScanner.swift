/// Reads one plain range: `a - b`, `a to b`, `< a`, `> a`, `Up to a`, each with an optional unit behind it.
enum RangeScanner {
    static func bounds(_ text: String) -> ReferenceRange.Bounds? {
        var scanner = Scanner(text)
        scanner.skipWords(["normal", "ref.", "ref", "reference", "range", "value", "values", ":", "="])
        if let (isUpper, excludes) = scanner.comparator() {
            guard let number = scanner.number(), scanner.restIsUnit() else { return nil }
            return ReferenceRange.Bounds(
                low: isUpper ? nil : number.value, high: isUpper ? number.value : nil,
                excludesLow: excludes && !isUpper, excludesHigh: excludes && isUpper,
                fractionDigits: number.fractionDigits)
        }
        guard let low = scanner.number(), scanner.dash(), let high = scanner.number(), scanner.restIsUnit(),
            low.value <= high.value
        else { return nil }
        return ReferenceRange.Bounds(
            low: low.value, high: high.value, fractionDigits: max(low.fractionDigits, high.fractionDigits))
    }

    private struct Scanner {
        var rest: Substring

        init(_ text: String) { rest = text[...] }

        mutating func skipSpace() { rest = rest.drop { $0.isWhitespace } }

        mutating func skipWords(_ words: [String]) {
            var skipped = true
            while skipped {
                skipSpace()
                skipped = false
                for word in words where rest.lowercased().hasPrefix(word) {
                    let after = rest.dropFirst(word.count)
                    if let next = after.first, next.isLetter, word.last?.isLetter == true { continue }
                    rest = after
                    skipped = true
                }
            }
        }

        /// Whether the limit is an upper one and excludes its number.
        mutating func comparator() -> (isUpper: Bool, excludes: Bool)? {
            skipSpace()
            let lowered = rest.lowercased()
            for (text, isUpper, excludes) in Self.comparators where lowered.hasPrefix(text) {
                rest = rest.dropFirst(text.count)
                skipWords([":"])
                return (isUpper, excludes)
            }
            return nil
        }

        /// Longest first where one begins another.
        private static let comparators: [(String, Bool, Bool)] = [
            ("<=", true, false), ("=<", true, false), ("≤", true, false), ("<", true, true),
            (">=", false, false), ("=>", false, false), ("≥", false, false), (">", false, true),
            ("less than or equal to", true, false), ("less than", true, true), ("below", true, true),
            ("under", true, true), ("up to", true, false), ("upto", true, false), ("till", true, false),
            ("greater than or equal to", false, false), ("greater than", false, true), ("more than", false, true),
            ("above", false, true), ("over", false, true), ("at least", false, false),
        ]

        mutating func number() -> PrintedNumber? {
            skipSpace()
            var text = ""
            if let sign = rest.first, "-−+".contains(sign) {
                text.append(sign)
                rest = rest.dropFirst()
            }
            let digits = rest.prefix { $0.isASCIIDigit || $0 == "." || $0 == "," }
            var taken = digits
            // A list's comma or a sentence's full stop is not part of the number.
            while let last = taken.last, last == "." || last == "," { taken = taken.dropLast() }
            guard let number = PrintedNumber(text + taken) else { return nil }
            rest = rest.dropFirst(taken.count)
            return number
        }

        mutating func dash() -> Bool {
            skipSpace()
            for mark in ["--", "-", "–", "—", "−", "~", "to ", "to", ".."] where rest.lowercased().hasPrefix(mark) {
                rest = rest.dropFirst(mark.count)
                return true
            }
            return false
        }

        /// Nothing, closing punctuation or a unit.
        mutating func restIsUnit() -> Bool {
            let tail = rest.trimmed { $0.isWhitespace || ".,;])}".contains($0) }
            return tail.isEmpty || UnitGrammar.recognises(tail)
        }
    }
}
