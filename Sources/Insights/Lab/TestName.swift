/// The name of a test, taken from the words left of its value.
enum TestName {
    /// Nil when the words cannot name a test: administration, numbering alone, sentences.
    static func from(_ words: [Word]) -> String? {
        var texts = words.map(\.text)
        while let first = texts.first, isBullet(first) { texts.removeFirst() }
        while let last = texts.last, last.allSatisfy({ ":.-–=|".contains($0) }) { texts.removeLast() }
        guard !texts.isEmpty, texts.count <= 12 else { return nil }
        let name = texts.joined(separator: " ").trimmed { ":=|;,_~ ".contains($0) }
        guard let first = name.first, name.count <= Limits.nameCharactersMax, name.contains(where: \.isLetter),
            first.isLetter || first.isNumber || "*(α-β".contains(first), !isAdministrative(name)
        else { return nil }
        return name
    }

    /// Row numbers, bullets and quotation marks before a name.
    private static func isBullet(_ word: String) -> Bool {
        if word.allSatisfy({ "•·-–—>\"'“”‘’|".contains($0) }) { return true }
        let digits = word.prefix { $0.isASCIIDigit }
        return !digits.isEmpty && [".", ")"].contains(String(word.dropFirst(digits.count)))
    }

    private static func isAdministrative(_ name: String) -> Bool {
        let words = name.lowercased().split(whereSeparator: { !$0.isLetter })
        guard let first = words.first else { return true }
        return administrative.contains(String(first)) || (words.count == 1 && sums.contains(String(first)))
    }

    private static let sums: Set<String> = ["total", "subtotal", "sum", "no", "lab"]
    private static let administrative: Set<String> = [
        "age", "sex", "gender", "name", "date", "time", "page", "phone", "tel", "telephone", "mobile", "fax",
        "email", "patient", "mrn", "uhid", "id", "bill", "invoice", "receipt", "room", "bed", "ward", "address",
        "pin", "zip", "dob", "reg", "registration", "ref", "referred", "sample", "collected", "received", "reported",
        "printed", "barcode", "visit", "episode", "amount", "grand", "discount", "gst", "tax", "balance", "qty",
        "note", "comment", "remark", "disclaimer", "dr", "doctor", "www", "http", "order", "account", "accession",
    ]
}
