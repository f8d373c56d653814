internal import Gateway
internal import NIOCore
internal import Postgres

/// A write or a call as one flight, with the settings of one caller.
final class DirectChange: Sendable {
    let departure: Departure
    let route: String
    /// The statement, or ``PagedStatement/whole`` where its answer may be large.
    private let sql: SQL
    private let statement: MainStatement
    private let plan: RequestPlan
    private let exchange: Exchange
    private let rowGuard: Guard?
    /// What the size of its answers is known by; nil where the answer comes whole however large it is.
    private let sizeKey: AnswerSizes.Key?
    /// Where it was planned for more requests than one.
    private let planned: PlannedChange?

    /// What was planned before, of which ``statements(_:)`` binds each request's own values. Nil for what takes the
    /// ordinary way.
    convenience init?(_ planned: PlannedChange, _ exchange: Exchange) {
        self.init(planned.plan, exchange, planned.statement, planned)
    }

    /// A plan for the exchange's own request. Nil for what takes the ordinary way.
    convenience init?(_ plan: RequestPlan, _ exchange: Exchange) {
        let statement = PlannedChange.statement(of: plan, exchange.request, exchange.active.configuration)
        guard let statement else { return nil }
        self.init(plan, exchange, statement, nil)
    }

    private init?(_ plan: RequestPlan, _ exchange: Exchange, _ statement: MainStatement, _ planned: PlannedChange?) {
        let execution: Execution
        let preferences = exchange.request.preferences
        var isPageable = false
        switch plan {
        case .write(let write):
            guard write.format.plan == nil else { return nil }
            execution = exchange.execution(isReadOnly: false)
            rowGuard = write.rowGuard(preferences)
            route = "/:relation"
        case .call(let call):
            guard call.format.plan == nil, call.invocation != .head else { return nil }
            execution = exchange.execution(isReadOnly: call.isReadOnly, routine: call.routine)
            rowGuard = call.rowGuard(preferences)
            isPageable = call.isPageable(preferences)
            route = "/rpc/:function"
        case .read, .describe, .relationInfo, .functionInfo, .rootInfo: return nil
        }
        guard execution.isOneFlight, let departure = try? exchange.database.departure(execution.settings) else {
            return nil
        }
        self.departure = departure
        self.plan = plan
        self.exchange = exchange
        self.statement = statement
        self.planned = planned
        sql = isPageable ? PagedStatement(statement).whole : statement.sql
        sizeKey = isPageable ? AnswerSizes.Key(statement.sql.text) : nil
    }

    /// Whether the answer is thought to be too large to come whole.
    var isLarge: Bool { sizeKey.map { exchange.sizes.isLarge($0) } ?? false }

    /// What to send for a request of the shape that was planned; of another plan, its own statements.
    func statements(_ shape: ChangeShape?) -> [SQL] {
        guard let planned, let shape else { return statement.preparations + [sql] }
        return [planned.bind(shape, in: sql)]
    }

    /// The answer that the results of ``statements(_:)`` make.
    func outcome(_ landed: Result<[ResultSet], DatabaseError>) -> DirectOutcome {
        do throws(RestError) {
            let results: [ResultSet]
            switch landed {
            case .success(let sets): results = sets
            case .failure(let error): throw exchange.failure(error, rowGuard)
            }
            let result = try exchange.result(results.suffix(1), statement)
            if let sizeKey {
                // What only reads may be done again, in pieces, by the ordinary way, which remembers.
                if result.isWithheld { return .declined }
                exchange.sizes.note(sizeKey, bytes: result.body.readableBytes)
            }
            if let answer = planned?.head?.answer(result) { return .answer(answer) }
            return .answer(try exchange.answer(to: plan, result).direct)
        } catch {
            return .failure(error)
        }
    }
}
