public import HTTPTypes
public import NIOCore

/// How a service answers small requests on the event loop of their connection, without a task of their own.
///
/// Only requests that came whole enter: HTTP/1.1, one of GET, POST, PATCH, PUT and DELETE, a body of at most
/// ``GatewayLimits/directBodyMax``. Whatever a service does not want to answer this way takes the ordinary one, through
/// its routes, as if it had never been here.
public protocol DirectLane: Sendable {
    /// The key that every path of the service asks for.
    var keyRequirement: KeyRequirement { get }
    /// `Vary` of answers whose header fields were written before.
    var vary: String { get }
    /// Whoever sent these header fields. Asked again every second and whenever fields or keys change; nil sends the
    /// request the ordinary way.
    ///
    /// - Parameter authority: the first Host, which is not among the fields.
    func enter(_ headers: HTTPFields, authority: String?, _ credentials: Credentials) -> (any DirectCaller)?
}

/// Somebody who sends one or more requests with the same header fields. Serves one connection.
public protocol DirectCaller: AnyObject, Sendable {
    /// Begins to answer; it must not block. Nil sends the request the ordinary way, and `completion` is then not called.
    ///
    /// - Parameter completion: to be called once, on any thread.
    func begin(_ request: DirectRequest, completion: @escaping @Sendable (DirectOutcome) -> Void) -> DirectWork?
}

/// A request as a ``DirectCaller`` sees it.
public struct DirectRequest: Sendable {
    public let method: HTTPRequest.Method
    /// Path below the mount, percent-encoded as sent, beginning with `/`.
    public let path: String
    /// The query as sent.
    public let query: String
    public let body: [UInt8]

    public init(method: HTTPRequest.Method, path: String, query: String, body: [UInt8]) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }
}

/// What a ``DirectCaller`` has begun.
public struct DirectWork: Sendable {
    /// The route's template, for logs and metrics.
    public let route: String
    /// The client has left: nobody waits any more.
    public let cancel: @Sendable () -> Void

    public init(route: String, cancel: @escaping @Sendable () -> Void) {
        self.route = route
        self.cancel = cancel
    }
}

extension HTTPFields {
    /// The fields as they go out in HTTP/1.1, each ending with CR and LF (RFC 9112, section 5).
    public var lines: [UInt8] {
        var lines: [UInt8] = []
        for field in self {
            lines.append(contentsOf: field.name.rawName.utf8)
            lines.append(contentsOf: ": ".utf8)
            lines.append(contentsOf: field.value.utf8)
            lines.append(contentsOf: "\r\n".utf8)
        }
        return lines
    }
}

/// What became of a request.
public enum DirectOutcome: Sendable {
    case answer(DirectAnswer)
    /// For the service to render, as anything that a handler throws.
    case failure(any Error)
    /// Nothing was done and the request takes the ordinary way after all.
    case declined
}

/// An answer that is complete.
public struct DirectAnswer: Sendable {
    enum Head: Sendable {
        case fields(HTTPFields)
        case lines([UInt8])
    }

    let status: HTTPResponse.Status
    let head: Head
    let body: ByteBuffer?

    /// - Parameters:
    ///   - headers: without framing.
    ///   - body: nil where the answer has no body and does not say how long it is.
    public init(status: HTTPResponse.Status, headers: HTTPFields, body: ByteBuffer?) {
        self.status = status
        head = .fields(headers)
        self.body = body
    }

    /// An answer whose header fields were written before.
    ///
    /// - Parameter lines: fields as ``HTTPFields/lines`` gives them, without framing, Vary, CORS and what else the gateway
    ///     adds.
    public init(status: HTTPResponse.Status, lines: [UInt8], body: ByteBuffer) {
        self.status = status
        head = .lines(lines)
        self.body = body
    }
}
