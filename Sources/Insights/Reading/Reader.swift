internal import Core
internal import FoundationEssentials

/// Reads one document at a time: text, measurements, stated findings. External programs run under limits; a
/// document can make a reading fail with a reason, never crash or stall it.
public struct Reader: Sendable {
    let configuration: InsightsConfig
    let process: LimitedProcess

    /// Copies share the knowledge of which isolation this machine allows.
    public init(configuration: InsightsConfig) {
        self.init(configuration: configuration, probe: IsolationProbe())
    }

    init(configuration: InsightsConfig, probe: IsolationProbe) {
        self.configuration = configuration
        process = LimitedProcess(programPath: configuration.programPath, probe: probe)
    }

    /// What the document says. Throws ``ReadingError``; its `reason` is the file's failure reason. Cancelling the
    /// task kills the program under way.
    public func read(_ document: CaseDocument, patient: Patient) async throws(ReadingError) -> DocumentReading {
        let bytes = try Self.content(of: document)
        let kind = DocumentKind.sniff(firstBytes: bytes.prefix(DocumentKind.sniffBytesWanted.bytes))
        let declared = document.mediaType.prefix { $0 != ";" }.lowercased()
        if declared == "application/pdf", kind != .pdf { throw .notOfDeclaredKind(declared: "PDF", found: kind) }
        switch kind {
        case .text:
            guard document.category == .lab else { throw .notOfDeclaredKind(declared: "an image", found: kind) }
            return try CSVReading(bytes, document: document, patient: patient).reading
        case .unknown: throw .notOfDeclaredKind(declared: Self.wording(declared), found: .unknown)
        case .pdf, .jpeg, .png, .dicom: break
        }
        let geometry = kind == .jpeg || kind == .png ? try Self.geometry(bytes) : nil
        let diagnostics = try await isolationDiagnostics()
        let deadline = ContinuousClock.now.advanced(by: configuration.documentTime)
        var reading = try await ScratchDirectory.with(in: configuration.workDirectory) {
            directory async throws(ReadingError) in
            let toolbox = Toolbox(
                process: process, configuration: configuration, directory: directory, deadline: deadline)
            switch (kind, geometry) {
            case (.pdf, _): return try await PDFReading(toolbox, document, patient).read()
            case (.dicom, _): return try await DICOMReading(toolbox, document).read()
            case (_, let geometry?): return try await ImageReading(toolbox, document, patient, geometry).read()
            case (_, nil): throw .damaged
            }
        }
        reading.diagnostics = diagnostics + reading.diagnostics
        return reading
    }

    private func isolationDiagnostics() async throws(ReadingError) -> [String] {
        do throws(ProcessFailure) {
            guard try await process.isolation() == .unavailable else { return [] }
        } catch {
            throw .cancelled
        }
        if configuration.requireNetworkIsolation { throw .networkIsolationUnavailable }
        return ["Programs ran without network isolation: this machine does not allow it."]
    }

    /// The file's bytes, mapped rather than copied where the system allows.
    private static func content(of document: CaseDocument) throws(ReadingError) -> Data {
        let attributes: [FileAttributeKey: Any]
        do { attributes = try FileManager.default.attributesOfItem(atPath: document.path) } catch {
            throw .fileUnavailable
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular, document.path.hasPrefix("/"),
            let size = Self.integer(attributes[.size])
        else { throw .fileUnavailable }
        guard size > 0 else { throw .fileEmpty }
        guard size <= Limits.documentSizeMax.bytes else {
            throw .fileTooLarge(size: .bytes(size), sizeMax: Limits.documentSizeMax)
        }
        do { return try Data(contentsOf: URL(filePath: document.path), options: .mappedIfSafe) } catch {
            throw .fileUnavailable
        }
    }

    /// The type behind a file attribute depends on which Foundation is linked: `UInt` without the full one.
    private static func integer(_ attribute: Any?) -> Int? {
        (attribute as? any BinaryInteger).map { Int(clamping: $0) } ?? attribute as? Int
    }

    private static func geometry(_ bytes: Data) throws(ReadingError) -> ImageGeometry {
        guard let geometry = ImageGeometry(firstBytes: bytes.prefix(ImageGeometry.headerBytesWanted.bytes)) else {
            throw .damaged
        }
        guard geometry.isAcceptable else { throw .imageTooLarge(width: geometry.width, height: geometry.height) }
        return geometry
    }

    /// Only types this server knows are repeated in a reason; anything else came from the client.
    private static func wording(_ declared: String) -> String {
        switch declared {
        case "text/csv": "CSV"
        case "image/jpeg": "a JPEG image"
        case "image/png": "a PNG image"
        case "application/dicom", "image/dicom": "a DICOM file"
        default: "another type"
        }
    }
}
