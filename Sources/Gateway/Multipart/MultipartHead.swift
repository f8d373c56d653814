internal import HTTPTypes

/// What the header section of a part says (RFC 7578, section 4).
struct MultipartHead: Sendable, Hashable {
    let name: String
    let fileName: String?
    let headers: HTTPFields

    init(headers: HTTPFields) throws(MultipartError) {
        let dispositions = headers[values: .contentDisposition]
        guard let text = dispositions.first else { throw .nameMissing }
        guard dispositions.count == 1, let disposition = HeaderParameters(text) else { throw .malformedHeader }
        guard disposition.token == "form-data", let name = disposition.parameters["name"] else { throw .nameMissing }
        switch headers[.contentTransferEncoding]?.lowercased() {
        case nil, "7bit", "8bit", "binary": break
        default: throw .transferEncodingUnsupported
        }
        self.name = MultipartHead.unescaped(name)
        self.headers = headers
        if let extended = disposition.parameters["filename*"] {
            // RFC 7578 forbids this form and RFC 6266 prefers it; whoever sends it means it.
            fileName = try MultipartHead.extendedValue(extended)
        } else {
            fileName = disposition.parameters["filename"].map(MultipartHead.unescaped)
        }
    }

    /// Browsers write a quote as `%22` (WHATWG HTML, 4.10.21.8). Line breaks, which they write as `%0D` and `%0A`, stay
    /// as they are: nothing good comes of a name with a line break.
    private static func unescaped(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var unescaped: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let isQuote = bytes[index...].starts(with: "%22".utf8)
            unescaped.append(isQuote ? UInt8(ascii: "\"") : bytes[index])
            index += isQuote ? 3 : 1
        }
        return String(decoding: unescaped, as: UTF8.self)
    }

    /// `UTF-8'language'percent-encoded` (RFC 8187, section 3.2).
    private static func extendedValue(_ text: String) throws(MultipartError) -> String {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { throw .malformedHeader }
        do throws(RequestLineError) { return try PercentCoding.decode(parts[2]) } catch { throw .malformedHeader }
    }
}

extension HTTPField.Name {
    static let contentTransferEncoding = HTTPField.Name.known("content-transfer-encoding")
}
