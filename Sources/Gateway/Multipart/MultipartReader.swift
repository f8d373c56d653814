public import HummingbirdCore
internal import NIOCore

/// Reads a multipart/form-data body part by part while it arrives, no faster than it is consumed (RFC 7578).
///
/// Ask for a part, read its body or leave it, and ask for the next: what was left unread of a part is skipped. Nothing
/// of a file is kept in memory. One task reads at a time.
public actor MultipartReader {
    private let limits: MultipartLimits
    private var parser: MultipartParser
    /// Nil while a chunk is being waited for.
    private var chunks: RequestBody.AsyncIterator?
    /// The current part counts from 1.
    private var partNumber = 0
    private var partIsOpen = false
    /// What went wrong; there is no going on after it.
    private var failure: (any Error)?

    /// A reader of `body`, which nobody else must read. Throws ``MultipartError`` `.notMultipart`, `.boundaryMissing` and
    /// `.boundaryIllegal`.
    ///
    /// - Parameter contentType: The value of the request's `Content-Type`.
    public init(
        contentType: String, body: RequestBody, limits: MultipartLimits = MultipartLimits()
    ) throws(MultipartError) {
        self.limits = limits
        parser = MultipartParser(boundary: try MultipartBoundary(contentType: contentType), limits: limits)
        chunks = body.makeAsyncIterator()
    }

    /// The next part, or nil after the closing delimiter. Throws ``MultipartError``, `CancellationError` when the task
    /// is cancelled, and what the body throws when the client goes away.
    public func nextPart() async throws -> MultipartPart? {
        while true {
            switch try await nextEvent() {
            case .part(let head):
                partNumber += 1
                partIsOpen = true
                return MultipartPart(
                    head: head, body: MultipartPart.Body(reader: self, partNumber: partNumber),
                    fieldMax: limits.fieldMax)
            case .partEnd: partIsOpen = false
            case .end: return nil
            case .content, .needsMore: continue
            }
        }
    }

    /// More of the body of part `number`; nil at its end.
    func nextContent(of number: Int) async throws -> ByteBuffer? {
        guard number == partNumber else { throw MultipartError.partPassed }
        guard partIsOpen else { return nil }
        while true {
            switch try await nextEvent() {
            case .content(let content): return content
            case .partEnd, .part, .end:
                partIsOpen = false
                return nil
            case .needsMore: continue
            }
        }
    }

    private func nextEvent() async throws -> MultipartParser.Event {
        if let failure { throw failure }
        guard var chunks else { throw MultipartError.alreadyReading }
        do {
            while true {
                let event = try parser.next()
                if event != .needsMore { return event }
                self.chunks = nil
                defer { self.chunks = chunks }
                guard let chunk = try await chunks.next(isolation: #isolation) else {
                    // A stream may simply end when its task is cancelled.
                    try Task.checkCancellation()
                    throw MultipartError.cutShort
                }
                try parser.feed(chunk)
            }
        } catch {
            failure = error
            throw error
        }
    }
}
