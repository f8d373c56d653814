/// Reads an image file. There is no vision model here: an image is interpreted only as far as it is a photograph of
/// a printed report. Anything else is kept and said to be uninterpreted.
struct ImageReading: Sendable {
    private let toolbox: Toolbox
    private let document: CaseDocument
    private let patient: Patient
    private let geometry: ImageGeometry

    init(_ toolbox: Toolbox, _ document: CaseDocument, _ patient: Patient, _ geometry: ImageGeometry) {
        self.toolbox = toolbox
        self.document = document
        self.patient = patient
        self.geometry = geometry
    }

    func read() async throws(ReadingError) -> DocumentReading {
        guard geometry.pixels <= Limits.imagePixelsForTextMax else { return uninterpreted }
        // The true resolution is unknown; 200 dpi is what a photographed page comes to.
        let image = Toolbox.PageImage(path: document.path, dotsPerInch: 200)
        let toolbox = toolbox
        if document.category == .radiology {
            let page = try await toolbox.recognise(image, page: 1, as: .column)
            guard let report = RadiologyReport([page]) else { return uninterpreted }
            return DocumentReading.of(
                document, pages: [page], method: .opticalRecognition, findings: LabFindings(), report: report)
        }
        let scan = try await ScannedPage(headers: []) { setting async throws(ReadingError) in
            let ways: [Toolbox.Segmentation] = [.column, .block, .sparse, .automatic]
            return try await toolbox.recognise(image, page: 1, as: ways[setting])
        }
        guard scan.words.letterCount > 0 else { throw .noReadableText }
        let findings = LabFindings(
            agreed: scan.comparison.agreed, uncertain: scan.comparison.uncertain, patient: patient)
        return DocumentReading.of(
            document, pages: [scan.words], method: .opticalRecognition, findings: findings,
            report: RadiologyReport([scan.words]))
    }

    private var uninterpreted: DocumentReading {
        .uninterpreted(document, what: "Image of \(geometry.width) x \(geometry.height) pixels", examination: "")
    }
}
