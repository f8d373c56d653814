internal import HTTPTypes
internal import Postgres

/// A read that was parsed, planned and written with marks in the place of its values, to be carried out with the values
/// of any request of the same ``ReadShape``.
struct PlannedRead: Sendable {
    let plan: ReadPlan
    let request: APIRequest
    let statement: MainStatement
    /// Which parameters of the statement are values of the request.
    private let places: [(parameter: Int, value: Int)]
    /// The canonical query as text and the number of the value behind it.
    private let pieces: [(text: String, value: Int?)]

    /// Nil where a mark did anything else than become a parameter and part of the canonical query: values would then
    /// not be all that differs between requests.
    init?(_ request: APIRequest, _ plan: ReadPlan, _ statement: MainStatement, valueCount: Int) {
        guard statement.estimate == nil, statement.preparations.isEmpty else { return nil }
        let parameters = statement.sql.parameters
        var places: [(parameter: Int, value: Int)] = []
        var marks: [(range: Range<String.Index>, value: Int)] = []
        let canonical = request.query.canonical
        for value in 0..<valueCount {
            let mark = ReadShape.mark(value)
            let found = parameters.indices.filter { parameters[$0] == .text(mark) }
            let holders = parameters.count { parameter in
                if case .text(let text) = parameter { text.contains(mark) } else { false }
            }
            let ranges = canonical.ranges(of: mark)
            guard !found.isEmpty, holders == found.count, ranges.count == 1, !statement.sql.text.contains(mark) else {
                return nil
            }
            places += found.map { ($0, value) }
            marks.append((ranges[0], value))
        }
        var pieces: [(text: String, value: Int?)] = []
        var end = canonical.startIndex
        for mark in marks.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            pieces.append((String(canonical[end..<mark.range.lowerBound]), mark.value))
            end = mark.range.upperBound
        }
        pieces.append((String(canonical[end...]), nil))
        self.request = request
        self.plan = plan
        self.statement = statement
        self.places = places
        self.pieces = pieces
    }

    /// The request and its statement with `values`; header fields are the new request's own.
    func with(_ values: [String], headers fields: HTTPFields) -> (request: APIRequest, statement: MainStatement) {
        var request = request(values)
        request.takeFields(of: fields)
        var statement = statement
        statement.sql = bind(values, in: statement.sql)
        return (request, statement)
    }

    /// The request with `values` and nobody's header fields.
    func request(_ values: [String]) -> APIRequest {
        var request = request
        request.query.canonical = canonical(values)
        return request
    }

    /// The canonical query with `values`.
    func canonical(_ values: [String]) -> String {
        pieces.reduce(into: "") { text, piece in
            text += piece.text
            if let value = piece.value { text += PercentText.encoded(values[value]) }
        }
    }

    /// Whether the canonical query can stand in a header field as it is, whatever the values.
    var isPrintable: Bool {
        pieces.allSatisfy { piece in piece.text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }
    }

    /// `sql`, which is the statement or another of the same parameters, with `values`.
    func bind(_ values: [String], in sql: SQL) -> SQL {
        var parameters = sql.parameters
        for place in places { parameters[place.parameter] = .text(values[place.value]) }
        return sql.binding(parameters)
    }
}
