/// One uploaded file of a case, ready to be read from local disk.
public struct CaseDocument: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    /// The form field the file arrived in.
    public enum Category: String, Sendable, Hashable, CaseIterable {
        case lab, radiology
    }

    /// The file's UUID.
    public var id: String
    /// The form field it came in; a PDF with a radiology report may well be in `lab`.
    public var category: Category
    /// The uploaded base name; appears in insights as the source of a sentence, never in logs.
    public var fileName: String
    /// As declared by the client. What a file is gets decided by its bytes; see ``DocumentKind``.
    public var mediaType: String
    /// An absolute path of a readable regular file.
    public var path: String

    public init(id: String, category: Category, fileName: String, mediaType: String, path: String) {
        self.id = id
        self.category = category
        self.fileName = fileName
        self.mediaType = mediaType
        self.path = path
    }

    public var description: String { "document(\(category.rawValue), \(id))" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
