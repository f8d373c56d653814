/// What a document prints as normal for a test.
enum ReferenceRange: Sendable, Hashable {
    case bounds(Bounds)
    /// Normal is a word: "Negative".
    case words(Qualitative)
    /// A range by sex, age or category from which none could be chosen for this patient.
    case undecided

    /// An interval of normal values; nil on an open side.
    struct Bounds: Sendable, Hashable {
        var low: Double?
        var high: Double?
        /// `<5` leaves 5 outside, `Up to 5` and `0-5` leave it inside.
        var excludesLow = false
        var excludesHigh = false
        /// Most digits after the decimal mark among the printed bounds.
        var fractionDigits = 0

        /// -1 below, 0 within, 1 above.
        func side(of value: Double) -> Int {
            if let low, value < low || (excludesLow && value == low) { return -1 }
            if let high, value > high || (excludesHigh && value == high) { return 1 }
            return 0
        }
    }

    /// Outer brackets and doubled spaces removed: recognition confuses the kinds of brackets, and they mean nothing.
    static func tidied(_ text: String) -> String {
        let spaced = text.split(separator: " ").joined(separator: " ")
        return spaced.trimmed { "[](){}| ".contains($0) }.balanced
    }

    /// ``tidied(_:)`` for recognised text, where a dash between two numbers comes out as any run of strokes.
    static func tidiedRecognised(_ text: String) -> String {
        let tidy = tidied(text)
        var result = ""
        var strokes = ""
        for character in tidy {
            if "-–—−=~_ ".contains(character) {
                strokes.append(character)
                continue
            }
            let isDash = result.last?.isNumber == true && character.isNumber && strokes.contains { $0 != " " }
            let isSpaced = strokes.first == " " && strokes.last == " "
            result += isDash ? (isSpaced ? " - " : "-") : strokes
            strokes = ""
            result.append(character)
        }
        return result + strokes
    }

    /// Nil when the text is not a range at all.
    init?(_ text: String, sex: Sex?, age: Int?) {
        let tidy = Self.tidied(text)
        guard !tidy.isEmpty, tidy.count <= Limits.rangeCharactersMax else { return nil }
        if let bounds = RangeScanner.bounds(tidy) {
            self = .bounds(bounds)
        } else if let qualitative = Qualitative(tidy) {
            self = .words(qualitative)
        } else if let chosen = StratifiedRange.range(tidy, sex: sex, age: age) {
            self = chosen
        } else {
            return nil
        }
    }
}

extension String {
    /// Trimming brackets may cut the partner of an inner one: "(adult) 1-2" must not lose half of it.
    fileprivate var balanced: String {
        let open = count { $0 == "(" }
        let closed = count { $0 == ")" }
        if open > closed { return self + ")" }
        if closed > open { return "(" + self }
        return self
    }
}
