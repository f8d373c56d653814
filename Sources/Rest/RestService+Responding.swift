internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

extension RestService {
    /// The road of every request: who, what, how, do, answer.
    func respond(to http: GatewayRequest) async throws -> Response {
        var timing = Timing(isOn: configuration.showsTiming)
        let caller: Caller
        do throws(TokenRefusal) { caller = try callers.caller(http.credentials) } catch { throw RestError.token(error) }
        timing.finish(.jwt)
        guard let cache = schemaCache.current else { throw RestError.schemaCacheMissing }
        let request = try await read(http)
        timing.finish(.parse)
        let plan = try Planner(request: request, cache: cache, configuration: configuration).plan()
        timing.finish(.plan)
        let exchange = Exchange(
            service: self, request: request, caller: caller, cache: cache,
            maker: AnswerMaker(request: request, configuration: configuration))
        var answer = try await exchange.carryOut(plan, timing: &timing)
        timing.finish(.response)
        if let text = timing.headerText { answer.add(.serverTiming, text) }
        if let name = configuration.traceHeader.flatMap({ HTTPField.Name($0) }), let value = http.headers[name] {
            answer.headers[name] = value
        }
        return answer.response
    }

    private func read(_ http: GatewayRequest) async throws -> APIRequest {
        var body: [UInt8] = []
        switch http.method {
        case .post, .patch, .put: body = try await http.bytes(limit: configuration.bodyMax)
        default: break
        }
        do throws(RequestError) {
            return try APIRequest(http, body: body, rules: requestRules)
        } catch {
            throw RestError.request(error)
        }
    }

    private var requestRules: RequestRules {
        RequestRules(
            schemas: configuration.schemas, hasRoot: configuration.openAPIMode != .disabled,
            rootFunction: configuration.rootFunction,
            requestsEndTransaction: configuration.transactionEnd.allowsOverride)
    }
}

/// One request on its way through the database.
struct Exchange: Sendable {
    let service: RestService
    let request: APIRequest
    let caller: Caller
    let cache: SchemaCache
    let maker: AnswerMaker

    func carryOut(_ plan: RequestPlan, timing: inout Timing) async throws(RestError) -> Answer {
        switch plan {
        case .read(let plan): return try await carryOut(plan, timing: &timing)
        case .write(let plan): return try await carryOut(plan, timing: &timing)
        case .call(let plan): return try await carryOut(plan, timing: &timing)
        case .describe(let headersOnly):
            let answer = try await describe(headersOnly: headersOnly)
            timing.finish(.transaction)
            return answer
        case .relationInfo(let relation): return maker.options(of: relation)
        case .functionInfo(let routine): return maker.options(of: routine)
        case .rootInfo: return maker.rootOptions
        }
    }

    private func carryOut(_ plan: ReadPlan, timing: inout Timing) async throws(RestError) -> Answer {
        let statement = MainStatement(
            plan, preferences: request.preferences, range: request.topRange, configuration: service.configuration)
        let execution = execution(isReadOnly: true)
        let results = try await run(execution, [statement.sql] + (statement.estimate.map { [$0] } ?? []))
        timing.finish(.transaction)
        if plan.format.plan != nil { return maker.answer(plan: plan.format, try lines(results)) }
        var result = try self.result(results)
        if results.count > 1 {
            result.total = total(counted: result.total, estimated: try estimate(results[1]))
        }
        if plan.format.wantsSingleRow, result.rows != 1 { throw .request(.notSingular(rows: result.rows)) }
        var answer = try maker.answer(plan, result)
        maker.warn(of: plan.root, in: &answer)
        return answer
    }

    private func carryOut(_ plan: WritePlan, timing: inout Timing) async throws(RestError) -> Answer {
        let statement = MainStatement(plan, preferences: request.preferences)
        let results = try await run(
            execution(isReadOnly: false), [statement.sql], rowGuard: plan.rowGuard(request.preferences))
        timing.finish(.transaction)
        if plan.format.plan != nil { return maker.answer(plan: plan.format, try lines(results)) }
        var answer = try maker.answer(plan, try result(results))
        maker.warn(of: plan.root, in: &answer)
        return answer
    }

    private func carryOut(_ plan: CallPlan, timing: inout Timing) async throws(RestError) -> Answer {
        let statement = MainStatement(
            plan, preferences: request.preferences, range: request.topRange, configuration: service.configuration)
        let results = try await run(
            execution(isReadOnly: plan.isReadOnly, routine: plan.routine), [statement.sql],
            rowGuard: plan.rowGuard(request.preferences))
        timing.finish(.transaction)
        if plan.format.plan != nil { return maker.answer(plan: plan.format, try lines(results)) }
        var answer = try maker.answer(plan, try result(results))
        maker.warn(of: plan.root, in: &answer)
        return answer
    }

    /// The exact number as far as rows were counted, beyond that what the planner thinks.
    private func total(counted: Int?, estimated: Int?) -> Int? {
        guard let counted else { return estimated }
        guard let rowsMax = service.configuration.rowsMax, counted > rowsMax else { return counted }
        return max(counted, estimated ?? counted)
    }

    // MARK: Results

    private func result(_ results: [ResultSet]) throws(RestError) -> StatementResult {
        do throws(DatabaseError) {
            guard let first = results.first else { throw .unexpectedResult("no result for a statement") }
            return try StatementResult(first)
        } catch {
            throw .database(error, callerIsAnonymous: isAnonymous)
        }
    }

    private func lines(_ results: [ResultSet]) throws(RestError) -> [UInt8] {
        do throws(DatabaseError) {
            guard let first = results.first else { throw .unexpectedResult("no result for a statement") }
            return try StatementResult.plan(first)
        } catch {
            throw .database(error, callerIsAnonymous: isAnonymous)
        }
    }

    private func estimate(_ set: ResultSet) throws(RestError) -> Int? {
        do throws(DatabaseError) {
            return try StatementResult.estimate(set)
        } catch {
            throw .database(error, callerIsAnonymous: isAnonymous)
        }
    }

    // MARK: Database

    func execution(isReadOnly: Bool, routine: Routine? = nil) -> Execution {
        let settings = RequestSettings(
            request: request, caller: caller, cache: cache, configuration: service.configuration)
        let rollsBack =
            switch request.preferences.transaction {
            case .commit: false
            case .rollback: true
            case nil: service.configuration.transactionEnd.rollsBack
            }
        return Execution(
            database: service.database, settings: settings.settings(isReadOnly: isReadOnly, routine: routine),
            isolation: settings.isolation(routine: routine), rollsBack: rollsBack, preRequest: service.preRequest)
    }

    func run(
        _ execution: Execution, _ statements: [SQL], rowGuard: Guard? = nil
    ) async throws(RestError) -> [ResultSet] {
        do throws(DatabaseError) {
            return try await execution.run(statements)
        } catch {
            if let rowGuard, let server = error.serverError, server.sqlState == .invalidTextRepresentation,
                let rows = Guard.rows(inMessage: server.message)
            {
                switch rowGuard {
                case .singleRow: throw .request(.notSingular(rows: rows))
                case .upsertedRow: throw .request(.upsertKeyMismatch)
                case .rowsMax: throw .request(.tooManyAffected(rows: rows))
                }
            }
            throw .database(error, callerIsAnonymous: isAnonymous)
        }
    }

    var isAnonymous: Bool { caller.role == service.configuration.anonymousRole }
}
