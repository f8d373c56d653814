internal import Core
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import NIOHTTP1

/// Judges requests that may be answered directly, as ``GatewayResponder`` judges all others, and finishes their answers.
struct DirectDesk: Sendable {
    private let responder: GatewayResponder
    /// One for each mount, in the responder's order; nil where a mount's requests take the ordinary way.
    private let windows: [(prefix: [UInt8], window: Window?)]

    /// A mount that answers directly.
    final class Window: Sendable {
        let prefixCount: Int
        let surface: any Surface
        let lane: any DirectLane
        let name: String

        init(_ mount: Mount, _ lane: any DirectLane) {
            prefixCount = mount.prefix.utf8.count
            surface = mount.surface
            self.lane = lane
            name = mount.surface.name
        }
    }

    /// Nil where no service answers directly.
    init?(_ responder: GatewayResponder) {
        windows = responder.mounts.map { mount in
            (Array(mount.prefix.utf8), mount.surface.directLane.map { Window(mount, $0) })
        }
        guard windows.contains(where: { $0.window != nil }) else { return nil }
        self.responder = responder
    }

    /// Where a request would go that is fit for being answered directly, as far as its head tells.
    func window(for head: HTTPRequestHead) -> Window? {
        guard head.version == .http1_1, DirectDesk.method(head.method) != nil, head.isKeepAlive else { return nil }
        let uri = head.uri.utf8.span
        // Absolute forms are rare, and the ordinary way knows them.
        guard uri.count <= GatewayLimits.requestTargetMax.bytes, uri.count > 0, uri[0] == UInt8(ascii: "/") else {
            return nil
        }
        for (prefix, window) in windows where DirectDesk.lies(uri, below: prefix) { return window }
        return nil
    }

    private static func lies(_ uri: Span<UInt8>, below prefix: [UInt8]) -> Bool {
        guard uri.count >= prefix.count else { return false }
        for index in prefix.indices where uri[index] != prefix[index] { return false }
        guard uri.count > prefix.count else { return true }
        let next = uri[prefix.count]
        return next == UInt8(ascii: "/") || next == UInt8(ascii: "?")
    }

    /// How long the body of a request is; nil where it is not known to be small, where the client waits to be asked and
    /// where the request is not to be understood.
    static func bodyLength(of headers: HTTPHeaders) -> Int? {
        var length = 0
        var hosts = 0
        for (name, value) in headers {
            switch name.utf8.count {
            case 4 where name.lowercased() == "host": hosts += 1
            case 14 where name.lowercased() == "content-length":
                guard let count = Int(value), 0...GatewayLimits.directBodyMax.bytes ~= count else { return nil }
                length = count
            case 6 where name.lowercased() == "expect", 7 where name.lowercased() == "upgrade",
                17 where name.lowercased() == "transfer-encoding":
                return nil
            default: continue
            }
        }
        return hosts == 1 ? length : nil
    }

    /// The visitor behind a request: one of those `known` on the connection, latest first, or a new one who joins them.
    /// Nil sends the request the ordinary way, which also says why it is refused.
    func visitor(
        _ head: HTTPRequestHead, at window: Window, remoteAddress: String?, among known: inout [Visitor]
    ) -> Visitor? {
        let now = responder.clock.now()
        let keys = responder.keyGuard.recognizer.generation
        for visitor in known where visitor.sent(head.headers, at: window, now: now, keys: keys) { return visitor }
        // Nobody comes back with what was judged in another second.
        known.removeAll { !$0.isCurrent(now: now, keys: keys) }
        guard let new = newVisitor(head, at: window, remoteAddress: remoteAddress, now: now, keys: keys) else {
            return nil
        }
        if known.count >= GatewayLimits.directVisitorsMax { known.removeLast() }
        known.insert(new, at: 0)
        return new
    }

    private func newVisitor(
        _ head: HTTPRequestHead, at window: Window, remoteAddress: String?, now: Timestamp, keys: UInt64
    ) -> Visitor? {
        let surface = window.surface
        let fields = HTTPFields(head.headers)
        guard
            let credentials = try? responder.keyGuard.judge(
                headers: fields, queryKey: nil, requirement: window.lane.keyRequirement),
            let caller = window.lane.enter(fields, authority: head.headers.first(name: "host"), credentials)
        else { return nil }
        var decoration: HTTPFields = [.vary: window.lane.vary]
        responder.cors.decorate(&decoration, origin: fields[.origin], surface: surface)
        return Visitor(
            head.headers, fields: fields, window: window, credentials: credentials, caller: caller,
            givenID: responder.givenRequestID(fields),
            clientAddress: responder.clientAddress(fields, remote: remoteAddress),
            decoration: decoration.lines, now: now, keys: keys)
    }

    func requestID(for visitor: Visitor) -> String { visitor.givenID ?? responder.makeRequestID() }

