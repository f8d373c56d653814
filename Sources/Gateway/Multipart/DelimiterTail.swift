/// What stands behind the boundary of a delimiter: `--` closes the message, padding and a line break begin a part
/// (RFC 2046, section 5.1.1).
enum DelimiterTail: Hashable {
    case incomplete
    /// `length` bytes long.
    case opening(length: Int)
    case closing(length: Int)

    /// Throws `.malformedDelimiter` for anything else.
    init(_ bytes: borrowing Span<UInt8>) throws(MultipartError) {
        var padding = 0
        while padding < bytes.count, bytes[padding] == UInt8(ascii: " ") || bytes[padding] == UInt8(ascii: "\t") {
            padding += 1
        }
        guard padding <= MultipartLimits.transportPaddingMax else { throw .malformedDelimiter }
        self = .incomplete
        guard padding < bytes.count else { return }
        let closes = padding == 0 && bytes[0] == UInt8(ascii: "-")
        guard closes || bytes[padding] == UInt8(ascii: "\r") else { throw .malformedDelimiter }
        guard padding + 1 < bytes.count else { return }
        guard bytes[padding + 1] == (closes ? UInt8(ascii: "-") : UInt8(ascii: "\n")) else { throw .malformedDelimiter }
        self = closes ? .closing(length: 2) : .opening(length: padding + 2)
    }
}
