/// Rows and cells of a CSV file (RFC 4180), also with semicolons or tabs.
struct CSVTable: Sendable, Hashable {
    var rows: [[String]]

    /// Quoted cells may hold the delimiter, doubled quotes and line ends. Rows and cells beyond the limits are left
    /// out.
    init(_ text: String) {
        let delimiter = Self.delimiter(text)
        var rows: [[String]] = []
        var row: [String] = []
        var cell = ""
        var isQuoted = false
        var previousWasQuote = false
        func endCell() {
            if row.count < Limits.csvColumnsMax { row.append(cell.trimmed(\.isWhitespace)) }
            cell = ""
        }
        func endRow() {
            endCell()
            if row.contains(where: { !$0.isEmpty }) { rows.append(row) }
            row = []
        }
        for character in text {
            if rows.count >= Limits.csvRowsMax { break }
            if isQuoted {
                if character == "\"" {
                    isQuoted = false
                    previousWasQuote = true
                } else {
                    cell.append(character)
                }
                continue
            }
            switch character {
            case "\"":
                // A quote directly after a closing one was an escaped quote.
                if previousWasQuote { cell.append("\"") }
                isQuoted = true
            case delimiter: endCell()
            case _ where character.isNewline: endRow()
            default: cell.append(character)
            }
            previousWasQuote = false
        }
        if !cell.isEmpty || !row.isEmpty { endRow() }
        self.rows = rows
    }

    /// The commonest of the three delimiters outside quotes in the first line.
    private static func delimiter(_ text: String) -> Character {
        var counts: [Character: Int] = [:]
        var isQuoted = false
        for character in text.prefix(10_000) {
            if character == "\"" { isQuoted.toggle() }
            if isQuoted { continue }
            if character.isNewline { break }
            if ",;\t".contains(character) { counts[character, default: 0] += 1 }
        }
        return [",", ";", "\t"].max { (counts[$0] ?? 0, $0 == "," ? 1 : 0) < (counts[$1] ?? 0, $1 == "," ? 1 : 0) }
            ?? ","
    }
}
