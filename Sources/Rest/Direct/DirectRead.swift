internal import Gateway
internal import HTTPTypes
internal import NIOCore
internal import Postgres

/// A ``PlannedRead`` together with the settings of one caller.
final class DirectRead: Sendable {
    let departure: Departure
    let key: AnswerSizes.Key
    private let planned: PlannedRead
    /// ``PagedStatement/whole``, or the statement itself where its answer cannot be large.
    private let sql: SQL
    private let active: ActiveConfiguration
    private let sizes: AnswerSizes
    private let callerIsAnonymous: Bool
    private let head: DirectReadHead?

    /// Nil where more is asked for than rows.
    init?(
        _ planned: PlannedRead, _ departure: Departure, _ sizes: AnswerSizes, _ active: ActiveConfiguration,
        callerIsAnonymous: Bool
    ) {
        let format = planned.plan.format
        guard !planned.plan.headersOnly, format.plan == nil, format.aggregation != .none else { return nil }
        self.planned = planned
        self.departure = departure
        self.sizes = sizes
        self.active = active
        self.callerIsAnonymous = callerIsAnonymous
        key = AnswerSizes.Key(planned.statement.sql.text)
        sql = format.isPageable ? PagedStatement(planned.statement).whole : planned.statement.sql
        head = DirectReadHead(planned, active)
    }

    func statement(_ values: [String]) -> SQL { planned.bind(values, in: sql) }

    /// The answer that the result of ``statement(_:)`` makes.
    func outcome(_ landed: Result<[ResultSet], DatabaseError>, _ values: [String]) -> DirectOutcome {
        do throws(RestError) {
            let result: StatementResult
            do throws(DatabaseError) {
                guard let first = try landed.get().first else {
                    throw .unexpectedResult("no result for a statement")
                }
                result = try StatementResult(first, .read)
            } catch {
                throw .database(error, callerIsAnonymous: callerIsAnonymous)
            }
            // The ordinary way fetches it in pieces, and remembers.
            if result.isWithheld { return .declined }
            if planned.plan.format.isPageable { sizes.note(key, bytes: result.body.readableBytes) }
            if planned.plan.format.wantsSingleRow, result.rows != 1 { throw .request(.notSingular(rows: result.rows)) }
            if let head, let lines = head.lines(for: result, values) {
                return .answer(DirectAnswer(status: .ok, lines: lines, body: result.body))
            }
            return .answer(try answer(result, values).direct)
        } catch {
            return .failure(error)
        }
    }

    private func answer(_ result: StatementResult, _ values: [String]) throws(RestError) -> Answer {
        let maker = AnswerMaker(request: planned.request(values), active: active)
        var answer = try maker.answer(planned.plan, result)
        maker.warn(of: planned.plan.root, in: &answer)
        return answer
    }
}

/// The header fields of a read's answer, made once by ``AnswerMaker``, for answers that differ in nothing but the range
/// of rows and the values in their location.
struct DirectReadHead: Sendable {
    private let planned: PlannedRead
    private let offset: Int
    /// Up to the query, or to the end where there is none.
    private let location: [UInt8]
    private let rest: [UInt8]

    /// Nil where nothing can be made once.
    init?(_ planned: PlannedRead, _ active: ActiveConfiguration) {
        let request = planned.request
        let maker = AnswerMaker(request: request, active: active)
        guard var answer = try? maker.answer(planned.plan, StatementResult()),
            let shown = answer.headers[.contentLocation], planned.isPrintable
        else { return nil }
        maker.warn(of: planned.plan.root, in: &answer)
        var fields = answer.headers
        fields[.contentLocation] = nil
        fields[.contentRange] = nil
        guard fields[.vary] == nil else { return nil }
        self.planned = planned
        offset = request.topRange.offset
        location = Array(shown.utf8.prefix { $0 != UInt8(ascii: "?") })
        rest = fields.lines
    }

    /// Nil where rows were counted or SQL asked for something.
    func lines(for result: StatementResult, _ values: [String]) -> [UInt8]? {
        guard result.total == nil, result.headersText == nil, result.statusText == nil else { return nil }
        var lines: [UInt8] = []
        lines.reserveCapacity(rest.count + location.count + 160)
        lines.append(contentsOf: "Content-Range: ".utf8)
        lines.append(contentsOf: ContentRange(offset: offset, rows: result.rows, total: nil).text.utf8)
        lines.append(contentsOf: "\r\nContent-Location: ".utf8)
        lines.append(contentsOf: location)
        let query = planned.canonical(values)
        if !query.isEmpty {
            lines.append(UInt8(ascii: "?"))
            lines.append(contentsOf: query.utf8)
        }
        lines.append(contentsOf: "\r\n".utf8)
        lines.append(contentsOf: rest)
        return lines
    }
}
