/// Words that stand side by side, from left to right.
struct TextRow: Sendable {
    var words: [Word]
    /// Mean width of a printed character; the page's measure for gaps.
    var characterWidth: Double

    var top: Double { words.map(\.top).min() ?? 0 }
    var bottom: Double { words.map(\.bottom).max() ?? 0 }
    var centerY: Double { words.isEmpty ? 0 : words.reduce(0) { $0 + $1.centerY } / Double(words.count) }
    var height: Double { median(words.map(\.height)) }

    /// White space before the word at `index`, in character widths.
    func gap(before index: Int) -> Double {
        guard index > 0 else { return 0 }
        return (words[index].left - words[index - 1].right) / max(characterWidth, 0.1)
    }

    /// The words with single spaces, columns set off by more.
    var text: String {
        var line = ""
        for index in words.indices {
            if index > 0 { line += String(repeating: " ", count: min(24, max(1, Int(gap(before: index).rounded())))) }
            line += words[index].text
        }
        return line
    }

    /// The words with single spaces only.
    var plainText: String { words.map(\.text).joined(separator: " ") }
}

extension TextRow {
    /// Recognition splits a number behind its point when the paper has a wide gap there: "21." and "0" with no more
    /// than a letter's width between them are one number.
    var withNumbersJoined: TextRow {
        var joined = self
        joined.words = []
        for (index, word) in words.enumerated() {
            if let last = joined.words.last, gap(before: index) < 1.2, last.text.last == ".", last.text.count > 1,
                last.text.dropLast().allSatisfy(\.isASCIIDigit), word.text.first?.isASCIIDigit == true,
                word.text.allSatisfy({ $0.isASCIIDigit || "#*HL".contains($0) })
            {
                joined.words[joined.words.count - 1].text += word.text
                joined.words[joined.words.count - 1].width = word.right - last.left
                joined.words[joined.words.count - 1].confidence = min(last.confidence, word.confidence)
            } else {
                joined.words.append(word)
            }
        }
        return joined
    }
}

extension PageWords {
    /// The page's rows from top to bottom. Scans may be skewed: rows are formed after turning the page upright by
    /// the slope of its own lines.
    func rows() -> [TextRow] {
        let upright = straightened().filter { !$0.isRule }
        guard !upright.isEmpty else { return [] }
        let heights = upright.filter { $0.text.count > 1 }.map(\.height)
        let lineHeight = median(heights.isEmpty ? upright.map(\.height) : heights)
        let characterWidth = median(upright.filter { $0.text.count > 2 }.map { $0.width / Double($0.text.count) })
        var rows: [(center: Double, words: [Word])] = []
        for word in upright.sorted(by: { ($0.centerY, $0.left) < ($1.centerY, $1.left) }) {
            if let last = rows.indices.last, abs(word.centerY - rows[last].center) < lineHeight * 0.5 {
                let count = Double(rows[last].words.count)
                rows[last].center = (rows[last].center * count + word.centerY) / (count + 1)
                rows[last].words.append(word)
            } else {
                rows.append((word.centerY, [word]))
            }
        }
        let measure = characterWidth > 0 ? characterWidth : max(lineHeight / 2, 1)
        return rows.map { row in
            TextRow(words: row.words.sorted { ($0.left, $0.centerY) < ($1.left, $1.centerY) }, characterWidth: measure)
        }
    }

    /// Median slope over the lines that span enough of the page to show one.
    private var slope: Double {
        var slopes: [Double] = []
        for line in Dictionary(grouping: words, by: \.line).values {
            guard let first = line.min(by: { $0.left < $1.left }), let last = line.max(by: { $0.left < $1.left }),
                last.centerX - first.centerX > width * 0.3
            else { continue }
            slopes.append((last.bottom - first.bottom) / (last.centerX - first.centerX))
        }
        let slope = median(slopes)
        // Beyond about 6 degrees the lines themselves were mis-formed; below a quarter it is noise.
        return (0.004...0.1).contains(abs(slope)) ? slope : 0
    }

    private func straightened() -> [Word] {
        let slope = slope
        guard slope != 0 else { return words }
        return words.map { word in
            var word = word
            word.top -= slope * word.centerX
            return word
        }
    }

    /// The page as text, one line a row, an empty line where the page leaves one.
    func text() -> String {
        var lines: [String] = []
        var previous: TextRow?
        for row in rows() {
            if let previous, row.top - previous.bottom > previous.height * 1.2 { lines.append("") }
            lines.append(row.text)
            previous = row
        }
        return lines.joined(separator: "\n")
    }
}

extension Word {
    /// A table line or border that recognition took for a character.
    fileprivate var isRule: Bool {
        text.allSatisfy { "|¦_—–―".contains($0) } && (height > 3 * width || text.count > 1 || text == "|")
    }
}

/// The middle value; 0 for none.
func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return 0 }
    return values.sorted()[values.count / 2]
}
