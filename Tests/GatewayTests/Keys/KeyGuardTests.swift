import Core
import HTTPTypes
import Testing
import Tokens

@testable import Gateway

@Suite struct `API keys` {
    /// What a request presents, by the names of ``TestKeys``.
    enum Presented: String, Sendable {
        case publishable, secret, legacyAnon, legacyService, userToken
        case unknownOpaque, unknownLegacy, empty

        func text(_ keys: TestKeys) -> String {
            switch self {
            case .publishable: keys.publishable
            case .secret: keys.secret
            case .legacyAnon: keys.legacyAnon
            case .legacyService: keys.legacyService
            case .userToken: keys.userToken
            case .unknownOpaque: OpaqueKey.generate(.service).reveal()
            case .unknownLegacy: keys.legacyAnon + "x"
            case .empty: ""
            }
        }
    }

    enum Authorization: Sendable {
        case none, empty
        case bearer(Presented)
        case lowerCaseBearer(Presented)
        case basic
    }

    enum Outcome: Sendable, Equatable {
        case admitted(KeyGroup?, Bearer)
        case refused(KeyGuard.Refusal)
    }

    /// The bearer that the service receives.
    enum Bearer: Sendable, Equatable {
        case none
        case same(Presented)
        case role(KeyGroup)
        case other(String)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var header: Presented?
        var query: Presented?
        var authorization = Authorization.none
        var agent: String?
        var requirement = KeyRequirement.anyKey
        var outcome: Outcome

        var testDescription: String {
            "\(requirement): apikey \(header?.rawValue ?? "-"), query \(query?.rawValue ?? "-"), \(authorization)"
        }
    }

    static let browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"
    static let rows: [Row] = [
        // Which keys open a mount.
        Row(outcome: .refused(.missing)),
        Row(header: .empty, outcome: .refused(.missing)),
        Row(authorization: .bearer(.legacyAnon), outcome: .refused(.missing)),
        Row(authorization: .bearer(.publishable), outcome: .refused(.missing)),
        Row(header: .unknownOpaque, outcome: .refused(.wrong)),
        Row(header: .unknownLegacy, outcome: .refused(.wrong)),
        Row(header: .userToken, outcome: .refused(.wrong)),
        Row(query: .unknownOpaque, outcome: .refused(.wrong)),
        Row(header: .unknownOpaque, query: .publishable, outcome: .refused(.wrong)),
        Row(header: .publishable, query: .unknownOpaque, outcome: .admitted(.anon, .role(.anon))),
        Row(header: .publishable, authorization: .bearer(.unknownOpaque), outcome: .refused(.wrong)),
        // 1. An authorization that is no opaque key reaches the service unchanged.
        Row(header: .publishable, authorization: .bearer(.userToken), outcome: .admitted(.anon, .same(.userToken))),
        Row(header: .legacyAnon, authorization: .bearer(.userToken), outcome: .admitted(.anon, .same(.userToken))),
        Row(header: .secret, authorization: .bearer(.userToken), outcome: .admitted(.service, .same(.userToken))),
        Row(header: .legacyAnon, authorization: .bearer(.legacyAnon), outcome: .admitted(.anon, .same(.legacyAnon))),
        Row(
            header: .legacyService, authorization: .bearer(.legacyService),
            outcome: .admitted(.service, .same(.legacyService))),
        Row(
            header: .publishable, authorization: .lowerCaseBearer(.userToken),
            outcome: .admitted(.anon, .same(.userToken))),
        Row(
            header: .publishable, authorization: .bearer(.unknownLegacy),
            outcome: .admitted(.anon, .same(.unknownLegacy))),
        Row(header: .publishable, authorization: .basic, outcome: .admitted(.anon, .other("Basic dTpw"))),
        // 2. An opaque key stands for its role.
        Row(header: .publishable, outcome: .admitted(.anon, .role(.anon))),
        Row(header: .secret, outcome: .admitted(.service, .role(.service))),
        Row(query: .publishable, outcome: .admitted(.anon, .role(.anon))),
        Row(header: .publishable, authorization: .bearer(.publishable), outcome: .admitted(.anon, .role(.anon))),
        Row(header: .secret, authorization: .bearer(.secret), outcome: .admitted(.service, .role(.service))),
        Row(header: .legacyAnon, authorization: .bearer(.publishable), outcome: .admitted(.anon, .role(.anon))),
        Row(header: .publishable, authorization: .empty, outcome: .admitted(.anon, .role(.anon))),
        Row(
            header: .publishable, authorization: .lowerCaseBearer(.publishable), outcome: .admitted(.anon, .role(.anon))
        ),
        // 3. A legacy key alone is no bearer.
        Row(header: .legacyAnon, outcome: .admitted(.anon, .none)),
        Row(header: .legacyService, outcome: .admitted(.service, .none)),
        Row(query: .legacyService, outcome: .admitted(.service, .none)),
        // Mounts for the service only.
        Row(header: .publishable, requirement: .serviceKey, outcome: .refused(.tooLow)),
        Row(header: .legacyAnon, requirement: .serviceKey, outcome: .refused(.tooLow)),
        Row(header: .secret, requirement: .serviceKey, outcome: .admitted(.service, .role(.service))),
        Row(header: .legacyService, requirement: .serviceKey, outcome: .admitted(.service, .none)),
        Row(requirement: .serviceKey, outcome: .refused(.missing)),
        // Mounts without a key.
        Row(requirement: .none, outcome: .admitted(nil, .none)),
        Row(header: .unknownOpaque, requirement: .none, outcome: .admitted(nil, .none)),
        Row(header: .publishable, requirement: .none, outcome: .admitted(.anon, .role(.anon))),
        Row(authorization: .bearer(.secret), requirement: .none, outcome: .admitted(.service, .role(.service))),
        Row(authorization: .bearer(.userToken), requirement: .none, outcome: .admitted(nil, .same(.userToken))),
        // Secret keys and browsers.
        Row(header: .secret, agent: browser, outcome: .refused(.secretInBrowser)),
        Row(query: .secret, agent: browser, outcome: .refused(.secretInBrowser)),
        Row(
            header: .publishable, authorization: .bearer(.secret), agent: browser,
            outcome: .refused(.secretInBrowser)),
        Row(authorization: .bearer(.secret), agent: browser, requirement: .none, outcome: .refused(.secretInBrowser)),
        Row(header: .secret, agent: browser, requirement: .serviceKey, outcome: .refused(.secretInBrowser)),
        Row(header: .publishable, agent: browser, outcome: .admitted(.anon, .role(.anon))),
        Row(header: .legacyService, agent: browser, outcome: .admitted(.service, .none)),
        Row(header: .secret, agent: "supabase-py/2.9 Mozilla/5.0", outcome: .admitted(.service, .role(.service))),
        Row(header: .secret, agent: "curl/8.5", outcome: .admitted(.service, .role(.service))),
    ]

