import Testing

@testable import Rest

@Suite struct `Select lists` {
    struct Case: Sendable {
        let text: String
        let items: [SelectItem]
    }

    private static func column(
        _ name: String, path: [JSONStep] = [], cast: String? = nil, aggregate: AggregateCall? = nil,
        alias: String? = nil
    ) -> SelectItem {
        .column(ColumnSelection(field: Field(name, path: path), cast: cast, aggregate: aggregate, alias: alias))
    }

    private static func read(_ text: String) throws -> [SelectItem] {
        try QueryReader.read("select parameter", text, Grammar.selectList)
    }

    static let columns: [Case] = [
        Case(text: "", items: []),
        Case(text: "*", items: [.all]),
        Case(text: "id, name ,age", items: [column("id"), column("name"), column("age")]),
        Case(text: "full name:first name", items: [column("first name", alias: "full name")]),
        Case(text: "blood-pressure", items: [column("blood-pressure")]),
        Case(text: "größe", items: [column("größe")]),
        Case(text: #""a,b":"c\"d.e""#, items: [column("c\"d.e", alias: "a,b")]),
        Case(text: "taken_at::date", items: [column("taken_at", cast: "date")]),
        Case(text: "a::double precision", items: [column("a", cast: "double precision")]),
        Case(
            text: "doc->lab->0->>value",
            items: [
                column(
                    "doc",
                    path: [
                        JSONStep(operand: .key("lab"), asText: false),
                        JSONStep(operand: .index("+0"), asText: false),
                        JSONStep(operand: .key("value"), asText: true),
                    ])
            ]),
        Case(
            text: "last:doc->>-1::text",
            items: [
                column("doc", path: [JSONStep(operand: .index("-1"), asText: true)], cast: "text", alias: "last")
            ]),
        Case(
            text: #"doc->"a.b""#, items: [column("doc", path: [JSONStep(operand: .key("a.b"), asText: false)])]),
        Case(
            text: "doc->7th", items: [column("doc", path: [JSONStep(operand: .key("7th"), asText: false)])]),
        Case(text: "a->b-c", items: [column("a", path: [JSONStep(operand: .key("b-c"), asText: false)])]),
    ]

    static let aggregates: [Case] = [
        Case(text: "count()", items: [column("*", aggregate: AggregateCall(function: .count))]),
        Case(text: "count", items: [column("count")]),
        Case(
            text: "n:count()::text",
            items: [column("*", aggregate: AggregateCall(function: .count, cast: "text"), alias: "n")]),
        Case(text: "dose.max()", items: [column("dose", aggregate: AggregateCall(function: .max))]),
        Case(text: "dose.min()", items: [column("dose", aggregate: AggregateCall(function: .min))]),
        Case(
            text: "mean:dose::int.avg()::float8",
            items: [
                column("dose", cast: "int", aggregate: AggregateCall(function: .avg, cast: "float8"), alias: "mean")
            ]),
        Case(
            text: "dose.sum(),unit", items: [column("dose", aggregate: AggregateCall(function: .sum)), column("unit")]),
    ]

    static let embeds: [Case] = [
        Case(text: "doctor(*)", items: [.embed(EmbedSelection(target: "doctor", items: [.all]))]),
        Case(text: "doctor()", items: [.embed(EmbedSelection(target: "doctor"))]),
        Case(
            text: "by:doctor!cases_doctor_fkey!inner(id)",
            items: [
                .embed(
                    EmbedSelection(
                        target: "doctor", alias: "by", hint: "cases_doctor_fkey", joinType: .inner,
                        items: [column("id")]))
            ]),
        Case(
            text: "doctor!left!key( id , files( name ))",
            items: [
                .embed(
                    EmbedSelection(
                        target: "doctor", hint: "key", joinType: .left,
                        items: [column("id"), .embed(EmbedSelection(target: "files", items: [column("name")]))]))
            ]),
        Case(
            text: "id,...doctor!inner(name)",
            items: [
                column("id"),
                .embed(EmbedSelection(target: "doctor", joinType: .inner, isSpread: true, items: [column("name")])),
            ]),
        // A join type is recognised by its letters, so that hints cannot begin with them.
        Case(
            text: #"doctor!"inner"(id)"#,
            items: [.embed(EmbedSelection(target: "doctor", hint: "inner", items: [column("id")]))]),
    ]

    @Test(arguments: columns + aggregates + embeds)
    func `a select list is read`(_ example: Case) throws {
        #expect(try Self.read(example.text) == example.items)
    }

    @Test(arguments: [
        "id,", "id name,", "doctor(id", "a:b:c", "count(*)", "dose.median()", "dose.max", "a::", "doc->",
        "doctor!a!b!c(id)", "alias:...doctor(id)", "id;drop", "\"open", "a b!",
    ])
    func `a select list with a mistake is refused`(_ text: String) {
        #expect(throws: RequestError.self) { try Self.read(text) }
    }

    @Test func `embeds nest as deep as the limit and no deeper`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "a(", count: depth) + "b" + String(repeating: ")", count: depth)
        }
        _ = try Self.read(nested(RequestLimits.nestingMax))
        #expect(throws: RequestError.self) { try Self.read(nested(RequestLimits.nestingMax + 1)) }
        #expect(throws: RequestError.self) { try Self.read(nested(20_000)) }
    }
}
