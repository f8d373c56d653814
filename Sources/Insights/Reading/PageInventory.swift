/// Reads what `pdfinfo -f 1 -l n` prints: `Pages: 3` and `Page    1 size: 595 x 842 pts (A4)`.
enum PageInventory {
    /// The size of each page. A document's title is printed first and may contain anything, so of repeated lines the
    /// last counts. Throws `.tooManyPages`, and `.damaged` when the lines are not there.
    static func sizes(_ text: String) throws(ReadingError) -> [(width: Double, height: Double)] {
        var pages: Int?
        var sizes: [Int: (width: Double, height: Double)] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 2, words[0] == "Pages:" { pages = Int(words[1]) }
            if words.count >= 6, words[0] == "Page", words[2] == "size:", words[4] == "x", let number = Int(words[1]),
                let width = Double(words[3]), let height = Double(words[5])
            {
                sizes[number] = (width, height)
            }
        }
        guard let pages, pages > 0 else { throw .damaged }
        guard pages <= Limits.pagesMax else { throw .tooManyPages(pages: pages, pagesMax: Limits.pagesMax) }
        var listed: [(width: Double, height: Double)] = []
        for number in 1...pages {
            guard let size = sizes[number], size.width > 0, size.height > 0 else { throw .damaged }
            listed.append(size)
        }
        return listed
    }
}