    /// The request as its service sees it; nil where the query may hold a key or more than a query.
    static func request(_ head: HTTPRequestHead, body: ByteBuffer?, at window: Window) -> DirectRequest? {
        guard let method = method(head.method) else { return nil }
        let uri = head.uri.utf8
        let bytes = uri.span
        var mark: Int?
        for index in window.prefixCount..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "?") where mark == nil: mark = index
            // Fragments are rare, and the ordinary way knows them.
            case UInt8(ascii: "#"): return nil
            default: continue
            }
        }
        if let mark, mayHoldKey(bytes, from: mark + 1) { return nil }
        let begin = uri.index(uri.startIndex, offsetBy: window.prefixCount)
        let end = mark.map { uri.index(uri.startIndex, offsetBy: $0) } ?? uri.endIndex
        let path = String(head.uri[begin..<end])
        return DirectRequest(
            method: method, path: path.isEmpty ? "/" : path,
            query: mark == nil ? "" : String(head.uri[uri.index(after: end)...]),
            body: body.map { Array($0.readableBytesView) } ?? [])
    }

    private static let key = Array(Query.keyName.utf8)

    /// Whether a name in a query is `apikey`, or may be once it is decoded.
    static func mayHoldKey(_ bytes: Span<UInt8>, from start: Int) -> Bool {
        var isName = true
        // How many bytes of the name are those of the key; nil for another name.
        var matched: Int? = 0
        for index in start..<bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "&"):
                if isName, matched == key.count { return true }
                isName = true
                matched = 0
            case UInt8(ascii: "="):
                if isName, matched == key.count { return true }
                isName = false
            case UInt8(ascii: "%"), UInt8(ascii: "+"):
                if isName { return true }
            case let byte:
                guard isName, let count = matched else { continue }
                matched = count < key.count && key[count] == byte ? count + 1 : nil
            }
        }
        return isName && matched == key.count
    }

    private static func method(_ method: HTTPMethod) -> HTTPRequest.Method? {
        switch method {
        case .GET: .get
        case .POST: .post
        case .PATCH: .patch
        case .PUT: .put
        case .DELETE: .delete
        default: nil
        }
    }

    // MARK: Answers

    /// Head and body of an answer as they go out (RFC 9112); a body that is long is left to be written behind it.
    func encoded(
        _ answer: DirectAnswer, to visitor: Visitor, requestID: String, into buffer: inout ByteBuffer
    ) -> ByteBuffer? {
        if answer.status == .ok, answer.status.reasonPhrase == HTTPResponse.Status.ok.reasonPhrase {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            buffer.writeString("HTTP/1.1 \(answer.status.code) \(answer.status.shownReason)\r\n")
        }
        switch answer.head {
        case .lines(let lines):
            buffer.writeBytes(lines)
            buffer.writeBytes(visitor.decoration)
        case .fields(var fields):
            responder.cors.decorate(&fields, origin: visitor.fields[.origin], surface: visitor.window.surface)
            fields[.contentLength] = nil
            fields[.transferEncoding] = nil
            buffer.writeBytes(fields.lines)
        }
        buffer.writeStaticString("date: ")
        buffer.writeString(responder.dateField.text(at: responder.clock.now()))
        buffer.writeStaticString("\r\nx-request-id: ")
        buffer.writeString(requestID)
        if let value = responder.strictTransportSecurity {
            buffer.writeStaticString("\r\nstrict-transport-security: ")
            buffer.writeString(value)
        }
        guard answer.status.mayHaveBody else {
            buffer.writeStaticString("\r\n\r\n")
            return nil
        }
        guard let body = answer.body else {
            buffer.writeStaticString("\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n")
            return nil
        }
        buffer.writeStaticString("\r\ncontent-length: ")
        buffer.writeString(String(body.readableBytes))
        buffer.writeStaticString("\r\n\r\n")
        if body.readableBytes > DirectDesk.copiedMax { return body }
        buffer.writeImmutableBuffer(body)
        return nil
    }

    /// Bodies up to this are copied behind the head, to be written with it.
    private static let copiedMax = 16 << 10

    func observe(_ summary: RequestSummary) { responder.observer.observe(.requestFinished(summary)) }

    /// What the service says of an error, with its body complete.
    func render(
        _ error: any Error, of request: DirectRequest, from visitor: Visitor, requestID: String
    ) async -> DirectAnswer {
        let surface = visitor.window.surface
        // A query that was read once as the service wanted it can be read again.
        let query = (try? Query(request.query, skipsUndecodable: true)) ?? Query()
        let rendered = surface.render(
            error,
            for: GatewayRequest(
                id: requestID, method: request.method, path: request.path, query: query, headers: visitor.fields,
                body: RequestBody(buffer: ByteBuffer()), credentials: visitor.credentials,
                clientAddress: visitor.clientAddress))
        if let cause = rendered.cause {
            responder.observer.observe(.requestFailed(requestID: requestID, service: surface.name, cause: cause))
        }
        let bytes = await GatewayResponder.bytes(of: rendered.response.body)
        return DirectAnswer(
            status: rendered.response.status, headers: rendered.response.headers,
            body: bytes.map { ByteBuffer(bytes: $0) })
    }
}

extension HTTPFields {
    /// The fields of an HTTP/1.1 request but the first Host, which is the request's authority.
    fileprivate init(_ headers: HTTPHeaders) {
        self.init()
        reserveCapacity(headers.count)
        var sawHost = false
        for (rawName, value) in headers {
            if !sawHost, rawName.utf8.count == 4, rawName.lowercased() == "host" {
                sawHost = true
                continue
            }
            if let name = HTTPField.Name(rawName) { append(HTTPField(name: name, value: value)) }
        }
    }
}
