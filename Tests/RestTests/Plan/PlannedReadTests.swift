import Core
import Gateway
import HTTPTypes
import HummingbirdCore
import NIOCore
import Postgres
import Testing

@testable import Rest

@Suite struct `Planned reads` {
    private static let rules = RequestRules(schemas: LaboratorySchema.exposed)

    private static func http(
        _ path: String, _ query: String, _ headers: HTTPFields = [:], method: HTTPRequest.Method = .get
    ) throws -> GatewayRequest {
        GatewayRequest(
            id: "r", method: method, path: path, query: try Query(query, skipsUndecodable: true), headers: headers,
            body: RequestBody(buffer: ByteBuffer()),
            credentials: Credentials(key: nil, bearer: .none, hasAuthorizationHeader: false), clientAddress: "x")
    }

    /// Parses, plans and writes `query` as it stands.
    private static func read(
        _ http: GatewayRequest, query: String
    ) async throws -> (APIRequest, ReadPlan, MainStatement) {
        var configuration = RestConfiguration()
        configuration.schemas = LaboratorySchema.exposed
        configuration.rowsMax = 1000
        let request = try APIRequest(
            method: http.method.rawValue, path: http.path, query: query, headers: http.headers, body: [], rules: rules)
        let planner = Planner(
            request: request, cache: try await LaboratorySchema.cache, configuration: configuration)
        guard case .read(let plan) = try planner.plan() else { throw PlanTestError.notARead }
        let statement = MainStatement(
            plan, preferences: request.preferences, range: request.topRange, configuration: configuration)
        return (request, plan, statement)
    }

    /// The plan kept for the shape of `http`; nil if it is not to be kept.
    private static func planned(_ http: GatewayRequest) async throws -> (PlannedRead, values: [String])? {
        guard let (shape, values) = ReadShape.split(http) else { return nil }
        let (request, plan, statement) = try await read(http, query: shape.query)
        return PlannedRead(request, plan, statement, valueCount: values.count).map { ($0, values) }
    }

    @Test(arguments: [
        ("id=eq.1", "id=eq.2"), ("id=eq.1", "id=eq."), ("id=gt.1&id=lte.9", "id=gt.10&id=lte.12"),
        ("select=id,name&name=eq.a", "select=id,name&name=eq.a%20b%2Bc%26d"), ("name=neq.%22x", "name=neq.a+b"),
        (
            "name=eq.x&code=eq.y&order=id&limit=3",
            "name=eq.\(ReadShape.mark(1))&code=eq.\(ReadShape.mark(0))&order=id&limit=3"
        ),
        (
            "select=id,doctors(name)&doctors.name=eq.z&id=eq.1",
            "select=id,doctors(name)&doctors.name=eq.z&id=eq.\(ReadShape.mark(0))"
        ),
        ("id=in.(1,2)&code=gte.a", "id=in.(1,2)&code=gte.%C3%A4"), ("name=not.eq.a&id=lt.3", "name=not.eq.a&id=lt.4"),
        ("code=eq.x&code=eq.y", "code=eq.y&code=eq.x"), ("", ""), ("name=eq.%00", "name=eq.x%00y"),
    ])
    func `a kept plan with values gives what planning them gives`(first: String, second: String) async throws {
        for headers in [[:], [.prefer: "count=exact"], [.range: "0-4"]] as [HTTPFields] {
            let (planned, _) = try #require(try await Self.planned(try Self.http("/laboratories", first, headers)))
            let http = try Self.http("/laboratories", second, headers)
            let (shape, values) = try #require(ReadShape.split(http))
            #expect(shape == ReadShape.split(try Self.http("/laboratories", first, headers))?.shape)
            let kept = planned.with(values, headers: http.headers)
            let (request, _, statement) = try await Self.read(http, query: http.query.raw)
            #expect(kept.statement.sql.text == statement.sql.text)
            #expect(kept.statement.sql.parameters == statement.sql.parameters)
            #expect(kept.request.query.canonical == request.query.canonical)
            #expect(kept.request.topRange == request.topRange)
            #expect(kept.request.headers.map(\.value) == request.headers.map(\.value))
        }
    }

    @Test(arguments: [
        "name=like.\(ReadShape.mark(0))&id=eq.1", "select=id,\(ReadShape.mark(0)):name&id=eq.1", "select=eq.1",
        "limit=eq.1&id=eq.\(ReadShape.mark(0))&name=is.null&x=\(ReadShape.mark(0))",
    ])
    func `a query with a mark of its own is planned each time`(query: String) async throws {
        let http = try Self.http("/laboratories", query)
        let split = try #require(ReadShape.split(http))
        let planned = try? await Self.planned(http)
        #expect(planned == nil || split.values.isEmpty)
    }

