public import Core

/// How the auth service calls other servers: providers, hooks, captcha and text message services.
public protocol WebClient: Sendable {
    /// One request, without following redirects. Answers of any status are answers; what is thrown is that there was
    /// none.
    func send(_ request: WebRequest) async throws(WebFailure) -> WebResponse
}

/// A request to another server.
public struct WebRequest: Sendable {
    /// Which hosts it may reach.
    public enum Reach: Sendable {
        /// Any host: the operator wrote the URL.
        case configured
        /// Only `https` on hosts whose every address is public: somebody else's document named the URL.
        case publicHosts
    }

    public var method = "GET"
    public var url: String
    public var headers: [(name: String, value: String)] = []
    public var body: [UInt8] = []
    /// Longest wait for the whole answer.
    public var timeLimit: Duration = .seconds(5)
    /// Largest body of the answer; a larger one is a failure.
    public var answerMax: ByteCount = .kibibytes(200)
    public var reach: Reach = .configured

    public init(_ url: String) { self.url = url }
}

/// Another server's answer.
public struct WebResponse: Sendable {
    public let status: Int
    /// Names in lower case.
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]

    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first header of a name, in any letter case.
    public func header(_ name: String) -> String? {
        let name = name.lowercased()
        return headers.first { $0.name.lowercased() == name }?.value
    }
}

/// Why there was no answer. `cause` is for the log: no secrets, no query strings.
public enum WebFailure: Error, Sendable {
    case timedOut
    case tooLarge(limit: ByteCount)
    /// The URL is none, or leads where ``WebRequest/Reach`` does not allow.
    case refused(cause: String)
    case failed(cause: String)
}
