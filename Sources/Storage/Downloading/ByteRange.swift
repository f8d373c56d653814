/// The Range header of a download (RFC 9110, section 14.2), narrowed as the contract has it: one range only.
enum ByteRange {
    /// The bytes of an object of `size` bytes that `header` asks for; nil without a header. Throws `.invalidRange` for
    /// several ranges, malformed ones and those outside the object.
    static func parse(_ header: String?, size: Int) throws(StorageError) -> Range<Int>? {
        guard let header else { return nil }
        guard let range = parse(header, size: size) else { throw .invalidRange(size: size) }
        return range
    }

    private static func parse(_ header: String, size: Int) -> Range<Int>? {
        let lower = header.lowercased()
        guard lower.hasPrefix("bytes=") else { return nil }
        let bounds = lower.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2, let first = number(bounds[0]), let last = number(bounds[1]) else { return nil }
        switch (first, last) {
        case (nil, nil): return nil
        case (nil, let suffix?):
            guard suffix > 0, size > 0 else { return nil }
            return max(0, size - suffix)..<size
        case (let start?, let last):
            guard start < size, last ?? size >= start else { return nil }
            return start..<min((last ?? size - 1), size - 1) + 1
        }
    }

    /// Digits, or nothing (`.some(nil)`); numbers beyond Int are as good as its largest.
    private static func number(_ text: Substring) -> Int?? {
        if text.isEmpty { return .some(nil) }
        guard text.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        return .some(Int(text) ?? Int.max)
    }
}