    @Test func `estimates, other methods, broken text and long queries are planned each time`() async throws {
        let estimated = try Self.http("/laboratories", "id=eq.1", [.prefer: "count=planned"])
        #expect(try await Self.planned(estimated) == nil)
        #expect(ReadShape.split(try Self.http("/laboratories", "id=eq.1", method: .delete)) == nil)
        #expect(ReadShape.split(try Self.http("/laboratories", "id=eq.%FF")) == nil)
        #expect(ReadShape.split(try Self.http("/laboratories", "id=eq.1;code=eq.2")) == nil)
        let long = String(repeating: "x", count: RestLimits.shapeMax.bytes)
        #expect(ReadShape.split(try Self.http("/laboratories", "id=eq." + long)) == nil)
    }

    @Test(
        arguments: [
            (HTTPFields(), "/laboratories", "id=eq.1"), ([.prefer: "count=exact"], "/laboratories", "id=eq.1"),
            ([.accept: "text/csv"], "/laboratories", "id=eq.1"), ([.range: "0-1"], "/laboratories", "id=eq.1"),
            ([.acceptProfile: "other"], "/laboratories", "id=eq.1"), ([:], "/doctors", "id=eq.1"),
            ([:], "/laboratories", "id=neq.1"), ([:], "/laboratories", "code=eq.1"),
            ([:], "/laboratories", "id=eq.1&limit=1"),
        ] as [(HTTPFields, String, String)])
    func `whatever decides the statement is part of the shape`(
        headers: HTTPFields, path: String, query: String
    ) throws {
        let plain = try #require(ReadShape.split(try Self.http("/laboratories", "id=eq.1")))
        let other = try #require(ReadShape.split(try Self.http(path, query, headers)))
        #expect((plain.shape == other.shape) == (headers.isEmpty && path == "/laboratories" && query == "id=eq.1"))
    }

    @Test func `plans are bounded in number and gone with their schema cache`() async throws {
        let reads = PlannedReads()
        let http = try Self.http("/laboratories", "id=eq.1")
        let shape = try #require(ReadShape.split(http)).shape
        let (planned, _) = try #require(try await Self.planned(http))
        func isPlanned(_ generation: UInt64) -> Bool {
            if case .planned = reads.find(shape, generation: generation) { true } else { false }
        }
        reads.keep(planned, for: shape, generation: 2)
        #expect(isPlanned(2) && !isPlanned(1) && !isPlanned(3))
        reads.keep(planned, for: shape, generation: 1)
        #expect(isPlanned(2))
        for number in 0..<RestLimits.plansMax {
            let other = try #require(ReadShape.split(try Self.http("/laboratories", "id=eq.1&limit=\(number)"))).shape
            reads.keep(nil, for: other, generation: 2)
        }
        #expect(!isPlanned(2))
        reads.keep(planned, for: shape, generation: 3)
        #expect(isPlanned(3) && !isPlanned(2))
    }

    @Test func `every request is answered with its own values, headers and rights`() async throws {
        try await WardHarness.run { ward in
            for _ in 0..<3 {
                for (number, name) in [(1, "Radiology"), (2, "Laboratory"), (3, "Empty")] {
                    let answer = try await ward.send(
                        WardRequest(method: .get, path: "/departments?select=id,name&id=eq.\(number)"))
                    #expect(answer.text == #"[{"id":\#(number),"name":"\#(name)"}]"#)
                    let location = HTTPField.Name.known("Content-Location")
                    #expect(answer.headers[location] == "/departments?id=eq.\(number)&select=id%2Cname")
                }
                let mine = try await ward.send(WardRequest(method: .get, path: "/findings?select=title&id=eq.1"))
                #expect(mine.text == #"[{"title":"Mine"}]"#)
                let none = try await ward.send(WardRequest(method: .get, path: "/findings?select=title&id=eq.2"))
                #expect(none.text == "[]")
                let nobody = try await ward.send(
                    WardRequest(method: .get, path: "/findings?select=title&id=eq.1", isSignedIn: false))
                #expect(!nobody.text.contains("Mine"))
                let wrong = try await ward.send(WardRequest(method: .get, path: "/departments?select=id&id=eq.x"))
                #expect(wrong.status == .badRequest)
            }
        }
    }
}
