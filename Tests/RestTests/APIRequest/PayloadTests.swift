import Core
import Testing

@testable import Rest

@Suite struct Payloads {
    private static let insert = Action.mutate(relation: "cases", .insert)
    private static let call = Action.invoke(function: "f", .post)

    private static func read(
        _ body: String, _ type: MediaType = .json, for action: Action = insert, columns: [String]? = nil
    ) throws(RequestError) -> (payload: Payload?, keys: [String]) {
        try Payload.read(Array(body.utf8), type, for: action, columns: columns)
    }

    private static func json(_ result: (payload: Payload?, keys: [String])) -> String? {
        guard case .json(let bytes, _) = result.payload else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        (#"{"b":1,"a":{"x":[1]}}"#, ["a", "b"]), (#"[{"a":1,"b":2},{"b":3,"a":4}]"#, ["a", "b"]), ("{}", []),
        ("[{},{}]", []), (#" [ { "a\u0041" : 1 } , {"aA":2} ] "#, ["aA"]), (#"{"a":1,"a":2}"#, ["a"]),
    ])
    func `JSON passes as it is, with its keys`(_ body: String, _ keys: [String]) throws {
        let result = try Payloads.read(body)
        #expect(Payloads.json(result) == body)
        #expect(result.keys == keys)
    }

    @Test(arguments: ["[]", "5", "null", "\"a\"", "true", " [ ] "])
    func `what is neither object nor rows inserts nothing`(_ body: String) throws {
        #expect(Payloads.json(try Payloads.read(body)) == "[]")
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\"}", "{'a':1}", "[{}", "{}x", "nul", "01", "1.", "-", "\"\u{1}\"", #""\x""#,
        #""\ud800""#, #""\udc00""#, "[1 2]", "{\"a\":1,}", "\u{FEFF}{}",
    ])
    func `bad JSON is refused`(_ body: String) {
        #expect(throws: RequestError.invalidBody(.json)) { try Payloads.read(body) }
    }

    @Test(arguments: [
        #"[{"a":1},{"b":1}]"#, #"[{"a":1},{}]"#, "[1]", #"[{"a":1},1]"#, #"[{"a":1},{"a":1,"b":2},{"a":1}]"#,
    ])
    func `rows that differ in their keys are refused`(_ body: String) {
        #expect(throws: RequestError.invalidBody(.keysDiffer)) { try Payloads.read(body) }
    }

    @Test func `deep JSON is read up to the limit without recursion`() throws {
        func nested(_ depth: Int) -> String {
            "{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
        }
        #expect(try Payloads.read(nested(RequestLimits.jsonDepthMax)).keys == ["a"])
        #expect(throws: RequestError.invalidBody(.json)) { try Payloads.read(nested(500_000)) }
    }

    @Test func `columns decide and nobody looks into the body`() throws {
        let result = try Payloads.read("not json", columns: ["a", "b"])
        #expect(result.keys == ["a", "b"])
        guard case .uncheckedJSON = result.payload else { Issue.record("looked into it"); return }
        #expect(throws: RequestError.invalidBody(.json)) {
            try Payloads.read("not json", for: .mutate(relation: "cases", .singleUpsert), columns: ["a"])
        }
    }

    @Test(arguments: [
        ("a,b\n1,2\n3,NULL\n", #"[{"a":"1","b":"2"},{"a":"3","b":null}]"#),
        ("a,b\r\n\"x, \"\"y\"\"\",\"\r\n\"", #"[{"a":"x, \"y\"","b":"\r\n"}]"#),
        ("a\n\n1\n\n", #"[{"a":"1"}]"#), ("a,b\n,\n", #"[{"a":"","b":""}]"#), ("a,b", "[]"),
    ])
    func `CSV becomes rows of strings`(_ body: String, _ expected: String) throws {
        #expect(Payloads.json(try Payloads.read(body, .csv)) == expected)
    }

    @Test(arguments: [
        ("a,b\n1\n", RequestError.InvalidBody.csvFieldCount), ("a\n1,2\n", .csvFieldCount), ("", .csv), ("\n", .csv),
        ("a\n\"x", .csv), ("a\nx\"y\n", .csv), ("a\n\"x\"y\n", .csv),
    ])
    func `bad CSV is refused`(_ body: String, _ reason: RequestError.InvalidBody) {
        #expect(throws: RequestError.invalidBody(reason)) { try Payloads.read(body, .csv) }
    }

    @Test func `form fields are one row of a relation and arguments of a function`() throws {
        let row = try Payloads.read("b=x+y&a=%C3%A4&b=2", .form)
        #expect(Payloads.json(row) == #"{"b":"2","a":"ä"}"#)
        #expect(row.keys == ["a", "b"])
        let call = try Payloads.read("b=1&a=2&b=3", .form, for: Payloads.call)
        guard case .arguments(let pairs) = call.payload else { Issue.record("no arguments"); return }
        #expect(pairs.map(\.value) == ["1", "2", "3"])
        #expect(call.keys == ["a", "b"])
    }

    @Test func `a call without a body has no arguments, and raw bodies stay raw`() throws {
        #expect(Payloads.json(try Payloads.read("", for: Payloads.call)) == "{}")
        for type in [MediaType.text, .xml, .octetStream] {
            guard case .raw(let bytes) = try Payloads.read("<x>", type, for: Payloads.call).payload else {
                Issue.record("not raw")
                continue
            }
            #expect(bytes == Array("<x>".utf8))
            #expect(throws: RequestError.invalidBody(.contentType(type.name))) { try Payloads.read("<x>", type) }
        }
    }

    @Test func `reads and deletes have no payload`() throws {
        for action in [Action.read(relation: "a", headersOnly: false), .mutate(relation: "a", .delete)] {
            let result = try Payloads.read("not json", for: action)
            #expect(result.payload == nil)
            #expect(result.keys.isEmpty)
        }
    }
}
