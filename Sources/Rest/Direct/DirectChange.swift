internal import Gateway
internal import Postgres

/// A write, or a call whose answer need not be fetched in pieces, as one flight.
struct DirectChange: Sendable {
    let execution: Execution
    let statements: [SQL]
    let route: String
    private let exchange: Exchange
    private let plan: RequestPlan
    private let statement: MainStatement

    /// Nil for what takes the ordinary way.
    init?(_ plan: RequestPlan, _ exchange: Exchange) {
        switch plan {
        case .write(let write):
            guard write.format.plan == nil else { return nil }
            execution = exchange.execution(isReadOnly: false)
            statement = MainStatement(write, preferences: exchange.request.preferences)
            route = "/:relation"
        case .call(let call):
            guard call.format.plan == nil, call.invocation != .head,
                !call.isPageable(exchange.request.preferences)
            else { return nil }
            execution = exchange.execution(isReadOnly: call.isReadOnly, routine: call.routine)
            statement = MainStatement(
                call, preferences: exchange.request.preferences, range: exchange.request.topRange,
                configuration: exchange.active.configuration)
            route = "/rpc/:function"
        case .read, .describe, .relationInfo, .functionInfo, .rootInfo: return nil
        }
        self.plan = plan
        self.exchange = exchange
        statements = statement.preparations + [statement.sql]
    }

    /// The answer that the results of ``statements`` make.
    func outcome(_ landed: Result<[ResultSet], DatabaseError>) -> DirectOutcome {
        do throws(RestError) {
            return .answer(try answer(landed).direct)
        } catch {
            return .failure(error)
        }
    }

    private func answer(_ landed: Result<[ResultSet], DatabaseError>) throws(RestError) -> Answer {
        let preferences = exchange.request.preferences
        let rowGuard: Guard? =
            switch plan {
            case .write(let write): write.rowGuard(preferences)
            case .call(let call): call.rowGuard(preferences)
            case .read, .describe, .relationInfo, .functionInfo, .rootInfo: nil
            }
        let results: [ResultSet]
        switch landed {
        case .success(let sets): results = sets
        case .failure(let error): throw exchange.failure(error, rowGuard)
        }
        return try exchange.answer(to: plan, try exchange.result(results.suffix(1), statement))
    }
}
