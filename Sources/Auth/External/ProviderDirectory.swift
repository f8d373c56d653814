internal import Core
internal import Cryptography

/// What providers publish about themselves, remembered for a while: discovery documents (OpenID Connect Discovery 1.0)
/// and key sets (RFC 7517). Bounded in number and time; failures are remembered too, only shorter.
actor ProviderDirectory {
    private var documents = Shelf<ProviderDocument>()
    private var keySets = Shelf<ProviderKeys>()

    /// The discovery document of an issuer.
    func document(
        of issuer: String, reach: WebRequest.Reach, by web: any WebClient, now: Timestamp
    ) async throws(ProviderFailure) -> ProviderDocument {
        if let kept = try documents.value(issuer, now: now) { return kept.value }
        do throws(ProviderFailure) {
            let url = issuer.withoutTrailingSlash + "/.well-known/openid-configuration"
            let json = try await web.json(url, reach: reach, what: "a discovery document")
            let document = try ProviderDocument(json, issuer: issuer, reach: reach)
            documents.keep(.success(document), under: issuer, now: now)
            return document
        } catch {
            // A client that went away says nothing about the provider.
            if !Task.isCancelled { documents.keep(.failure(error), under: issuer, now: now) }
            throw error
        }
    }

    /// The keys at a URL. A token that names a key which is not among them has them fetched again, though not often.
    func keys(
        at url: String, for token: IDToken, reach: WebRequest.Reach, by web: any WebClient, now: Timestamp
    ) async throws(ProviderFailure) -> ProviderKeys {
        if let kept = try keySets.value(url, now: now) {
            let isRecent = now < kept.at.advanced(by: ExternalLimits.keysRefetchInterval)
            if isRecent || kept.value.mayHaveSigned(token) { return kept.value }
        }
        do throws(ProviderFailure) {
            let json = try await web.json(url, reach: reach, what: "a key set")
            let keys = ProviderKeys(json)
            guard !keys.isEmpty else { throw ProviderFailure(cause: "a key set without usable keys") }
            keySets.keep(.success(keys), under: url, now: now)
            return keys
        } catch {
            if !Task.isCancelled { keySets.keep(.failure(error), under: url, now: now) }
            throw error
        }
    }
}

extension ProviderKeys {
    fileprivate func mayHaveSigned(_ token: IDToken) -> Bool {
        guard let algorithm = SignatureAlgorithm(rawValue: token.algorithm), algorithm.isIssued else { return true }
        return !candidates(algorithm, keyID: token.keyID).isEmpty
    }
}

/// A bounded number of answers with the time they were fetched.
private struct Shelf<Value: Sendable> {
    struct Kept {
        let value: Value
        let at: Timestamp
    }

    private var entries: [String: (result: Result<Value, ProviderFailure>, at: Timestamp)] = [:]

    /// What is kept and still believed; throws a failure that is.
    func value(_ name: String, now: Timestamp) throws(ProviderFailure) -> Kept? {
        guard let entry = entries[name] else { return nil }
        switch entry.result {
        case .success(let value):
            let isBelieved = now < entry.at.advanced(by: ExternalLimits.directoryLifetime)
            return isBelieved ? Kept(value: value, at: entry.at) : nil
        case .failure(let failure):
            guard now < entry.at.advanced(by: ExternalLimits.failureLifetime) else { return nil }
            throw failure
        }
    }

    mutating func keep(_ result: Result<Value, ProviderFailure>, under name: String, now: Timestamp) {
        if entries[name] == nil, entries.count >= ExternalLimits.issuersKeptMax,
            let oldest = entries.min(by: { $0.value.at < $1.value.at })
        {
            entries[oldest.key] = nil
        }
        entries[name] = (result, now)
    }
}

/// The parts of a discovery document that are used.
struct ProviderDocument: Sendable {
    let issuer: String
    let authorization: ProviderEndpoint?
    let token: ProviderEndpoint?
    let userInfo: ProviderEndpoint?
    let keys: ProviderEndpoint?
    /// Whether the client's secret goes into the form; otherwise it is sent as HTTP basic authentication, which is the
    /// standard's default (section 3).
    let takesSecretInForm: Bool

    init(_ json: JSON, issuer: String, reach: WebRequest.Reach) throws(ProviderFailure) {
        guard let stated = json["issuer"]?.string, stated.withoutTrailingSlash == issuer.withoutTrailingSlash else {
            throw ProviderFailure(cause: "a discovery document is another issuer's")
        }
        self.issuer = stated
        func endpoint(_ member: String) -> ProviderEndpoint? {
            json[member]?.string.map { ProviderEndpoint(url: $0, namedBy: issuer, reach: reach) }
        }
        authorization = endpoint("authorization_endpoint")
        token = endpoint("token_endpoint")
        userInfo = endpoint("userinfo_endpoint")
        keys = endpoint("jwks_uri")
        let methods = (json["token_endpoint_auth_methods_supported"]?.array ?? []).compactMap(\.string)
        takesSecretInForm = methods.contains("client_secret_post")
    }
}

/// A URL of a provider and where it may lead.
struct ProviderEndpoint: Sendable {
    let url: String
    let reach: WebRequest.Reach

    /// One that the operator wrote, or that is the provider's for all the world.
    init(_ url: String) {
        self.url = url
        reach = .configured
    }

    /// One that a document named: on the issuer's own origin it is as good as the issuer, elsewhere it must be public.
    init(url: String, namedBy issuer: String, reach: WebRequest.Reach) {
        self.url = url
        let isOwn = ProviderEndpoint.origin(url) == ProviderEndpoint.origin(issuer)
        self.reach = isOwn ? reach : .publicHosts
    }

    /// Scheme, host and port, in lower case.
    private static func origin(_ url: String) -> String? {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        return url[..<scheme.upperBound].lowercased()
            + url[scheme.upperBound...].prefix { !"/?#".contains($0) }.lowercased()
    }
}

extension WebClient {
    /// A JSON document at a URL.
    func json(
        _ url: String, reach: WebRequest.Reach, bearer: String? = nil, what: String
    ) async throws(ProviderFailure) -> JSON {
        var request = WebRequest(url)
        request.reach = reach
        if let bearer { request.headers.append(("authorization", "Bearer \(bearer)")) }
        let answer = try await ask(request, what: what)
        guard (200..<300).contains(answer.status) else {
            throw ProviderFailure(cause: "\(what): status \(answer.status)")
        }
        guard let json = answer.json else { throw ProviderFailure(cause: "\(what): no JSON") }
        return json
    }

    /// One request with the bounds of this module.
    func ask(_ request: WebRequest, what: String) async throws(ProviderFailure) -> WebResponse {
        var request = request
        request.timeLimit = ExternalLimits.answerTime
        request.answerMax = ExternalLimits.answer
        // GitHub refuses requests without the latter.
        request.headers += [("accept", "application/json"), ("user-agent", "medmitra-gateway")]
        do throws(WebFailure) {
            return try await send(request)
        } catch {
            let cause =
                switch error {
                case .timedOut: "no answer in time"
                case .tooLarge(let limit): "more than \(limit)"
                case .refused(let cause), .failed(let cause): cause
                }
            throw ProviderFailure(cause: "\(what): \(cause)")
        }
    }
}

extension WebResponse {
    /// The body as JSON; nil when it is none.
    var json: JSON? {
        let limits = JSONLimits(bytesMax: ExternalLimits.answer.bytes, depthMax: ExternalLimits.depthMax)
        // Where it goes wrong does not matter: the provider's answer is refused as a whole.
        return try? JSON(parsing: body, limits: limits)
    }
}
