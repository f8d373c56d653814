import Gateway
import HTTPTypes
import TestSupport

/// Makes requests to the ward that are right for the most part, and damages some of them.
struct RequestGenerator {
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private static let columns = [
        "doctors": ["id", "name", "department_id", "tags", "initials"], "departments": ["id", "name"],
        "findings": ["id", "doctor_id", "owner", "title", "value", "data", "data->unit", "data->range->>0"],
        "measures": ["device", "number", "value"], "department_names": ["id", "name"],
    ]
    private static let embeds = [
        "doctors": ["departments", "findings", "department_id", "department_names"],
        "departments": ["doctors"], "findings": ["doctors", "doctor_id"],
    ]
    private static let targets = ["department_id": "departments", "doctor_id": "doctors"]
    private static let operators = [
        "eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "match", "imatch", "in", "is", "isdistinct", "fts",
        "plfts(english)", "wfts", "cs", "cd", "ov", "sl", "adj", "eq(any)", "like(all)", "not.eq", "not.in", "not.is",
    ]
    private static let values = [
        "1", "2", "", "*a*", "abc", "{1,2}", "(1,2)", "(\"a,b\",c)", "()", "null", "true", "[1]", "2024-01-01", "1e400",
        "00000000-0000-4000-8000-000000000002", "99999999999999999999",
    ]
    private static let debris = [
        " ", "\"", "\\", "(", ")", ",", ".", ":", "::", "->", "->>", "!", "*", "%", "'", "''", "$1", "$", "{", "}", "[",
        "--", "/*", ";", "=", "&", "+", "#", "?", "or", "and", "not", "é", "ユ", "\u{202E}", "😀", "\u{1}", "null",
        "select", "count()", "...", "pg_catalog", "findings", "owner", "::regclass", "\n",
    ]
    private static let preferences = [
        "count=exact", "count=planned", "count=estimated", "return=representation", "return=headers-only",
        "handling=strict, x=y", "handling=strict, max-affected=1", "timezone=UTC", "missing=default",
        "resolution=merge-duplicates", "resolution=ignore-duplicates", "tx=rollback",
    ]
    private static let accepted = [
        "text/csv", "application/vnd.pgrst.object+json", "application/vnd.pgrst.array+json;nulls=stripped", "*/*",
        "text/plain", "application/vnd.pgrst.plan+json", "application/geo+json", "application/json;q=0.1, text/csv",
    ]

    mutating func next() -> WardRequest {
        var relation = random.pick(Self.columns.keys.sorted())
        var pairs: [(String, String)] = []
        if random.chance(80) { pairs.append(("select", select(of: relation, depth: 0))) }
        for _ in 0..<random.upTo(2) { pairs.append(filter(on: relation)) }
        if random.chance(30) {
            pairs.append((random.pick(["or", "and", "not.or"]), "(\(members(of: relation, depth: 0)))"))
        }
        if random.chance(30) {
            pairs.append(("order", column(of: relation) + random.pick(["", ".desc", ".nullsfirst"])))
        }
        if random.chance(20) { pairs.append((random.pick(["limit", "offset"]), random.pick(["0", "1", "-1", "x"]))) }
        if random.chance(20), let embed = Self.embeds[relation]?.first {
            pairs.append(("\(embed).\(random.pick(["order", "limit", "id", "or"]))", random.pick(["id", "1", "eq.1"])))
        }
        if random.chance(50) {
            pairs = pairs.map { (random.chance(30) ? damaged($0) : $0, random.chance(60) ? damaged($1) : $1) }
            if random.chance(10) { relation = damaged(relation) }
        }
        return request(path: "/" + PercentCoding.encode(relation), pairs)
    }

    private static let methods: [HTTPRequest.Method] = [
        .get, .get, .get, .get, .head, .post, .patch, .put, .delete, .options,
    ]

