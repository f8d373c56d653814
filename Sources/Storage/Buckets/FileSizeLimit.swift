internal import Core

/// What a client may write as `file_size_limit`: bytes as a number, or text such as `20MB`, `1.5gb`, `500b`, in
/// decimal units.
enum FileSizeLimit {
    private static let units: [(suffix: String, bytes: Double)] = [
        ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12), ("b", 1), ("", 1),
    ]

    /// The limit in bytes; nil for no limit. Throws `.invalidParameter` for what is no size and `.entityTooLarge` for
    /// more than the server takes.
    static func parse(_ value: JSON?, serverLimit: ByteCount) throws(StorageError) -> Int? {
        let bytes: Int?
        switch value {
        case nil, .null: return nil
        case .number: bytes = value?.int
        case .string(let text): bytes = parse(text)
        case .bool, .array, .object: bytes = nil
        }
        guard let bytes, bytes >= 0 else { throw .invalidParameter("file_size_limit") }
        guard bytes <= serverLimit.bytes else { throw .entityTooLarge }
        return bytes
    }

    static func parse(_ text: String) -> Int? {
        let lower = text.lowercased()
        guard let unit = units.first(where: { lower.hasSuffix($0.suffix) }) else { return nil }
        var digits = lower.dropLast(unit.suffix.count)
        while digits.last == " " { digits.removeLast() }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 15 && $0.utf8.allSatisfy(\.isASCIIDigit) }),
            let number = Double(digits)
        else { return nil }
        let bytes = (number * unit.bytes).rounded()
        // Beyond 2^53 a double no longer counts bytes.
        return bytes <= 9e15 ? Int(bytes) : nil
    }
}
