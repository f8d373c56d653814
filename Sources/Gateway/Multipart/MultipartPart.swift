public import Core
public import HTTPTypes
public import NIOCore

/// One part of a multipart/form-data body: a form field or a file (RFC 7578, section 4).
public struct MultipartPart: Sendable {
    /// The field's name; may be empty, as storage clients send it for files.
    public let name: String
    /// The file's name as the client gave it, which may be empty, a path or anything else; nil for plain fields.
    public let fileName: String?
    /// All header fields, within ``MultipartLimits``.
    public let headers: HTTPFields
    /// The content, once. Reading it after ``MultipartReader/nextPart()`` throws `.partPassed`.
    public let body: Body
    private let fieldMax: ByteCount

    init(head: MultipartHead, body: Body, fieldMax: ByteCount) {
        name = head.name
        fileName = head.fileName
        headers = head.headers
        self.body = body
        self.fieldMax = fieldMax
    }

    /// The `Content-Type` as sent; nil means `text/plain` for fields (RFC 7578, section 4.4).
    public var contentType: String? { headers[.contentType] }

    /// The whole content as UTF-8 text. Throws ``MultipartError`` `.fieldTooLarge` and `.fieldNotUTF8`, and what reading
    /// throws.
    ///
    /// - Parameter limit: The most bytes accepted; ``MultipartLimits/fieldMax`` when nil.
    public func collectText(limit: ByteCount? = nil) async throws -> String {
        guard let text = String(validating: try await collectBytes(limit: limit), as: UTF8.self) else {
            throw MultipartError.fieldNotUTF8
        }
        return text
    }

    /// The whole content. Throws ``MultipartError`` `.fieldTooLarge`, and what reading throws.
    ///
    /// - Parameter limit: The most bytes accepted; ``MultipartLimits/fieldMax`` when nil.
    public func collectBytes(limit: ByteCount? = nil) async throws -> [UInt8] {
        let limit = limit ?? fieldMax
        var bytes: [UInt8] = []
        for try await buffer in body {
            guard bytes.count + buffer.readableBytes <= limit.bytes else {
                throw MultipartError.fieldTooLarge(limit: limit)
            }
            bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes
    }

    /// The content of a part as it arrives, in buffers that are never empty.
    public struct Body: AsyncSequence, Sendable {
        public typealias Element = ByteBuffer
        public typealias Failure = any Error

        let reader: MultipartReader
        let partNumber: Int

        public struct AsyncIterator: AsyncIteratorProtocol {
            let reader: MultipartReader
            let partNumber: Int

            /// The next buffer; nil at the part's end. Throws what ``MultipartReader/nextPart()`` throws, and
            /// ``MultipartError`` `.partPassed`.
            public mutating func next() async throws -> ByteBuffer? {
                try await reader.nextContent(of: partNumber)
            }
        }

        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(reader: reader, partNumber: partNumber)
        }
    }
}
