internal import Core
internal import Insights

/// What a file of a case is for, and what may be sent as it (medmitra contract, section 5).
enum FileCategory: String, Sendable, CaseIterable {
    case lab
    case radiology

    var sizeMax: ByteCount {
        switch self {
        case .lab: Limits.labFileMax
        case .radiology: Limits.radiologyFileMax
        }
    }

    private var mediaTypes: Set<String> {
        switch self {
        case .lab: ["text/csv", "application/pdf"]
        case .radiology: ["image/jpeg", "image/png", "application/dicom", "image/dicom"]
        }
    }

    /// The form field whose files are of this category.
    init?(formField: String) {
        switch formField {
        case "lab_files": self = .lab
        case "radiology_files": self = .radiology
        default: return nil
        }
    }

    /// The category that follows from the type, where the client named none.
    init?(mediaType: String, fileName: String) {
        guard
            let category = FileCategory.allCases.first(where: {
                $0.accepts(mediaType: mediaType, fileName: fileName)
            })
        else { return nil }
        self = category
    }

    func accepts(mediaType: String, fileName: String) -> Bool {
        mediaTypes.contains(mediaType) || self == .radiology && FileCategory.isDICOM(fileName)
    }

    static func isDICOM(_ fileName: String) -> Bool {
        let name = fileName.lowercased()
        return name.hasSuffix(".dcm") || name.hasSuffix(".dicom")
    }

    var documentCategory: CaseDocument.Category {
        switch self {
        case .lab: .lab
        case .radiology: .radiology
        }
    }
}

/// File names as clients send them, made harmless.
enum FileName {
    /// The last path component of what was sent, without control characters; never empty.
    static func base(_ sent: String) -> String {
        let last = sent.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
        let printable = last.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
        let name = String(String.UnicodeScalarView(printable)).prefix(Limits.fileNameCharactersMax)
        return name.isEmpty || name == "." || name == ".." ? "file" : String(name)
    }

    /// The part of an object key made from a name: plain letters, digits, dot, dash and underscore, at most 100.
    static func keyPart(_ name: String) -> String {
        let plain = name.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": Character(scalar)
            default: "_"
            }
        }
        // The end holds the extension. No dot follows a dot or begins the part: `..` means something to others.
        var part = ""
        for character in plain.suffix(100) {
            part.append(character == "." && (part.isEmpty || part.last == ".") ? "_" : character)
        }
        return part
    }
}
