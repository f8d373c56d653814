internal import AsyncHTTPClient
public import Auth
internal import Core
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Calls other servers over HTTP/1.1 and TLS.
public final class HTTPWebClient: WebClient {
    private let client: HTTPClient
    private let resolver: HostResolver
    private let isAllowed: @Sendable (String) -> Bool

    /// Call ``shutdown()`` in the end.
    public convenience init() { self.init(resolver: .system, isAllowed: PublicAddress.isPublic) }

    /// - Parameter isAllowed: judges the addresses of hosts that somebody else named.
    init(resolver: HostResolver, isAllowed: @escaping @Sendable (String) -> Bool) {
        client = HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            configuration: HTTPWebClient.configuration)
        self.resolver = resolver
        self.isAllowed = isAllowed
    }

    /// Closes all connections.
    public func shutdown() async {
        // The one error there is says that it was shut down before.
        try? await client.shutdown()
    }

    private static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: OutboundLimits.connectTime))
        configuration.httpVersion = .http1Only
        // A server that is not there is not there: whoever asks decides whether to ask again.
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    public func send(_ request: WebRequest) async throws(WebFailure) -> WebResponse {
        guard let url = WebURL(request.url) else { throw .refused(cause: "the URL is malformed") }
        let outcome = await withTaskGroup(of: Result<WebResponse, WebFailure>.self) { group in
            group.addTask { await self.attempt(request, url) }
            group.addTask {
                // Cancelled when the answer is there; then nobody reads this.
                do { try await Task.sleep(for: request.timeLimit) } catch {
                    return .failure(.failed(cause: "cancelled"))
                }
                return .failure(.timedOut)
            }
            let first = await group.next() ?? .failure(.failed(cause: "cancelled"))
            group.cancelAll()
            return first
        }
        return try outcome.get()
    }

    private func attempt(_ request: WebRequest, _ url: WebURL) async -> Result<WebResponse, WebFailure> {
        do throws(WebFailure) {
            guard case .publicHosts = request.reach else { return .success(try await exchange(request, by: client)) }
            let address = try await judgedAddress(of: url)
            return .success(try await exchange(request, url, at: address))
        } catch {
            return .failure(error)
        }
    }

    /// The address to connect to. One that is not public among several refuses them all: a name that points inside as
    /// well was made to.
    private func judgedAddress(of url: WebURL) async throws(WebFailure) -> String {
        guard url.isSecure else { throw .refused(cause: "only https may be asked") }
        let addresses = url.isAddress ? [url.host] : await resolver.addresses(url.host)
        guard let first = addresses.first else { throw .failed(cause: "the host has no address") }
        guard addresses.count <= OutboundLimits.addressesMax, addresses.allSatisfy(isAllowed) else {
            throw .refused(cause: "the host is not on the public internet")
        }
        return first
    }

    /// Connects to the very address that was judged, whatever the name resolves to by now; the certificate is checked
    /// against the name. A client of its own, because addresses can be set for whole clients only.
    private func exchange(
        _ request: WebRequest, _ url: WebURL, at address: String
    ) async throws(WebFailure) -> WebResponse {
        var configuration = HTTPWebClient.configuration
        configuration.dnsOverride = [url.host: address]
        let client = HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
        let result: Result<WebResponse, WebFailure>
        var request = request
        request.url = url.text
        do throws(WebFailure) {
            result = .success(try await exchange(request, by: client))
        } catch {
            result = .failure(error)
        }
        // It was made here, so it cannot have been shut down before.
        try? await client.shutdown()
        return try result.get()
    }

    private func exchange(_ request: WebRequest, by client: HTTPClient) async throws(WebFailure) -> WebResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
        if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
        do {
            let components = request.timeLimit.components
            let limit = TimeAmount.seconds(components.seconds) + .nanoseconds(components.attoseconds / 1_000_000_000)
            let response = try await client.execute(outgoing, timeout: limit)
            var body: [UInt8] = []
            for try await chunk in response.body {
                guard body.count + chunk.readableBytes <= request.answerMax.bytes else {
                    throw WebFailure.tooLarge(limit: request.answerMax)
                }
                body.append(contentsOf: chunk.readableBytesView)
            }
            return WebResponse(
                status: Int(response.status.code),
                headers: response.headers.map { (name: $0.name.lowercased(), value: $0.value) }, body: body)
        } catch let error as WebFailure {
            throw error
        } catch let error as HTTPClientError {
            throw error == .deadlineExceeded || error == .connectTimeout || error == .readTimeout
                ? .timedOut : .failed(cause: error.shortDescription)
        } catch {
            // Errors of sockets and TLS name addresses at most by their kind here.
            throw .failed(cause: "no connection: \(type(of: error))")
        }
    }
}
