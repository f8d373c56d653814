import HTTPTypes
import Testing

@testable import Rest

@Suite struct Requests {
    private static func read(
        _ method: String, _ path: String, query: String = "", headers: HTTPFields = [:], body: String = "",
        rules: RequestRules = RequestRules(schemas: ["public"])
    ) throws(RequestError) -> APIRequest {
        try APIRequest(
            method: method, path: path, query: query, headers: headers, body: Array(body.utf8), rules: rules)
    }

    @Test(
        arguments: [
            ("GET", "/cases", .read(relation: "cases", headersOnly: false)),
            ("HEAD", "/cases", .read(relation: "cases", headersOnly: true)),
            ("POST", "/cases", .mutate(relation: "cases", .insert)),
            ("PATCH", "/cases", .mutate(relation: "cases", .update)),
            ("PUT", "/cases", .mutate(relation: "cases", .singleUpsert)),
            ("DELETE", "/cases", .mutate(relation: "cases", .delete)),
            ("OPTIONS", "/cases", .relationInfo(relation: "cases")),
            ("GET", "/lab%20values%2F%C3%A4", .read(relation: "lab values/ä", headersOnly: false)),
            ("GET", "/a+b", .read(relation: "a+b", headersOnly: false)),
            ("GET", "/rpc", .read(relation: "rpc", headersOnly: false)),
            ("GET", "/rpc/f", .invoke(function: "f", .get)), ("HEAD", "/rpc/f", .invoke(function: "f", .head)),
            ("POST", "/rpc/f", .invoke(function: "f", .post)), ("OPTIONS", "/rpc/f", .functionInfo(function: "f")),
            ("GET", "/", .describe(headersOnly: false)), ("HEAD", "/", .describe(headersOnly: true)),
            ("OPTIONS", "/", .rootInfo),
        ] as [(String, String, Action)])
    func `method and path make an action`(_ method: String, _ path: String, _ action: Action) throws {
        let body = ["POST", "PATCH", "PUT"].contains(method) ? "{}" : ""
        #expect(try Requests.read(method, path, body: body).action == action)
    }

    @Test(
        arguments: [
            ("GET", "/cases/", .invalidPath), ("GET", "/a/b", .invalidPath), ("GET", "//", .invalidPath),
            ("GET", "/rpc/", .invalidPath), ("GET", "/rpc/a/b", .invalidPath), ("GET", "/%FF", .invalidPath),
            ("PATCH", "/rpc/f", .methodNotForFunctions("PATCH")), ("TRACE", "/cases", .methodUnsupported("TRACE")),
            ("POST", "/", .methodUnsupported("POST")),
        ] as [(String, String, RequestError)])
    func `what is no action is refused`(_ method: String, _ path: String, _ error: RequestError) {
        #expect(throws: error) { try Requests.read(method, path) }
    }

    @Test func `the root can be closed or answered by a function`() throws {
        #expect(throws: RequestError.openAPIDisabled) {
            try Requests.read("GET", "/", rules: RequestRules(schemas: ["public"], hasRoot: false))
        }
        let request = try Requests.read("GET", "/", rules: RequestRules(schemas: ["public"], rootFunction: "root"))
        #expect(request.action == .invoke(function: "root", .get))
    }

    @Test func `the profile header of the method chooses the schema`() throws {
        let rules = RequestRules(schemas: ["v1", "v2"])
        let headers: HTTPFields = [.acceptProfile: "v2", .contentProfile: "v1"]
        #expect(try Requests.read("GET", "/a", headers: headers, rules: rules).schema == "v2")
        #expect(try Requests.read("DELETE", "/a", headers: headers, rules: rules).schema == "v1")
        let unsaid = try Requests.read("GET", "/a", rules: rules)
        #expect(unsaid.schema == "v1" && unsaid.schemaIsNegotiated)
        #expect(try !Requests.read("GET", "/a").schemaIsNegotiated)
        #expect(try Requests.read("GET", "/a", headers: [.acceptProfile: "public"]).schemaIsNegotiated)
        #expect(throws: RequestError.schemaNotExposed("v3", exposed: ["v1", "v2"])) {
            try Requests.read("GET", "/a", headers: [.acceptProfile: "v3"], rules: rules)
        }
    }

    struct RangeCase: Sendable {
        var method = "GET"
        let query: String
        let header: String?
        let expected: Result<RowRange, RequestError>
    }

    @Test(arguments: [
        RangeCase(query: "", header: nil, expected: .success(.all)),
        RangeCase(query: "limit=5&offset=2", header: nil, expected: .success(RowRange(offset: 2, limit: 5))),
        RangeCase(query: "", header: "0-1", expected: .success(RowRange(offset: 0, limit: 2))),
        RangeCase(query: "limit=10&offset=4", header: "5-6", expected: .success(RowRange(offset: 5, limit: 2))),
        RangeCase(method: "POST", query: "", header: "5-6", expected: .success(.all)),
        RangeCase(method: "HEAD", query: "", header: "5-6", expected: .success(.all)),
        RangeCase(query: "limit=0", header: "5-6", expected: .success(RowRange(offset: 0, limit: 0))),
        RangeCase(query: "offset=-3", header: nil, expected: .success(.all)),
        RangeCase(query: "limit=-1", header: nil, expected: .failure(.invalidRange(.negativeLimit))),
        RangeCase(query: "", header: "6-5", expected: .failure(.invalidRange(.lowerAboveUpper))),
        RangeCase(method: "PUT", query: "limit=1", header: nil, expected: .failure(.upsertWithRange)),
        RangeCase(method: "PUT", query: "offset=1", header: nil, expected: .failure(.upsertWithRange)),
    ])
    func `limit, offset and Range are one range`(_ example: RangeCase) {
        var headers: HTTPFields = [:]
        headers[.range] = example.header
        let result = Result { () throws(RequestError) in
            try Requests.read(example.method, "/a", query: example.query, headers: headers, body: "{}").topRange
        }
        #expect(result == example.expected)
    }

    @Test func `headers lose the cookies, which come apart`() throws {
        let request = try Requests.read(
            "GET", "/a", headers: [.cookie: "a=1; b=x=y;c", .userAgent: "t", .accept: "text/csv"])
        #expect(request.headers.map(\.name).sorted() == ["accept", "user-agent"])
        #expect(request.cookies.map(\.name) == ["a", "b", "c"])
        #expect(request.cookies.map(\.value) == ["1", "x=y", ""])
        #expect(request.accept == [.csv])
        #expect(try Requests.read("GET", "/a").accept == [.any])
    }
}
