/// How a path or form names a case or a file: its UUID, or the row's number (the original used both).
enum RecordID: Sendable, Hashable {
    case uuid(String)
    case row(Int64)

    /// Nil for anything that can name nothing.
    init?(_ text: String) {
        if let uuid = RecordID.canonicalUUID(text) {
            self = .uuid(uuid)
        } else if text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let row = Int64(text)
        {
            self = .row(row)
        } else {
            return nil
        }
    }

    /// The hyphenated lower-case form (RFC 9562, section 4), or nil.
    static func canonicalUUID(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                guard Character(Unicode.Scalar(byte)).isHexDigit else { return nil }
            }
        }
        return text.lowercased()
    }
}
