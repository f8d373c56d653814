internal import Core
internal import Postgres

/// One request on its way through the database.
struct Exchange: Sendable {
    let database: Database
    let sizes: AnswerSizes
    let active: ActiveConfiguration
    let request: APIRequest
    let caller: Caller
    let cache: SchemaCache
    let maker: AnswerMaker
    /// Header fields as settings hold them, where they were written before.
    var fields: RequestSettings.FieldTexts?

    func carryOut(_ plan: RequestPlan, timing: inout Timing) async throws(RestError) -> Answer {
        switch plan {
        case .read(let plan): return try await carryOut(plan, statement(of: plan), timing: &timing)
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

    func statement(of plan: ReadPlan) -> MainStatement {
        MainStatement(
            plan, preferences: request.preferences, range: request.topRange, configuration: active.configuration)
    }

    func carryOut(
        _ plan: ReadPlan, _ statement: MainStatement, timing: inout Timing
    ) async throws(RestError) -> Answer {
        let execution = execution(isReadOnly: true)
        let estimates = statement.estimate.map { [$0] } ?? []
        var result: StatementResult
        var estimate: ResultSet?
        if !plan.headersOnly, plan.format.isPageable {
            (result, estimate) = try await page(execution, statement, estimates)
            timing.finish(.transaction)
        } else {
            let results = try await run(execution, [statement.sql] + estimates)
            timing.finish(.transaction)
            if plan.format.plan != nil { return maker.answer(plan: plan.format, try lines(results)) }
            result = try self.result(results, statement)
            estimate = results.count > 1 ? results[1] : nil
        }
        if let estimate {
            result.total = total(
                counted: result.total,
                estimated: try decoded { () throws(DatabaseError) in try StatementResult.estimate(estimate) })
        }
        if plan.format.wantsSingleRow, result.rows != 1 { throw .request(.notSingular(rows: result.rows)) }
        var answer = try maker.answer(plan, result)
        maker.warn(of: plan.root, in: &answer)
        return answer
    }

    private func carryOut(_ plan: WritePlan, timing: inout Timing) async throws(RestError) -> Answer {
        let statement = MainStatement(plan, preferences: request.preferences)
        let results = try await run(
            execution(isReadOnly: false), statement.preparations + [statement.sql],
            rowGuard: plan.rowGuard(request.preferences)
        ).suffix(1)
        timing.finish(.transaction)
        if plan.format.plan != nil { return maker.answer(plan: plan.format, try lines(results)) }
        return try answer(to: .write(plan), try result(results, statement))
    }

    /// The answer to a write or a call with this result.
    func answer(to plan: RequestPlan, _ result: StatementResult) throws(RestError) -> Answer {
        switch plan {
        case .write(let plan):
            var answer = try maker.answer(plan, result)
            maker.warn(of: plan.root, in: &answer)
            return answer
        case .call(let plan):
            var answer = try maker.answer(plan, result)
            maker.warn(of: plan.root, in: &answer)
            return answer
        case .read, .describe, .relationInfo, .functionInfo, .rootInfo:
            throw .database(.unexpectedResult("a result of another request"), callerIsAnonymous: isAnonymous)
        }
    }

    private func carryOut(_ plan: CallPlan, timing: inout Timing) async throws(RestError) -> Answer {
        let statement = MainStatement(
            plan, preferences: request.preferences, range: request.topRange, configuration: active.configuration)
        let execution = execution(isReadOnly: plan.isReadOnly, routine: plan.routine)
        if plan.isPageable(request.preferences) {
            let (result, _) = try await page(execution, statement, [])
            timing.finish(.transaction)
            return try answer(to: .call(plan), result)
        }
        let results = try await run(
            execution, statement.preparations + [statement.sql],
            rowGuard: plan.rowGuard(request.preferences)
        ).suffix(1)
        timing.finish(.transaction)
        if plan.format.plan != nil { return maker.answer(plan: plan.format, try lines(results)) }
        return try answer(to: .call(plan), try result(results, statement))
    }

    /// The exact number as far as rows were counted, beyond that what the planner thinks.
    private func total(counted: Int?, estimated: Int?) -> Int? {
        guard let counted else { return estimated }
        guard let rowsMax = active.configuration.rowsMax, counted > rowsMax else { return counted }
        return max(counted, estimated ?? counted)
    }

    // MARK: Results

    func result(
        _ results: some Collection<ResultSet>, _ statement: MainStatement
    ) throws(RestError) -> StatementResult {
        try decoded { () throws(DatabaseError) in
            guard let first = results.first else { throw .unexpectedResult("no result for a statement") }
            return try StatementResult(first, statement.places)
        }
    }

    private func lines(_ results: some Collection<ResultSet>) throws(RestError) -> [UInt8] {
        try decoded { () throws(DatabaseError) in try results.first.map(StatementResult.plan) ?? [] }
    }

    /// What a decoder of results gives; its errors are the database's.
    func decoded<Value>(_ decode: () throws(DatabaseError) -> Value) throws(RestError) -> Value {
        do throws(DatabaseError) {
            return try decode()
        } catch {
            throw .database(error, callerIsAnonymous: isAnonymous)
        }
    }

    // MARK: Database

    func execution(isReadOnly: Bool, routine: Routine? = nil) -> Execution {
        let settings = RequestSettings(
            request: request, caller: caller, cache: cache, active: active, fields: fields)
        let rollsBack =
            switch request.preferences.transaction {
            case .commit: false
            case .rollback: true
            case nil: active.configuration.transactionEnd.rollsBack
            }
        return Execution(
            database: database, settings: settings.settings(isReadOnly: isReadOnly, routine: routine),
            isolation: settings.isolation(routine: routine), rollsBack: rollsBack, preRequest: active.preRequest)
    }

    func run(
        _ execution: Execution, _ statements: [SQL], rowGuard: Guard? = nil
    ) async throws(RestError) -> [ResultSet] {
        do throws(DatabaseError) {
            return try await execution.run(statements)
        } catch {
            throw failure(error, rowGuard)
        }
    }

    /// What a database error means to the client; a broken guard speaks through one.
    func failure(_ error: DatabaseError, _ rowGuard: Guard?) -> RestError {
        if let rowGuard, let server = error.serverError, server.sqlState == .invalidTextRepresentation,
            let rows = Guard.rows(inMessage: server.message)
        {
            switch rowGuard {
            case .singleRow: return .request(.notSingular(rows: rows))
            case .upsertedRow: return .request(.upsertKeyMismatch)
            case .rowsMax: return .request(.tooManyAffected(rows: rows))
            }
        }
        return .database(error, callerIsAnonymous: isAnonymous)
    }

    var isAnonymous: Bool { caller.role == active.configuration.anonymousRole }
}
