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
        let request = try await read(http, configuration)
        timing.finish(.parse)
        let plan = try Planner(request: request, cache: cache, configuration: configuration).plan()
        timing.finish(.plan)
        let exchange = Exchange(
            database: database, sizes: sizes, active: active, request: request, caller: caller, cache: cache,
            maker: AnswerMaker(request: request, configuration: configuration))
        var answer = try await exchange.carryOut(plan, timing: &timing)
        timing.finish(.response)
        if let text = timing.headerText { answer.add(.serverTiming, text) }
        if let name = configuration.traceHeader.flatMap({ HTTPField.Name($0) }), let value = http.headers[name] {
            answer.headers[name] = value
        }
        return answer.response
    }

    private func read(_ http: GatewayRequest, _ configuration: RestConfiguration) async throws -> APIRequest {
        var body: [UInt8] = []
        switch http.method {
        case .post, .patch, .put: body = try await http.bytes(limit: configuration.bodyMax)
        default: break
        }
        do throws(RequestError) {
            return try APIRequest(
                method: http.method.rawValue, path: http.path, query: http.query.raw, headers: http.headers, body: body,
                rules: RequestRules(configuration))
        } catch {
            throw RestError.request(error)
        }
    }
}

extension RequestRules {
    fileprivate init(_ configuration: RestConfiguration) {
        self.init(
            schemas: configuration.schemas, hasRoot: configuration.openAPIMode != .disabled,
            rootFunction: configuration.rootFunction,
            requestsEndTransaction: configuration.transactionEnd.allowsOverride)
    }
}