    @Test(arguments: rows)
    func `a request is judged by the keys it brings`(row: Row) throws {
        let keys = try TestKeys()
        var headers = HTTPFields()
        if let header = row.header { headers[.apikey] = header.text(keys) }
        if let agent = row.agent { headers[.userAgent] = agent }
        switch row.authorization {
        case .none: break
        case .empty: headers[.authorization] = ""
        case .basic: headers[.authorization] = "Basic dTpw"
        case .bearer(let presented): headers[.authorization] = "Bearer \(presented.text(keys))"
        case .lowerCaseBearer(let presented): headers[.authorization] = "bearer  \(presented.text(keys)) "
        }
        let outcome: Outcome
        do throws(KeyGuard.Refusal) {
            let credentials = try KeyGuard(recognizer: keys).judge(
                headers: headers, queryKey: row.query?.text(keys), requirement: row.requirement)
            #expect(credentials.hasAuthorizationHeader == (headers[.authorization] != nil))
            outcome = .admitted(credentials.key, Self.bearer(credentials.bearer, keys))
        } catch {
            outcome = .refused(error)
        }
        #expect(outcome == row.outcome)
    }

    private static func bearer(_ bearer: Credentials.Bearer, _ keys: TestKeys) -> Bearer {
        switch bearer {
        case .none: return .none
        case .role(let group): return .role(group)
        case .other(let text): return .other(text)
        case .token(let text):
            let known: [Presented] = [.legacyAnon, .legacyService, .userToken, .unknownLegacy]
            return known.first { $0.text(keys) == text }.map(Bearer.same) ?? .other(text)
        }
    }

    @Test(
        arguments: [
            (
                KeyRequirement.anyKey, nil, 401,
                #"{"message":"No API key found in request","hint":"No `apikey` request header or url param was found."}"#
            ),
            (
                .anyKey, Presented.unknownOpaque, 401,
                #"{"message":"Invalid API key","hint":"Double check your Supabase `anon` or `service_role` API key."}"#
            ),
            (.serviceKey, .publishable, 403, #"{"message":"You cannot consume this service"}"#),
        ] as [(KeyRequirement, Presented?, Int, String)])
    func `a refusal has the body that clients know`(
        requirement: KeyRequirement, presented: Presented?, status: Int, body: String
    ) async throws {
        let keys = try TestKeys()
        let gateway = try TestGateway([Mount("", TestSurface(requirement: requirement))], keys: keys)
        var headers = HTTPFields()
        if let presented { headers[.apikey] = presented.text(keys) }
        let answer = try await gateway.send(.get, "/", headers: headers)
        #expect(answer.status == status)
        #expect(answer.body == body)
        #expect(answer.headers[.wwwAuthenticate] == (status == 401 ? "Key" : nil))
        #expect(answer.headers[.accessControlAllowOrigin] == "*")
        #expect(answer.headers[.contentType] == "application/json")
        #expect(answer.route == "refused")
    }

    @Test func `a key in the query is not passed on`() async throws {
        let keys = try TestKeys()
        let surface = TestSurface(requirement: .anyKey).on(.get, "/rows") { request in
            .text("\(request.query.raw)|\(request.query["apikey"] ?? "-")|\(request.query.items.count)")
        }
        let gateway = try TestGateway([Mount("/rest/v1", surface)], keys: keys)
        for name in ["apikey", "%61pikey"] {
            let answer = try await gateway.send(.get, "/rest/v1/rows?a=1&\(name)=\(keys.publishable)&b=%20&apikey=x")
            #expect(answer.status == 200)
            #expect(answer.body == "a=1&b=%20|-|2")
        }
    }
}
