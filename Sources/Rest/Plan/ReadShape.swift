internal import Core
internal import Gateway
internal import HTTPTypes

/// A read as it looks with the values of its plain filters left out: everything that its plan and its statement depend
/// on besides settings and schema cache.
///
/// Only filters of the form `column=eq.value` count (and the other comparisons), whose operand runs to the end of the
/// parameter whatever it holds; all else of the query stays in the shape as it was sent.
struct ReadShape: Hashable {
    private let path: String
    /// The raw query, with the ``mark(_:)`` of each value in its place.
    let query: String
    private let method: String
    private let fields: Fields

    /// Header fields that say how to read.
    struct Fields: Hashable {
        private let values: [String?]

        private static let names: [HTTPField.Name] = [
            .prefer, .acceptProfile, .contentProfile, .accept, .range, .contentType,
        ]

        init(_ headers: HTTPFields) { values = Fields.names.map { headers[$0] } }

        /// Those fields and no others.
        static func only(of headers: HTTPFields) -> HTTPFields {
            headers.filter { names.contains($0.name) }
        }
    }

    init(path: String, query: String, method: String, fields: Fields) {
        self.path = path
        self.query = query
        self.method = method
        self.fields = fields
    }

    /// The mark in place of the value number `index`. Its characters are those that percent-encoding leaves alone.
    static func mark(_ index: Int) -> String { "~\(secret)~\(index)~" }

    /// Drawn once, so that nobody can send a mark of his own, in whatever disguise, and have a value put in its place.
    private static let secret = String(UInt64.random(in: 0...UInt64.max), radix: 36)

    /// The shape of a request and the values left out of it, decoded; nil for what is no short read.
    static func split(_ http: GatewayRequest) -> (shape: ReadShape, values: [String])? {
        guard http.method == .get || http.method == .head, let (query, values) = cut(http.query.raw) else {
            return nil
        }
        let shape = ReadShape(
            path: http.path, query: query, method: http.method.rawValue, fields: Fields(http.headers))
        return (shape, values)
    }

    /// A query with marks in the place of values, and the values; nil for what is too long or not understood.
    static func cut(_ query: String) -> (query: String, values: [String])? {
        let raw = query.utf8
        // `;` separates parameters, too, but nobody sends it.
        guard raw.count <= RestLimits.shapeMax.bytes, !raw.contains(UInt8(ascii: ";")) else { return nil }
        var query = ""
        query.reserveCapacity(raw.count + 8)
        var values: [String] = []
        for part in raw.split(separator: UInt8(ascii: "&")) {
            if !query.isEmpty { query += "&" }
            guard let start = operand(of: part) else {
                query += Substring(part)
                continue
            }
            guard let value = PercentText.decoded(part[start...], plusIsSpace: true) else { return nil }
            query += Substring(part[..<start])
            query += mark(values.count)
            values.append(value)
        }
        return (query, values)
    }

    static let operators = ["eq.", "neq.", "gt.", "gte.", "lt.", "lte."]
    static let otherNames: Set<String> = [
        "select", "columns", "on_conflict", "order", "limit", "offset", "and", "or",
    ]

    /// Where the value begins in `column=eq.value`; nil for any other parameter.
    private static func operand(of part: Substring.UTF8View) -> String.Index? {
        guard let equals = part.firstIndex(of: UInt8(ascii: "=")), part[..<equals].allSatisfy(isPlain),
            !otherNames.contains(String(Substring(part[..<equals])))
        else { return nil }
        let rest = part[part.index(after: equals)...]
        guard let name = operators.first(where: { rest.starts(with: $0.utf8) }) else { return nil }
        return rest.index(rest.startIndex, offsetBy: name.utf8.count)
    }

    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
