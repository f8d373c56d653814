import Testing

@testable import Rest

@Suite struct Orders {
    private static func read(_ text: String) throws -> [OrderTerm] {
        try QueryReader.read("order", text, Grammar.orderList)
    }

    struct Case: Sendable {
        let text: String
        let terms: [OrderTerm]
    }

    @Test(arguments: [
        Case(text: "age", terms: [OrderTerm(field: Field("age"))]),
        Case(
            text: "age.desc.nullslast, name.asc",
            terms: [
                OrderTerm(field: Field("age"), direction: .descending, nulls: .last),
                OrderTerm(field: Field("name"), direction: .ascending),
            ]),
        Case(text: "age.nullsfirst", terms: [OrderTerm(field: Field("age"), nulls: .first)]),
        Case(
            text: "doc->a->>0.desc",
            terms: [
                OrderTerm(
                    field: Field(
                        "doc",
                        path: [
                            JSONStep(operand: .key("a"), asText: false), JSONStep(operand: .index("+0"), asText: true),
                        ]), direction: .descending)
            ]),
        Case(
            text: "doctor(name).desc,id",
            terms: [
                OrderTerm(relation: "doctor", field: Field("name"), direction: .descending),
                OrderTerm(field: Field("id")),
            ]),
    ])
    func `an order is read`(_ example: Case) throws {
        #expect(try Orders.read(example.text) == example.terms)
    }

    @Test(arguments: ["", "age.", "age.down", "age.asc.desc", "age.nullsfirst.asc", "doctor(a,b)", "doctor(a", ",age"])
    func `an order with a mistake is refused`(_ text: String) {
        #expect(throws: RequestError.self) { try Orders.read(text) }
    }
}
