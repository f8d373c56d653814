internal import FoundationEssentials

/// A value that stands in a file, as PostgREST has it: `@path` in place of the value. The path is absolute, or from the
/// folder that the program was started in.
struct FileReference {
    /// A connection string or a set of JWKs is far shorter; more is a mistaken path.
    static let bytesMax = 1 << 20

    let path: String

    /// Nil for a value that is meant as it stands.
    init?(_ value: String) {
        guard value.first == "@" else { return nil }
        path = String(value.dropFirst())
    }

    /// What the file holds without the line break at its end; nil if it cannot be read, is too long or is not UTF-8
    /// (binary secrets have to be base64).
    func read() -> String? {
        // Why it cannot be read is plain to whoever looks at the path.
        guard let file = FileManager.default.contents(atPath: path), file.count <= FileReference.bytesMax,
            let text = String(validating: file, as: UTF8.self)
        else { return nil }
        return text.last?.isNewline == true ? String(text.dropLast()) : text
    }
}