    private mutating func request(path: String, _ pairs: [(String, String)]) -> WardRequest {
        let method = random.pick(Self.methods)
        let query = pairs.map { PercentCoding.encode($0) + "=" + PercentCoding.encode($1) }.joined(separator: "&")
        var headers: [String: String] = [:]
        if random.chance(40) { headers["Prefer"] = random.pick(Self.preferences) }
        if random.chance(20) { headers["Accept"] = random.pick(Self.accepted) }
        if random.chance(10) { headers["Range"] = random.pick(["0-1", "5-", "3-1", "x", "0-99999999999999999999"]) }
        if random.chance(10) { headers["Content-Type"] = random.pick(["text/csv", "text/plain", "x"]) }
        var request = WardRequest(method: method, path: query.isEmpty ? path : "\(path)?\(query)")
        request.headers = headers
        request.body = [.post, .patch, .put].contains(method) ? body() : ""
        request.isSignedIn = random.chance(80)
        return request
    }

    private mutating func body() -> String {
        let row = { (random: inout SeededGenerator) in
            let names = ["id", "name", "title", "owner", "value", "data", "doctor_id", "tags", "device", "number"]
            let values = ["1", "2", "\"a\"", "null", "{\"a\":1}", "[1]", "true", "1.5", "\"'; --\"", "\"{x}\""]
            let members = (0..<random.upTo(4)).map { _ in "\"\(random.pick(names))\":\(random.pick(values))" }
            return "{" + members.joined(separator: ",") + "}"
        }
        let text =
            switch random.upTo(5) {
            case 0: row(&random)
            case 1: "[\(row(&random))]"
            case 2: "[\(row(&random)),\(row(&random))]"
            case 3: "id,name\n7,a\n8,NULL\n"
            case 4: random.pick(["", "[]", "{}", "null", "5", "\"x\""])
            default: row(&random)
            }
        return random.chance(20) ? damaged(text) : text
    }

    private mutating func column(of relation: String) -> String { random.pick(Self.columns[relation] ?? ["id"]) }

    private mutating func select(of relation: String, depth: Int) -> String {
        var items: [String] = []
        for _ in 0..<random.upTo(3) {
            let alias = random.chance(20) ? random.pick(["a:", "\"x y\":", "é:"]) : ""
            let cast = random.chance(15) ? random.pick(["::text", "::json", "::int"]) : ""
            items.append(random.chance(20) ? "*" : alias + column(of: relation) + cast)
        }
        if depth < 3, let embeds = Self.embeds[relation], random.chance(60) {
            let embed = random.pick(embeds)
            let inside = select(of: Self.targets[embed] ?? embed, depth: depth + 1)
            items.append(
                random.pick(["", "", "z:", "..."]) + embed + random.pick(["", "!inner", "!left"]) + "(\(inside))")
        }
        return items.joined(separator: ",")
    }

    private mutating func filter(on relation: String) -> (String, String) {
        (column(of: relation), "\(random.pick(Self.operators)).\(random.pick(Self.values))")
    }

    private mutating func members(of relation: String, depth: Int) -> String {
        let parts = (0...random.upTo(2)).map { _ in
            if depth < 3, random.chance(30) {
                return random.pick(["and", "or", "not.or"]) + "(\(members(of: relation, depth: depth + 1)))"
            }
            let (column, condition) = filter(on: relation)
            return "\(column).\(condition)"
        }
        return parts.joined(separator: ",")
    }

    private mutating func damaged(_ text: String) -> String {
        var characters = Array(text)
        for _ in 0...random.upTo(2) {
            let place = random.upTo(characters.count)
            if random.chance(60) || characters.isEmpty {
                characters.insert(contentsOf: random.pick(Self.debris), at: place)
            } else {
                characters.remove(at: min(place, characters.count - 1))
            }
        }
        return String(characters)
    }
}

extension SeededGenerator {
    fileprivate mutating func upTo(_ max: Int) -> Int { Int.random(in: 0...max, using: &self) }
}
