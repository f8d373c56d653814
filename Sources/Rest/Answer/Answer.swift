internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// What goes back for a request that succeeded.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields = [:]
    /// Nil where the answer carries neither a body nor its length.
    var body: ByteBuffer?
    /// What follows ``body``, and how many bytes there are together.
    var rest: (stream: AnswerStream, length: Int)?
    /// The right to hold ``body``, given back when it has been written.
    var share: AnswerSizes.Share?

    /// What answers depend on besides the path.
    static let vary = "Accept, Prefer, Range"

    /// With what every answer carries.
    private var completeHeaders: HTTPFields {
        var headers = headers
        if headers[.vary] == nil { headers[.vary] = Answer.vary }
        return headers
    }

    /// For a request that was answered directly.
    var direct: DirectAnswer { DirectAnswer(status: status, headers: completeHeaders, body: body) }

    var response: Response {
        let headers = completeHeaders
        // A body of unknown length: HEAD must not say that there are no bytes.
        guard let body else {
            return Response(status: status, headers: headers, body: ResponseBody { try await $0.finish(nil) })
        }
        guard let rest else {
            guard let share else {
                return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
            }
            let held = ResponseBody(contentLength: body.readableBytes) { writer in
                try await writer.write(body)
                try await writer.finish(nil)
                withExtendedLifetime(share) {}
            }
            return Response(status: status, headers: headers, body: held)
        }
        let streamed = ResponseBody(contentLength: rest.length) { writer in
            var remaining = rest.length - body.readableBytes
            try await writer.write(body)
            while remaining > 0 {
                let bytes = try await rest.stream.next(remaining: remaining)
                remaining -= bytes.readableBytes
                try await writer.write(bytes)
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: streamed)
    }

    /// Appends a field; a value that a header cannot hold loses what does not fit.
    mutating func add(_ name: HTTPField.Name, _ value: String) {
        headers.append(HTTPField(name: name, value: value))
    }

    /// Puts in what SQL asked for by `response.status` and `response.headers`, which win over ours. Throws PGRST111
    /// and PGRST112.
    mutating func override(with result: StatementResult) throws(RestError) {
        if let text = result.statusText { status = try Answer.status(text) }
        guard let text = result.headersText else { return }
        let fields = try ResponseHeaders.parse(text)
        for field in fields { headers[values: field.name] = [] }
        for field in fields { headers.append(field) }
    }

    /// A status that SQL sets. Those below 200 are not final: the client would go on waiting.
    static func status(_ text: String) throws(RestError) -> HTTPResponse.Status {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let code = Int(digits), (200...599).contains(code) else { throw .request(.responseStatusUnusable) }
        return HTTPResponse.Status(code: code)
    }
}

extension HTTPField.Name {
    /// A name known to be legal when the program is written.
    static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }

    static let preferenceApplied = HTTPField.Name.known("Preference-Applied")
    static let proxyStatus = HTTPField.Name.known("Proxy-Status")
    static let serverTiming = HTTPField.Name.known("Server-Timing")
    static let warning = HTTPField.Name.known("Warning")
}
