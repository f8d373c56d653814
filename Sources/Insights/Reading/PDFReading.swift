/// Reads a PDF: its text layer where a page has one, recognition where not.
struct PDFReading: Sendable {
    private let toolbox: Toolbox
    private let document: CaseDocument
    private let patient: Patient

    init(_ toolbox: Toolbox, _ document: CaseDocument, _ patient: Patient) {
        self.toolbox = toolbox
        self.document = document
        self.patient = patient
    }

    /// Fewer letters than this on a page may be a stamp or a scanner's mark over an image.
    private static let textLayerLettersMin = 100

    func read() async throws(ReadingError) -> DocumentReading {
        let sizes = try await pageSizes()
        let layer = try await textLayer()
        var byNumber: [Int: PageWords] = [:]
        for page in layer { byNumber[page.number] = page }
        let scanned = sizes.indices.map { $0 + 1 }.filter {
            (byNumber[$0]?.letterCount ?? 0) < Self.textLayerLettersMin
        }
        guard scanned.count <= Limits.scannedPagesMax else {
            throw .tooManyPages(pages: scanned.count, pagesMax: Limits.scannedPagesMax)
        }
        var scans: [Int: ScannedPage] = [:]
        var headers: [TableHeader?] = []
        for number in scanned {
            let scan = try await scan(number, size: sizes[number - 1], headers: headers)
            headers = scan.headers
            // A short text layer, a cover page for instance, beats a recognition that sees no more.
            if scan.words.letterCount > (byNumber[number]?.letterCount ?? 0) { scans[number] = scan }
        }
        let pages = sizes.indices.map { index in
            scans[index + 1]?.words ?? byNumber[index + 1]
                ?? PageWords(number: index + 1, width: 0, height: 0, words: [])
        }
        guard pages.contains(where: { $0.letterCount > 0 }) else { throw .noReadableText }
        return reading(pages, scans)
    }

    private func reading(_ pages: [PageWords], _ scans: [Int: ScannedPage]) -> DocumentReading {
        let textPages = pages.filter { scans[$0.number] == nil }
        let ordered = scans.sorted { $0.key < $1.key }.map(\.value)
        var findings =
            LabFindings(textPages: textPages, patient: patient)
            + LabFindings(
                agreed: ordered.flatMap(\.comparison.agreed), uncertain: ordered.flatMap(\.comparison.uncertain),
                patient: patient)
        let report = RadiologyReport(pages)
        let hasTable = ordered.contains(where: \.hasHeader) || findings.values.count >= 3
        // Sizes and counts inside a radiology report's prose are not laboratory values.
        if report != nil, !hasTable { findings = LabFindings() }
        let method: DocumentReading.Method =
            scans.isEmpty ? .textLayer : textPages.contains { $0.letterCount > 0 } ? .mixed : .opticalRecognition
        return DocumentReading.of(
            document, pages: pages, method: method, findings: findings, report: report)
    }

    private func scan(_ number: Int, size: (width: Double, height: Double), headers: [TableHeader?])
        async throws(ReadingError) -> ScannedPage
    {
        // Measured on scanned reports: 200 and 300 dpi misread different characters; words taken one by one at
        // 200 dpi settle most of what is left, 250 dpi the rest.
        let fine = try await toolbox.render(document.path, page: number, size: size, dotsPerInch: 300)
        let coarse = try await toolbox.render(document.path, page: number, size: size, dotsPerInch: 200)
        let toolbox = toolbox
        let document = document
        return try await ScannedPage(headers: headers) { setting async throws(ReadingError) in
            switch setting {
            case 0: try await toolbox.recognise(fine, page: number, as: .column)
            case 1: try await toolbox.recognise(coarse, page: number, as: .block)
            case 2: try await toolbox.recognise(coarse, page: number, as: .sparse)
            default:
                try await toolbox.recognise(
                    try await toolbox.render(document.path, page: number, size: size, dotsPerInch: 250), page: number,
                    as: .column)
            }
        }
    }

    private func textLayer() async throws(ReadingError) -> [PageWords] {
        let output = try await toolbox.run(
            "pdftotext", ["-q", "-tsv", "-l", String(Limits.pagesMax), document.path, "-"], step: .textExtraction)
        return WordTable.pages(output, unitsPerInch: 72)
    }

    /// The size of every page in points. Throws `.passwordRequired`, `.damaged`, `.tooManyPages`.
    private func pageSizes() async throws(ReadingError) -> [(width: Double, height: Double)] {
        let output = try await toolbox.run(
            "pdfinfo", ["-f", "1", "-l", String(Limits.pagesMax), document.path], step: .inspection
        ) { output in
            guard output.status != 0 else { return nil }
            return output.errorText.contains("Incorrect password") ? .passwordRequired : .damaged
        }
        return try PageInventory.sizes(String(decoding: output, as: UTF8.self))
    }
}
