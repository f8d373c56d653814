/// Reads the header of a DICOM file: what kind of image it is. Its pixels are not interpreted.
struct DICOMReading: Sendable {
    private let toolbox: Toolbox
    private let document: CaseDocument

    init(_ toolbox: Toolbox, _ document: CaseDocument) {
        self.toolbox = toolbox
        self.document = document
    }

    /// Modality, body part and study description (DICOM PS3.6); nothing that identifies a person is asked for.
    private static let elements = ["0008,0060", "0018,0015", "0008,1030"]

    func read() async throws(ReadingError) -> DocumentReading {
        let wanted = Self.elements.flatMap { ["+P", $0] }
        let output = try await toolbox.run(
            "dcmdump", ["-q", "--max-read-length", "4"] + wanted + [document.path], step: .dicomHeader)
        let header = Self.header(String(decoding: output, as: UTF8.self))
        let examination = Self.elements.compactMap { header[$0] }.joined(separator: ", ")
        let what = "DICOM image" + (examination.isEmpty ? "" : " (\(examination))")
        return .uninterpreted(document, what: what, examination: examination)
    }

    /// `(0008,0060) CS [MR]   #   2, 1 Modality`: the first value of each element asked for.
    static func header(_ text: String) -> [String: String] {
        var header: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            let key = String(line.drop { $0 == " " }.dropFirst().prefix(9))
            guard elements.contains(key), header[key] == nil, let open = line.firstIndex(of: "["),
                let close = line.lastIndex(of: "]"), open < close
            else { continue }
            let value = line[line.index(after: open)..<close].trimmed(\.isWhitespace)
            if !value.isEmpty, value.count <= 64 { header[key] = value }
        }
        return header
    }
}
