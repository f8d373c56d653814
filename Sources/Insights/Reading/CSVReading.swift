internal import Core
internal import FoundationEssentials

/// Reads a CSV file of results. Its text is kept as it is.
struct CSVReading {
    let reading: DocumentReading

    init(_ bytes: Data, document: CaseDocument, patient: Patient) throws(ReadingError) {
        guard bytes.count <= Limits.csvSizeMax.bytes else {
            throw .fileTooLarge(size: .bytes(bytes.count), sizeMax: Limits.csvSizeMax)
        }
        let text = Self.text(Array(bytes))
        let table = CSVTable(text)
        guard !table.rows.isEmpty else { throw .notTabular }
        var rows: [LabRow] = []
        // A title or two may stand above the header.
        let start = table.rows.prefix(20).firstIndex { CSVColumns(header: $0) != nil }
        if let start, let columns = CSVColumns(header: table.rows[start]) {
            rows = table.rows.dropFirst(start + 1).compactMap(columns.measurement)
        }
        let marksAreUsed = rows.contains { $0.flag != nil && $0.flag != .normal }
        let values = rows.prefix(Limits.labValuesMax).map { row in
            let judgement = LabJudgement(
                row, patient: patient, rangeIsTrusted: true, marksAreUsed: marksAreUsed, isRecognised: false)
            return LabValue(row, status: judgement.status, confidence: 0.99 * judgement.trust)
        }
        var reading = DocumentReading(text: text, labValues: values, confidence: 0, method: .csv, pages: 1)
        reading.conclude(document, textCertainty: 0.99, impressionItems: [])
        self.reading = reading
    }

    /// UTF-8 or UTF-16 by byte order mark, else UTF-8, else Latin-1 where every byte is a character. NUL, which
    /// PostgreSQL cannot store, is left out.
    static func text(_ bytes: [UInt8]) -> String {
        let decoded: String
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            let isLittle = bytes[0] == 0xFF
            let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
                isLittle
                    ? UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
                    : UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
            }
            decoded = String(decoding: units, as: UTF16.self)
        } else {
            let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
            decoded =
                String(validating: body, as: UTF8.self)
                ?? String(String.UnicodeScalarView(body.map { Unicode.Scalar($0) }))
        }
        return decoded.filter { $0 != "\0" }
    }
}
