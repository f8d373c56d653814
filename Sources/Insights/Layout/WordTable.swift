/// Reads the tab-separated word lists that `tesseract ... tsv` and `pdftotext -tsv` print. Both have the twelve
/// columns level, page, two of block, paragraph in either order, line, word, left, top, width, height, confidence,
/// text; a row of level 1 gives the page's size and one of level 5 a word.
enum WordTable {
    /// Every page listed. `unitsPerInch` is the resolution of the coordinates (72 for a PDF); malformed rows and
    /// rows beyond the limits are skipped. Pages are numbered as listed, or all `page` when that is given.
    static func pages(_ bytes: [UInt8], unitsPerInch: Double, page: Int? = nil) -> [PageWords] {
        let scale = 72 / unitsPerInch
        var pages: [PageWords] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: "\t"), maxSplits: 11, omittingEmptySubsequences: false)
            guard fields.count == 12, let level = integer(fields[0]), let number = integer(fields[1]) else { continue }
            let box = (6...9).compactMap { decimal(fields[$0]) }
            guard box.count == 4, box.allSatisfy({ abs($0) < 1e6 }) else { continue }
            if level == 1 {
                guard pages.count < Limits.pagesMax else { break }
                pages.append(
                    PageWords(number: page ?? number, width: box[2] * scale, height: box[3] * scale, words: []))
            } else if level == 5, !pages.isEmpty, pages[pages.count - 1].words.count < Limits.wordsPerPageMax {
                let lineKey = (2...4).reduce(0) { $0 * 10_007 + (integer(fields[$1]) ?? 0) }
                guard let word = word(fields, box.map { $0 * scale }, lineKey) else { continue }
                pages[pages.count - 1].words.append(word)
            }
        }
        return pages
    }

    private static func word(_ fields: [ArraySlice<UInt8>], _ box: [Double], _ line: Int) -> Word? {
        let text = String(decoding: fields[11], as: UTF8.self).filter { !$0.isWhitespace && !$0.isControl }
        guard !text.isEmpty, text.count <= Limits.wordCharactersMax, box[2] > 0, box[3] > 0,
            let confidence = decimal(fields[10])
        else { return nil }
        return Word(
            text: text, left: box[0], top: box[1], width: box[2], height: box[3],
            confidence: min(1, max(0, confidence / 100)), line: line)
    }

    private static func integer(_ field: ArraySlice<UInt8>) -> Int? { Int(String(decoding: field, as: UTF8.self)) }

    private static func decimal(_ field: ArraySlice<UInt8>) -> Double? {
        guard let value = Double(String(decoding: field, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }
}

extension Character {
    /// C0 and C1 controls, which carry no text.
    var isControl: Bool { unicodeScalars.allSatisfy { $0.properties.generalCategory == .control } }
}
