internal import Core
internal import NIOCore

/// multipart/form-data as a machine: chunks in, events out, no I/O (RFC 7578; RFC 2046, section 5.1).
///
/// Content leaves as slices of the chunks that came in. Bytes are copied only where a delimiter or a header line
/// may lie across two chunks.
struct MultipartParser: Sendable {
    enum Event: Sendable, Hashable {
        /// Feed another chunk; if there is none, the message is cut short.
        case needsMore
        case part(MultipartHead)
        /// Never empty.
        case content(ByteBuffer)
        case partEnd
        /// The closing delimiter; what follows it is ignored.
        case end
    }

    private enum State: Sendable {
        case preamble
        /// A delimiter was read up to the end of its boundary.
        case delimiterTail
        case headers
        /// At the empty line after the headers.
        case contentStart
        case content
        /// At the first byte of a delimiter.
        case delimiter
        case end
    }

    private let limits: MultipartLimits
    private let search: DelimiterSearch
    private var state = State.preamble
    private var section: MultipartHeaderSection
    private var partCount = 0
    private var preambleBytes = 0
    private var messageBytes = 0
    /// Bytes that came in and are not used yet. It begins with a line break that nobody sent, so that the first
    /// delimiter looks like all others.
    private var pending = ByteBuffer(string: "\r\n")
    /// Whether `pending` shares its memory with nobody and so can grow in place.
    private var ownsPending = true

    init(boundary: MultipartBoundary, limits: MultipartLimits) {
        self.limits = limits
        search = DelimiterSearch(boundary: boundary)
        section = MultipartHeaderSection(limits: limits)
    }

    /// Adds a chunk. Throws `.messageTooLarge`.
    mutating func feed(_ chunk: ByteBuffer) throws(MultipartError) {
        messageBytes += chunk.readableBytes
        guard messageBytes <= limits.messageMax.bytes else { throw .messageTooLarge(limit: limits.messageMax) }
        if pending.readableBytes == 0 {
            pending = chunk
            ownsPending = false
            return
        }
        if !ownsPending {
            let needed = pending.readableBytes + chunk.readableBytes
            var merged = ByteBufferAllocator().buffer(capacity: needed * 2 < 4096 ? 4096 : needed)
            merged.writeImmutableBuffer(pending)
            pending = merged
            ownsPending = true
        }
        pending.writeImmutableBuffer(chunk)
    }

    /// The next event. Throws the first reason against the message; after that the machine must not be used.
    mutating func next() throws(MultipartError) -> Event {
        while true {
            let event: Event?
            switch state {
            case .preamble: event = try readPreamble()
            case .delimiterTail: event = try readDelimiterTail()
            case .headers: event = try readHeaders()
            case .contentStart: event = startContent()
            case .content: event = readContent()
            case .delimiter:
                pending.moveReaderIndex(forwardBy: search.delimiter.count)
                state = .delimiterTail
                event = .partEnd
            case .end: event = .end
            }
            if let event { return event }
        }
    }

    private mutating func readPreamble() throws(MultipartError) -> Event? {
        let skipped: Int
        var event: Event?
        switch search.search(pending.readableBytesUInt8Span) {
        case .delimiter(let offset):
            skipped = offset
            pending.moveReaderIndex(forwardBy: offset + search.delimiter.count)
            state = .delimiterTail
        case .content(let bytes):
            skipped = bytes
            pending.moveReaderIndex(forwardBy: bytes)
            event = .needsMore
        }
        preambleBytes += skipped
        guard preambleBytes <= limits.preambleMax.bytes else { throw .preambleTooLarge(limit: limits.preambleMax) }
        return event
    }

    private mutating func readDelimiterTail() throws(MultipartError) -> Event? {
        switch try DelimiterTail(pending.readableBytesUInt8Span) {
        case .incomplete: return .needsMore
        case .closing(let length):
            pending.moveReaderIndex(forwardBy: length)
            state = .end
        case .opening(let length):
            pending.moveReaderIndex(forwardBy: length)
            partCount += 1
            guard partCount <= limits.partsMax else { throw .tooManyParts(limit: limits.partsMax) }
            section = MultipartHeaderSection(limits: limits)
            state = .headers
        }
        return nil
    }

    /// Takes one header line, or at the empty line makes the part.
    private mutating func readHeaders() throws(MultipartError) -> Event? {
        guard let lineFeed = pending.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            try section.check(pending: pending.readableBytes)
            return .needsMore
        }
        let length = lineFeed - pending.readerIndex
        try section.check(pending: length + 1)
        if length == 1, pending.readableBytesView.first == UInt8(ascii: "\r") {
            state = .contentStart
            return .part(try section.head())
        }
        guard var line = pending.readBytes(length: length + 1)?.dropLast(), line.popLast() == UInt8(ascii: "\r") else {
            throw .malformedHeader
        }
        try section.add(Array(line))
        return nil
    }

    /// The line break of the empty line may already be that of the next delimiter, in a part without a body.
    private mutating func startContent() -> Event? {
        guard search.isDelimiterOrBeginsOne(pending.readableBytesUInt8Span, at: 0) else {
            pending.moveReaderIndex(forwardBy: 2)
            state = .content
            return nil
        }
        guard pending.readableBytes >= search.delimiter.count else { return .needsMore }
        state = .delimiter
        return nil
    }

    private mutating func readContent() -> Event? {
        switch search.search(pending.readableBytesUInt8Span) {
        case .delimiter(let offset):
            state = .delimiter
            return offset == 0 ? nil : take(offset)
        case .content(let bytes):
            return bytes == 0 ? .needsMore : take(bytes)
        }
    }

    private mutating func take(_ count: Int) -> Event? {
        ownsPending = false
        return pending.readSlice(length: count).map(Event.content)
    }
}
