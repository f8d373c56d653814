/// One line of a report's running text.
struct ReportLine: Sendable, Hashable {
    var text: String
    /// White space or numbering sets it off from the line before.
    var opensParagraph: Bool

    /// The lines of all pages without what every page repeats: letterheads, footers, page numbers.
    static func lines(of pages: [PageWords]) -> [ReportLine] {
        let perPage = pages.map { $0.rows() }
        var seen: [String: Set<Int>] = [:]
        for (page, rows) in perPage.enumerated() {
            for row in rows { seen[key(row.plainText), default: []].insert(page) }
        }
        var lines: [ReportLine] = []
        for rows in perPage {
            var previous: TextRow?
            for row in rows {
                let text = row.plainText
                let isRepeated = pages.count > 1 && (seen[key(text)]?.count ?? 0) > 1
                if isRepeated || isPageNumber(text) { continue }
                let isSetOff = previous.map { row.top - $0.bottom > 0.8 * $0.height } ?? false
                lines.append(ReportLine(text: text, opensParagraph: isSetOff || isItem(text)))
                previous = row
            }
        }
        return lines
    }

    /// Lines joined to paragraphs.
    static func paragraphs(_ lines: [ReportLine]) -> [String] {
        var paragraphs: [String] = []
        for line in lines {
            if let last = paragraphs.indices.last, !line.opensParagraph {
                paragraphs[last] += " " + line.text
            } else {
                paragraphs.append(line.text)
            }
        }
        return paragraphs
    }

    /// Digits differ between the copies of a footer.
    private static func key(_ text: String) -> String { text.lowercased().filter { $0.isLetter } }

    private static func isPageNumber(_ text: String) -> Bool {
        let words = text.lowercased().split(separator: " ")
        return words.first == "page" && words.count <= 4
            && words.dropFirst().allSatisfy { $0 == "of" || Int($0) != nil }
    }

    private static func isItem(_ text: String) -> Bool {
        let digits = text.prefix { $0.isASCIIDigit }
        if (1...2).contains(digits.count) {
            let rest = text.dropFirst(digits.count)
            return rest.hasPrefix(". ") || rest.hasPrefix(") ")
        }
        return ["- ", "• ", "* "].contains(where: text.hasPrefix)
    }
}
