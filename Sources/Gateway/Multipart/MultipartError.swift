public import Core

/// Why a body is not acceptable multipart/form-data. Holds no names and no content, so it may be logged.
public enum MultipartError: Error, Sendable, Hashable {
    /// The content type is missing or another one than multipart/form-data.
    case notMultipart
    case boundaryMissing
    /// The boundary is empty, longer than 70 characters or holds characters that RFC 2046 does not allow.
    case boundaryIllegal
    case preambleTooLarge(limit: ByteCount)
    /// A line begins with the delimiter and goes on with something else.
    case malformedDelimiter
    case headersTooLarge(limit: ByteCount)
    case tooManyHeaders(limit: Int)
    case malformedHeader
    /// No `Content-Disposition: form-data` with a name (RFC 7578, section 4.2).
    case nameMissing
    /// A `Content-Transfer-Encoding` that would have to be decoded (RFC 7578, section 4.7: deprecated).
    case transferEncodingUnsupported
    case tooManyParts(limit: Int)
    case fieldTooLarge(limit: ByteCount)
    case fieldNotUTF8
    case messageTooLarge(limit: ByteCount)
    /// The body ended before the closing delimiter.
    case cutShort
    /// The body of a part was asked for after the reader went on to the next part: a mistake of the caller.
    case partPassed
    /// Two tasks read at the same time: a mistake of the caller.
    case alreadyReading

    /// Whether a limit was exceeded, which is 413 rather than 400 in HTTP.
    public var isTooLarge: Bool {
        switch self {
        case .preambleTooLarge, .headersTooLarge, .tooManyHeaders, .tooManyParts, .fieldTooLarge, .messageTooLarge:
            true
        case .notMultipart, .boundaryMissing, .boundaryIllegal, .malformedDelimiter, .malformedHeader, .nameMissing,
            .transferEncodingUnsupported, .fieldNotUTF8, .cutShort, .partPassed, .alreadyReading:
            false
        }
    }
}

extension MultipartError: CustomStringConvertible {
    /// A short text that clients may see.
    public var description: String {
        switch self {
        case .notMultipart: "the body is not multipart/form-data"
        case .boundaryMissing: "the multipart content type has no boundary"
        case .boundaryIllegal: "the multipart boundary is not legal"
        case .preambleTooLarge(let limit): "more than \(limit) before the first multipart delimiter"
        case .malformedDelimiter: "a multipart delimiter is malformed"
        case .headersTooLarge(let limit): "the headers of a multipart part are larger than \(limit)"
        case .tooManyHeaders(let limit): "a multipart part has more than \(limit) header fields"
        case .malformedHeader: "a multipart part has a malformed header field"
        case .nameMissing: "a multipart part has no form-data name"
        case .transferEncodingUnsupported: "a multipart part has a content transfer encoding"
        case .tooManyParts(let limit): "the multipart body has more than \(limit) parts"
        case .fieldTooLarge(let limit): "a form field is larger than \(limit)"
        case .fieldNotUTF8: "a form field is not UTF-8 text"
        case .messageTooLarge(let limit): "the multipart body is larger than \(limit)"
        case .cutShort: "the multipart body ends before its closing delimiter"
        case .partPassed: "a part of the multipart body was read after the next one had begun"
        case .alreadyReading: "the multipart body is being read twice at the same time"
        }
    }
}
