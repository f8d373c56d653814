internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

extension RestService {
    /// The road of every request: who, what, how, do, answer.
    func respond(to http: GatewayRequest) async throws -> Response {
        let active = settings.current
        let configuration = active.configuration
        var timing = Timing(isOn: configuration.showsTiming)
        let caller: Caller
        do throws(TokenRefusal) { caller = try active.callers.caller(http.credentials) } catch {
            throw RestError.token(error)
        }
        timing.finish(.jwt)
        guard let cache = schemaCache.current else { throw RestError.schemaCacheMissing }
        let knowledge = Knowledge(active: active, cache: cache, caller: caller)
        var answer = try await answer(http, knowledge, timing: &timing)
        timing.finish(.response)
        if let text = timing.headerText { answer.add(.serverTiming, text) }
        if let name = configuration.traceHeader.flatMap({ HTTPField.Name($0) }), let value = http.headers[name] {
            answer.headers[name] = value
        }
        return answer.response
    }

    /// What a request is judged by.
    private struct Knowledge {
        let active: ActiveConfiguration
        let cache: SchemaCache
        let caller: Caller
    }

    private func answer(
        _ http: GatewayRequest, _ known: Knowledge, timing: inout Timing
    ) async throws -> Answer {
        let split = ReadShape.split(http)
        let lookup = split.map { known.active.plannedReads.find($0.shape, generation: known.cache.generation) }
        if let split, case .planned(let planned) = lookup {
            let (request, statement) = planned.with(split.values, headers: http.sentHeaders)
            timing.finish(.parse)
            timing.finish(.plan)
            return try await exchange(request, known).carryOut(planned.plan, statement, timing: &timing)
        }
        let request = try await read(http, known.active.configuration)
        timing.finish(.parse)
        let plan = try plan(request, known)
        timing.finish(.plan)
        let answer = try await exchange(request, known).carryOut(plan, timing: &timing)
        // Only what went well is worth remembering.
        if case .read = plan, let split, case .unknown = lookup {
            let planned = planned(split.shape, valueCount: split.values.count, http, known)
            known.active.plannedReads.keep(planned, for: split.shape, generation: known.cache.generation)
        }
        return answer
    }

    private func exchange(_ request: APIRequest, _ known: Knowledge) -> Exchange {
        Exchange(
            database: database, sizes: sizes, active: known.active, request: request, caller: known.caller,
            cache: known.cache, maker: AnswerMaker(request: request, active: known.active))
    }

    private func plan(_ request: APIRequest, _ known: Knowledge) throws(RestError) -> RequestPlan {
        try Planner(request: request, cache: known.cache, configuration: known.active.configuration).plan()
    }

    /// Plans the request once more with marks for values; nil if it cannot be had that way.
    private func planned(
        _ shape: ReadShape, valueCount: Int, _ http: GatewayRequest, _ known: Knowledge
    ) -> PlannedRead? {
        let configuration = known.active.configuration
        // A request that was understood with its values and is not without them is not to be remembered.
        guard
            let request = try? APIRequest(
                method: http.method.rawValue, path: http.path, query: shape.query, headers: http.headers, body: [],
                rules: RequestRules(configuration)),
            case .read(let plan)? = try? plan(request, known)
        else { return nil }
        return PlannedRead(request, plan, exchange(request, known).statement(of: plan), valueCount: valueCount)
    }

    private func read(_ http: GatewayRequest, _ configuration: RestConfiguration) async throws -> APIRequest {
        var body: [UInt8] = []
        switch http.method {
        case .post, .patch, .put: body = try await http.bytes(limit: configuration.bodyMax)
        default: break
        }
        do throws(RequestError) {
            return try APIRequest(
                method: http.method.rawValue, path: http.path, query: http.query.raw, headers: http.sentHeaders,
                body: body,
                rules: RequestRules(configuration))
        } catch {
            throw RestError.request(error)
        }
    }
}

extension RequestRules {
    init(_ configuration: RestConfiguration) {
        self.init(
            schemas: configuration.schemas, hasRoot: configuration.openAPIMode != .disabled,
            rootFunction: configuration.rootFunction,
            requestsEndTransaction: configuration.transactionEnd.allowsOverride)
    }
}
