import NIOCore

/// A client that sends the bytes a test wants, right or wrong.
struct RawConnection {
    var input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    let output: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var received = ""
    private(set) var isAtEnd = false

    init(
        input: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        output: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.input = input
        self.output = output
    }

    struct Response: Sendable {
        var status: Int
        var reason = ""
        /// By lower-case name.
        var headers: [String: String]
        var body: String
    }

    struct UnexpectedEnd: Error {
        let received: String
    }

    func send(_ text: String) async throws { try await output.write(ByteBuffer(string: text)) }

    /// The next response; with `bodyless`, its length header is not followed by a body.
    mutating func response(bodyless: Bool = false) async throws -> Response {
        let head = try await take(through: "\r\n\r\n")
        let lines = head.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count > 1, let status = Int(words[1]) else { throw UnexpectedEnd(received: head) }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        var body = ""
        if !bodyless, let length = headers["content-length"].flatMap({ Int($0) }) {
            body = try await take(count: length)
        }
        let reason = words.dropFirst(2).joined(separator: " ")
        return Response(status: status, reason: reason, headers: headers, body: body)
    }

    /// Whatever comes until the server closes.
    mutating func rest() async throws -> String {
        while try await more() {}
        defer { received = "" }
        return received
    }

    private mutating func more() async throws -> Bool {
        guard !isAtEnd else { return false }
        guard let buffer = try await input.next(isolation: #isolation) else {
            isAtEnd = true
            return false
        }
        received += String(buffer: buffer)
        return true
    }

    private mutating func take(through mark: String) async throws -> String {
        while true {
            if let end = received.firstEnd(of: mark) {
                defer { received = String(received[end...]) }
                return String(received[..<end])
            }
            guard try await more() else { throw UnexpectedEnd(received: received) }
        }
    }

    private mutating func take(count: Int) async throws -> String {
        while received.utf8.count < count {
            guard try await more() else { throw UnexpectedEnd(received: received) }
        }
        let end = received.utf8.index(received.startIndex, offsetBy: count)
        defer { received = String(received[end...]) }
        return String(received[..<end])
    }
}

extension String {
    /// Where the first `mark` ends.
    fileprivate func firstEnd(of mark: String) -> Index? {
        let wanted = Array(mark.utf8)
        var start = utf8.startIndex
        while start < utf8.endIndex {
            if utf8[start...].starts(with: wanted) { return utf8.index(start, offsetBy: wanted.count) }
            start = utf8.index(after: start)
        }
        return nil
    }
}
