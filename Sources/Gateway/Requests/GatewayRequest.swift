public import Core
public import HTTPTypes
public import HummingbirdCore
internal import NIOCore

/// A request as a service sees it: admitted, without its mount's prefix, with the key already judged.
public struct GatewayRequest: Sendable {
    /// Names the request in every log line and in the `x-request-id` response header.
    public let id: String
    public let method: HTTPRequest.Method
    /// Path below the mount, percent-encoded as sent, beginning with `/`.
    public let path: String
    /// The query without `apikey`.
    public let query: Query
    public let headers: HTTPFields
    /// The body as it arrives, with back-pressure. Read it at most once.
    public let body: RequestBody
    public let credentials: Credentials
    /// The client's address: the socket's, or what a configured proxy reported.
    public let clientAddress: String
    /// The host and port that the client believes to speak to. Only for refusing: links are never built from it.
    public internal(set) var authority: String?
    /// Whether a configured proxy passed the request on, so that headers which only proxies write can be believed.
    public internal(set) var isFromTrustedProxy = false
    /// Path parameters by name, each percent-decoded once.
    public internal(set) var parameters: [String: String] = [:]
    /// The template of the matched route, for logs, metrics and policies.
    public internal(set) var route = "unmatched"

    public init(
        id: String, method: HTTPRequest.Method, path: String, query: Query, headers: HTTPFields, body: RequestBody,
        credentials: Credentials, clientAddress: String
    ) {
        self.id = id
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.credentials = credentials
        self.clientAddress = clientAddress
    }

    /// A parameter the route's template names; its absence is a mistake in the template.
    public func parameter(_ name: String) -> String {
        guard let value = parameters[name] else { preconditionFailure("route \(route) has no parameter \(name)") }
        return value
    }

    /// The media type in lower case without parameters, or nil.
    public var mediaType: String? {
        guard let value = headers[.contentType] else { return nil }
        return value.prefix { $0 != ";" }.lowercased().trimmingSpaces()
    }

    /// Declared body length in bytes; nil when chunked, absent or not a number.
    public var contentLength: Int? { headers[.contentLength].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }

    /// The whole body. Throws ``BodyError``.
    public func bytes(limit: ByteCount) async throws(BodyError) -> [UInt8] {
        if let length = contentLength, length > limit.bytes { throw .tooLarge(limit: limit) }
        var bytes: [UInt8] = []
        if let length = contentLength { bytes.reserveCapacity(length) }
        do {
            for try await buffer in body {
                guard bytes.count + buffer.readableBytes <= limit.bytes else { throw BodyError.tooLarge(limit: limit) }
                bytes.append(contentsOf: buffer.readableBytesView)
            }
        } catch let error as BodyError {
            throw error
        } catch {
            throw .cutShort
        }
        return bytes
    }

    /// The body as JSON; nil when it is empty or white space. Throws ``BodyError``.
    public func json(limit: ByteCount, depthMax: Int = 64) async throws(BodyError) -> JSON? {
        let bytes = try await bytes(limit: limit)
        guard bytes.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return nil }
        do throws(JSONError) {
            return try JSON(parsing: bytes, limits: JSONLimits(bytesMax: limit.bytes, depthMax: depthMax))
        } catch {
            throw .notJSON(error)
        }
    }
}

/// Why a body could not be read.
public enum BodyError: Error, Sendable {
    case tooLarge(limit: ByteCount)
    /// The client went away, or its chunked coding was broken.
    case cutShort
    case notJSON(JSONError)
}

extension String {
    func trimmingSpaces() -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let trimmed = utf8.drop(while: isSpace)
        guard let last = trimmed.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(self[trimmed.startIndex...last])
    }
}
