public import Core
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// The road of every request: admit, find the mount, judge the key, route, handle, render.
public struct GatewayResponder: Sendable {
    let configuration: GatewayConfiguration
    let mounts: [Mount]
    let keyGuard: KeyGuard
    let cors: CORSPolicy
    let observer: any Observer
    let clock: any WallClock
    let makeRequestID: @Sendable () -> String
    let dateField = DateField()

    /// - Parameters:
    ///   - mounts: the first whose prefix fits takes the request, so longer prefixes come first.
    ///   - makeRequestID: where request ids come from; random in production.
    public init(
        configuration: GatewayConfiguration, mounts: [Mount], recognizer: any KeyRecognizer, observer: any Observer,
        clock: any WallClock, makeRequestID: @escaping @Sendable () -> String
    ) {
        self.configuration = configuration
        self.mounts = mounts.sorted { $0.prefix.count > $1.prefix.count }
        keyGuard = KeyGuard(recognizer: recognizer)
        cors = CORSPolicy(allowedOrigins: configuration.allowedOrigins)
        self.observer = observer
        self.clock = clock
        self.makeRequestID = makeRequestID
    }

    /// The answer to one request, and what the log says of it.
    struct Outcome: Sendable {
        var response: Response
        var requestID: String
        var service: String
        var route: String
    }

    func respond(to request: Request, remoteAddress: String?) async -> Outcome {
        let head = request.head
        let requestID = givenRequestID(head.headerFields) ?? makeRequestID()
        var outcome = await answer(request, requestID: requestID, remoteAddress: remoteAddress)
        outcome.response.headers[.date] = dateField.text(at: clock.now())
        outcome.response.headers[.requestID] = requestID
        if let value = strictTransportSecurity { outcome.response.headers[.strictTransportSecurity] = value }
        return outcome
    }

    /// Two years, as browsers' preload lists want at least one; nil without TLS.
    var strictTransportSecurity: String? { configuration.tls == nil ? nil : "max-age=63072000" }

    private func answer(_ request: Request, requestID: String, remoteAddress: String?) async -> Outcome {
        let head = request.head
        let target = head.path ?? "/"
        let origin = head.headerFields[.origin]
        func outcome(_ response: Response, _ surface: (any Surface)?, route: String) -> Outcome {
            var response = response
            cors.decorate(&response.headers, origin: origin, surface: surface)
            return Outcome(
                response: response, requestID: requestID, service: surface?.name ?? "gateway", route: route)
        }
        guard target.utf8.count <= GatewayLimits.requestTargetMax.bytes else {
            return outcome(Refusals.targetTooLong, nil, route: "refused")
        }
        let (path, rawQuery) = GatewayResponder.split(target)
        let mounted = mounts.lazy.compactMap { mount in mount.path(below: path).map { (mount, $0) } }.first
        if CORSPolicy.isPreflight(head), let response = cors.preflight(head, surface: mounted?.0.surface) {
            return Outcome(
                response: response, requestID: requestID,
                service: mounted?.0.surface.name ?? "gateway", route: "preflight")
        }
        guard let (mount, below) = mounted else { return outcome(Refusals.noMount, nil, route: "unmatched") }
        let surface = mount.surface
        do throws(RequestLineError) {
            var query = try Query(rawQuery, skipsUndecodable: surface.readsQueryItself)
            let queryKey = query.removeKey()
            do throws(KeyGuard.Refusal) {
                let credentials = try keyGuard.judge(
                    headers: head.headerFields, queryKey: queryKey,
                    requirement: surface.keyRequirement(method: head.method, path: below))
                var admitted = GatewayRequest(
                    id: requestID, method: head.method, path: below, query: query, headers: head.headerFields,
                    body: request.body, credentials: credentials,
                    clientAddress: clientAddress(head.headerFields, remote: remoteAddress))
                admitted.authority = head.authority
                admitted.isFromTrustedProxy = isTrustedProxy(remoteAddress ?? "")
                let (response, route) = await handle(admitted, by: mount)
                return outcome(response, surface, route: route)
            } catch {
                return outcome(Refusals.key(error), surface, route: "refused")
            }
        } catch {
            return outcome(Refusals.requestLine(error, surface), surface, route: "refused")
        }
    }

    private func handle(_ request: GatewayRequest, by mount: Mount) async -> (Response, route: String) {
        let surface = mount.surface
        var request = request
        do {
            let match = try mount.routes.match(request.method, request.path)
            request.parameters = match.parameters
            request.route = match.route.template
            return (try await match.route.handler(request), request.route)
        } catch {
            let rendered = surface.render(error, for: request)
            if let cause = rendered.cause {
                observer.observe(.requestFailed(requestID: request.id, service: surface.name, cause: cause))
            }
            return (rendered.response, request.route)
        }
    }

    // MARK: Parts of a request

    private static func split(_ target: String) -> (path: String, query: String) {
        var target = Substring(target)
        // An absolute-form target (RFC 9112, 3.2.2) is served by its path.
        for scheme in ["http://", "https://"] where target.hasPrefix(scheme) {
            target = target.dropFirst(scheme.count).drop { !"/?#".contains($0) }
            if target.first != "/" { target = "/" + target }
        }
        if let fragment = target.utf8.firstIndex(of: UInt8(ascii: "#")) { target = target[..<fragment] }
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (String(target), "") }
        return (String(target[..<mark]), String(target[target.utf8.index(after: mark)...]))
    }

    /// A client's own id is kept when it is short and plain, so that traces join up.
    func givenRequestID(_ headers: HTTPFields) -> String? {
        guard let given = headers[.requestID], !given.isEmpty,
            given.utf8.count <= GatewayLimits.requestIDCharactersMax,
            given.utf8.allSatisfy({ byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            })
        else { return nil }
        return given
    }

    /// Walks `X-Forwarded-For` from the right for as long as the hop that wrote the entry is a trusted proxy.
    func clientAddress(_ headers: HTTPFields, remote: String?) -> String {
        var address = remote ?? "unknown"
        guard !configuration.trustedProxies.isEmpty else { return address }
        var hops = headers[values: .xForwardedFor].flatMap { $0.split(separator: ",") }.map {
            String($0).trimmingSpaces()
        }
        while isTrustedProxy(address), let hop = hops.popLast().flatMap(Network.address) { address = hop }
        return address
    }

    private func isTrustedProxy(_ address: String) -> Bool {
        configuration.trustedProxies.contains { $0.contains(address) }
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name.known("x-request-id")
    static let xForwardedFor = HTTPField.Name.known("x-forwarded-for")
}
