@testable import Gateway
import HTTPTypes
import HummingbirdCore
import NIOCore
import Postgres
import Testing
import Tokens

@testable import Rest

extension WardRequest {
    /// The request as a lane sees it.
    var direct: DirectRequest {
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return DirectRequest(
            method: method, path: parts[0], query: parts.count > 1 ? parts[1] : "", body: bytes ?? Array(body.utf8))
    }
}

/// An answer as far as it does not depend on the way it took.
struct ComparableAnswer: Equatable {
    let status: Int
    let reason: String
    let fields: [String]
    let text: String

    init(_ status: HTTPResponse.Status, _ fields: [(name: String, value: String)], _ text: String) {
        self.status = status.code
        reason = status.reasonPhrase
        // The gateway adds these to either.
        let others = ["access-control-", "x-request-id", "date", "content-length", "vary"]
        self.fields = fields.filter { field in !others.contains { field.name.lowercased().hasPrefix($0) } }
            .map { "\($0.name.lowercased()): \($0.value)" }
        self.text = text
    }
}

extension WardHarness {
    /// Whoever sends requests with the header fields of `request`; nil where the lane lets nobody in.
    func caller(_ request: WardRequest) throws -> (any DirectCaller)? {
        let fields = try fields(of: request)
        let credentials = try responder.keyGuard.judge(headers: fields, queryKey: nil, requirement: .anyKey)
        return service.directLane?.enter(fields, authority: "localhost", credentials)
    }

    /// The answer of the direct way; nil where it leaves the request to the ordinary one.
    func sendDirectly(_ request: WardRequest, by caller: any DirectCaller) async throws -> ComparableAnswer? {
        let (outcomes, arriving) = AsyncStream<DirectOutcome>.makeStream()
        let work = caller.begin(request.direct) { arriving.yield($0) }
        guard work != nil else { return nil }
        for await outcome in outcomes {
            switch outcome {
            case .declined: return nil
            case .failure(let error): return try await rendered(error, of: request)
            case .answer(let answer): return comparable(answer)
            }
        }
        return nil
    }

    private func rendered(_ error: any Error, of request: WardRequest) async throws -> ComparableAnswer {
        let direct = request.direct
        let rendered = service.render(
            error,
            for: GatewayRequest(
                id: "r", method: direct.method, path: direct.path,
                query: try Query(direct.query, skipsUndecodable: true), headers: try fields(of: request),
                body: RequestBody(buffer: ByteBuffer()),
                credentials: Credentials(key: .anon, bearer: .none, hasAuthorizationHeader: false), clientAddress: "x"))
        let body = await GatewayResponder.bytes(of: rendered.response.body) ?? []
        return ComparableAnswer(
            rendered.response.status, rendered.response.headers.map { ($0.name.rawName, $0.value) },
            String(decoding: body, as: UTF8.self))
    }

    private func comparable(_ answer: DirectAnswer) -> ComparableAnswer {
        let fields: [(name: String, value: String)] =
            switch answer.head {
            case .fields(let fields): fields.map { ($0.name.rawName, $0.value) }
            case .lines(let lines):
                String(decoding: lines, as: UTF8.self).split(separator: "\r\n").map { line in
                    let parts = line.split(separator: ":", maxSplits: 1)
                    return (String(parts[0]), String(parts[1].dropFirst()))
                }
            }
        let body = answer.status.mayHaveBody ? answer.body : nil
        return ComparableAnswer(answer.status, fields, body.map { String(buffer: $0) } ?? "")
    }

    /// The answer of the ordinary way.
    func sendOrdinarily(_ request: WardRequest) async throws -> ComparableAnswer {
        let answer = try await send(request)
        return ComparableAnswer(answer.status, answer.headers.map { ($0.name.rawName, $0.value) }, answer.text)
    }

    /// What is remembered for requests like this one.
    func known(_ request: WardRequest) throws -> PlannedChanges.Lookup {
        let shape = try #require(ChangeShape(request.direct))
        let key = ChangeShape.Key(bytes: shape.bytes, fields: ReadShape.Fields(try fields(of: request)))
        let cache = try #require(service.schemaCache.current)
        return service.settings.current.plannedChanges.find(key, generation: cache.generation)
    }

    func isPlanned(_ request: WardRequest) throws -> Bool {
        if case .planned = try known(request) { true } else { false }
    }

    /// Changes the schema, and has it known.
    func alter(_ statements: [String]) async throws {
        try await owner.run(statements.map { SQL(trustedText: $0) })
        let reloader = try #require(service.schemaCacheService as? SchemaCacheReloader)
        service.schemaCache.replace(with: try await reloader.loader.load())
    }
}
