public import Core

/// What a file is by its first bytes, whatever its name and declared type say.
public enum DocumentKind: String, Sendable, Hashable {
    /// The four binary kinds a case takes.
    case pdf, jpeg, png, dicom
    /// Text without control characters: what a CSV file looks like.
    case text
    case unknown

    /// As many first bytes as ``sniff(firstBytes:)`` can use; more do no harm.
    public static let sniffBytesWanted = ByteCount.kibibytes(4)

    /// Decides by signature: `%PDF-` within the first 1024 bytes (ISO 32000-1 Annex H, implementation note 13),
    /// the PNG and JPEG signatures, `DICM` at byte 128 (DICOM PS3.10 section 7.1), else text or unknown.
    public static func sniff(firstBytes: some Collection<UInt8>) -> DocumentKind {
        let bytes = Array(firstBytes.prefix(sniffBytesWanted.bytes))
        if bytes.starts(with: ImageGeometry.pngSignature) { return .png }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
        if bytes.count >= 132, Array(bytes[128..<132]) == Array("DICM".utf8) { return .dicom }
        if hasPDFHeader(bytes.prefix(1024)) { return .pdf }
        return isText(bytes) ? .text : .unknown
    }

    private static func hasPDFHeader(_ bytes: ArraySlice<UInt8>) -> Bool {
        let marker = Array("%PDF-".utf8)
        return bytes.indices.contains { start in bytes[start...].starts(with: marker) }
    }

    /// UTF-8 (a code cut at the end is fine), UTF-16 with a byte order mark, or a Latin encoding: no NUL and no
    /// control characters besides tab and line ends.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        guard !bytes.isEmpty else { return false }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return true }
        return bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || [0x09, 0x0A, 0x0D].contains($0) }
    }
}

extension DocumentKind {
    /// For a sentence: "its content is ...".
    var wording: String {
        switch self {
        case .pdf: "a PDF"
        case .jpeg: "a JPEG image"
        case .png: "a PNG image"
        case .dicom: "a DICOM file"
        case .text: "plain text"
        case .unknown: "of another kind"
        }
    }

    /// The bytes given so far agree with the declared media type. For upload validation: a "PDF" that is none is
    /// refused before it is stored. Unknown types never match.
    public func matches(mediaType: String, fileName: String) -> Bool {
        let type = mediaType.prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
        let name = fileName.lowercased()
        if name.hasSuffix(".dcm") || name.hasSuffix(".dicom") { return self == .dicom }
        switch type {
        case "application/pdf": return self == .pdf
        case "text/csv": return self == .text
        case "image/jpeg": return self == .jpeg
        case "image/png": return self == .png
        case "application/dicom", "image/dicom": return self == .dicom
        default: return false
        }
    }
}
