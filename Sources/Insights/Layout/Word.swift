/// One word on a page with its box, in points (1/72 inch) from the page's top left corner.
struct Word: Sendable, Hashable {
    var text: String
    var left: Double
    var top: Double
    var width: Double
    var height: Double
    /// 0 to 1; 1 for a text layer.
    var confidence: Double
    /// Words that the program put on the same line share this number; used to measure skew.
    var line: Int

    var right: Double { left + width }
    var bottom: Double { top + height }
    var centerX: Double { left + width / 2 }
    var centerY: Double { top + height / 2 }
}

/// The words of one page.
struct PageWords: Sendable {
    /// Counted from 1.
    var number: Int
    var width: Double
    var height: Double
    var words: [Word]

    /// Letters and digits on the page: how much text there is.
    var letterCount: Int { words.reduce(0) { $0 + $1.text.count { $0.isLetter || $0.isNumber } } }

    /// Mean certainty over letters, 0 to 1.
    var confidence: Double {
        let letters = words.reduce(0) { $0 + $1.text.count }
        guard letters > 0 else { return 0 }
        return words.reduce(0.0) { $0 + $1.confidence * Double($1.text.count) } / Double(letters)
    }
}
