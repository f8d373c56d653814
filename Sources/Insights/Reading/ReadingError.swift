public import Core

/// Why a document could not be read. ``reason`` is safe to show and to store: no path, name or content.
public enum ReadingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Missing, not a regular file, or not readable.
    case fileUnavailable
    case workDirectoryUnavailable
    case fileEmpty
    case fileTooLarge(size: ByteCount, sizeMax: ByteCount)
    /// The bytes are not what the media type says.
    case notOfDeclaredKind(declared: String, found: DocumentKind)
    /// Opening the PDF needs a password.
    case passwordRequired
    case damaged
    /// More pages than are read at all, or more scanned ones than are recognised.
    case tooManyPages(pages: Int, pagesMax: Int)
    case pageTooLarge(page: Int)
    case imageTooLarge(width: Int, height: Int)
    case timedOut(step: Step)
    /// Memory, output or file size ran out.
    case resourcesExceeded(step: Step)
    case programMissing(name: String)
    case programFailed(step: Step)
    case networkIsolationUnavailable
    case noReadableText
    case notTabular
    case cancelled

    /// The work that was under way.
    public enum Step: String, Sendable, Hashable {
        case inspection, textExtraction = "text extraction", rendering, recognition = "text recognition"
        case dicomHeader = "DICOM header"
    }

    /// One sentence for the file's failure reason.
    public var reason: String {
        switch self {
        case .fileUnavailable: "The stored file could not be opened."
        case .workDirectoryUnavailable: "The server has no place to work on the file."
        case .fileEmpty: "The file is empty."
        case .fileTooLarge(let size, let max): "The file has \(size), more than the limit of \(max)."
        case .notOfDeclaredKind(let declared, let found):
            "The file was sent as \(declared), but its content is \(found.wording)."
        case .passwordRequired: "The PDF is protected by a password."
        case .damaged: "The file is damaged or not a complete document."
        case .tooManyPages(let pages, let max): "The document has \(pages) pages, more than the limit of \(max)."
        case .pageTooLarge(let page): "Page \(page) is larger than any paper this server reads."
        case .imageTooLarge(let width, let height):
            "The image has \(width) x \(height) pixels, more than this server decodes."
        case .timedOut(let step): "The \(step.rawValue) took too long and was stopped."
        case .resourcesExceeded(let step): "The \(step.rawValue) needed more memory or space than allowed."
        case .programMissing(let name): "The program \(name) is not installed on this server."
        case .programFailed(let step): "The \(step.rawValue) failed."
        case .networkIsolationUnavailable:
            "Programs cannot be cut off from the network on this server, which its configuration demands."
        case .noReadableText: "No text could be read in the document."
        case .notTabular: "The CSV file holds no rows."
        case .cancelled: "The reading was cancelled."
        }
    }

    public var description: String { reason }

    /// The same bytes may well be read another time: the fault lies with the machine, not the document.
    public var isTransient: Bool {
        switch self {
        case .timedOut, .resourcesExceeded, .programMissing, .networkIsolationUnavailable, .cancelled,
            .fileUnavailable, .workDirectoryUnavailable:
            true
        case .fileEmpty, .fileTooLarge, .notOfDeclaredKind, .passwordRequired, .damaged, .tooManyPages,
            .pageTooLarge, .imageTooLarge, .programFailed, .noReadableText, .notTabular:
            false
        }
    }

    /// Finding it out took all the time or memory that a document may have: a second try is worth it on a machine that
    /// was busy, a fifth would keep others waiting for a document that is made to be slow.
    public var isCostly: Bool {
        switch self {
        case .timedOut, .resourcesExceeded: true
        default: false
        }
    }
}
