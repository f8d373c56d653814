/// Finds CRLF `--` boundary in chunks of a body (Horspool's search: most steps skip the delimiter's whole length).
///
/// The only carriage return of a delimiter is its first byte. That is looked at before anything else is compared, so
/// no content can make the search compare a byte more than twice, and only the last carriage return of a chunk can
/// begin a delimiter that the next chunk ends.
struct DelimiterSearch: Sendable {
    let delimiter: [UInt8]
    /// By the byte under the delimiter's end: how far the delimiter may move on.
    private let shifts: [Int]

    init(boundary: MultipartBoundary) {
        delimiter = Array("\r\n--\(boundary.text)".utf8)
        var shifts = [Int](repeating: delimiter.count, count: 256)
        for (index, byte) in delimiter.dropLast().enumerated() {
            shifts[Int(byte)] = delimiter.count - 1 - index
        }
        self.shifts = shifts
    }

    enum Finding: Hashable {
        /// The delimiter begins at this offset.
        case delimiter(at: Int)
        /// No delimiter; as many bytes as this cannot be part of one, whatever follows.
        case content(bytes: Int)
    }

    func search(_ bytes: borrowing Span<UInt8>) -> Finding {
        let last = delimiter.count - 1
        var index = 0
        while index + last < bytes.count {
            if bytes[index] == UInt8(ascii: "\r"), isDelimiterOrBeginsOne(bytes, at: index) {
                return .delimiter(at: index)
            }
            index += shifts[Int(bytes[index + last])]
        }
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\r"), isDelimiterOrBeginsOne(bytes, at: index) { break }
            index += 1
        }
        return .content(bytes: index)
    }

    /// Whether the bytes from `start` are the delimiter, or its beginning up to the chunk's end.
    func isDelimiterOrBeginsOne(_ bytes: borrowing Span<UInt8>, at start: Int) -> Bool {
        for offset in 0..<min(delimiter.count, bytes.count - start) where bytes[start + offset] != delimiter[offset] {
            return false
        }
        return true
    }
}
