import Core
import HTTPTypes
import Postgres
import Testing

@testable import Rest

@Suite struct `Reads over HTTP` {
    static let exchanges: [Exchanged] = [
        Exchanged(
            .get, "/departments?order=id&limit=2", gives: 200,
            "[{\"id\":1,\"name\":\"Radiology\"}, \n {\"id\":2,\"name\":\"Laboratory\"}]",
            [
                "Content-Range": "0-1/*", "Content-Type": "application/json; charset=utf-8", "Content-Length": "61",
                "Content-Location": "/departments?limit=2&order=id", "Vary": "Accept, Prefer, Range",
            ]),
        Exchanged(
            .get, "/departments?select=id&id=gt.1&offset=1", with: ["Prefer": "count=exact"], gives: 206,
            "[{\"id\":3}]", ["Content-Range": "1-1/2", "Preference-Applied": "count=exact"]),
        Exchanged(
            .get, "/departments?offset=9", with: ["Prefer": "count=exact"], gives: 416, nil,
            ["Content-Range": "*/3"], without: ["Proxy-Status"]),
        Exchanged(.get, "/departments?id=eq.99", gives: 200, "[]", ["Content-Range": "*/*"]),
        Exchanged(
            .head, "/departments?id=eq.1", gives: 200, "", ["Content-Range": "0-0/*"],
            without: ["Content-Length"]),
        // Embeds: to-one, to-many, inner, anti-join, spread, filter and order inside.
        Exchanged(
            .get, "/doctors?select=name,department:departments(name)&order=id&limit=1", gives: 200,
            #"[{"name":"Asha","department":{"name": "Radiology"}}]"#),
        Exchanged(
            .get, "/departments?select=name,doctors(name)&doctors.order=name.desc&doctors.limit=1&id=eq.2", gives: 200,
            #"[{"name":"Laboratory","doctors":[{"name": "Chandra"}]}]"#),
        Exchanged(
            .get, "/departments?select=id,doctors!inner()&doctors.name=like.C*", gives: 200, #"[{"id":2}]"#),
        Exchanged(.get, "/departments?select=id,doctors()&doctors=is.null", gives: 200, #"[{"id":3}]"#),
        Exchanged(
            .get, "/doctors?select=name,...departments(department:name)&id=eq.3", gives: 200,
            #"[{"name":"Chandra","department":"Laboratory"}]"#),
        Exchanged(
            .get,
            "/doctors?select=id,departments()&order=departments(name).desc.nullslast,id.desc&departments=not.is.null"
                + "&or=(name.eq.Asha,tags.cs.{day})", gives: 200, "[{\"id\":1}, \n {\"id\":3}]"),
        // Computed fields, JSON paths, casts.
        Exchanged(.get, "/doctors?select=initials&initials=eq.A", gives: 200, #"[{"initials":"A"}]"#),
        Exchanged(
            .get, "/findings?select=title,data->>unit,low:data->range->0,value::text", gives: 200,
            #"[{"title":"Mine","unit":"mmol/l","low":3,"value":"7.30"}]"#),
        // Media types.
        Exchanged(
            .get, "/departments?id=eq.1", with: ["Accept": "application/vnd.pgrst.object+json"], gives: 200,
            #"{"id":1,"name":"Radiology"}"#,
            ["Content-Type": "application/vnd.pgrst.object+json; charset=utf-8"]),
        Exchanged(
            .get, "/departments", with: ["Accept": "application/vnd.pgrst.object+json"], gives: 406,
            #"{"code":"PGRST116","details":"The result contains 3 rows","hint":null,"#
                + #""message":"Cannot coerce the result to a single JSON object"}"#),
        Exchanged(
            .get, "/departments?order=id", with: ["Accept": "text/csv"], gives: 200,
            "id,name\n1,Radiology\n2,Laboratory\n3,Empty", ["Content-Type": "text/csv; charset=utf-8"]),
        Exchanged(.get, "/departments", with: ["Accept": "image/png"], gives: 406),
        // Names that do not exist.
        Exchanged(
            .get, "/doctor", gives: 404,
            #"{"code":"PGRST205","details":null,"hint":"Perhaps you meant the table 'public.doctors'","#
                + #""message":"Could not find the table 'public.doctor' in the schema cache"}"#,
            ["Proxy-Status": "PostgREST; error=PGRST205"]),
        Exchanged(.get, "/doctors?select=nothing", gives: 400),
        Exchanged(.get, "/doctors?select=findings(nothing)", gives: 400),
        Exchanged(.get, "/doctors?id=eq.x", gives: 400),
        Exchanged(.get, "/doctors?id=equals.1", gives: 400),
        Exchanged(.get, "/doctors/1", gives: 404),
        Exchanged(.trace, "/doctors", gives: 405),
        Exchanged(.options, "/department_names", gives: 200, "", ["Allow": "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"]),
    ]

    @Test func `each request of the table has its answer`() async throws {
        try await WardHarness.run { ward in
            for exchange in Self.exchanges { try await check(exchange, in: ward) }
        }
    }

    @Test func `row-level security shows a caller their own rows, and those without a token none`() async throws {
        try await WardHarness.run { ward in
            let exchanges = [
                Exchanged(.get, "/findings?select=title", gives: 200, #"[{"title":"Mine"}]"#),
                Exchanged(.get, "/findings?select=title", signedIn: false, gives: 200, "[]"),
                Exchanged(
                    .get, "/doctors?select=findings(title)&id=in.(1,2)&order=id", gives: 200,
                    "[{\"findings\":[{\"title\": \"Mine\"}]}, \n {\"findings\":[]}]"),
            ]
            for exchange in exchanges { try await check(exchange, in: ward) }
        }
    }

    @Test func `a missing privilege asks those without a token to sign in`() async throws {
        try await WardHarness.run { ward in
            let refused = Exchanged(
                .get, "/measures", signedIn: false, gives: 401, nil, ["WWW-Authenticate": "Bearer"])
            try await check(refused, in: ward)
            try await check(Exchanged(.get, "/measures", gives: 200, "[]"), in: ward)
        }
    }

    @Test func `the most rows hold at every level`() async throws {
        try await WardHarness.run {
            $0.rowsMax = 1
        } _: { ward in
            let exchange = Exchanged(
                .get, "/departments?select=id,doctors(id)&doctors.order=id&id=gt.1&order=id",
                with: ["Prefer": "count=exact"], gives: 206, #"[{"id":2,"doctors":[{"id": 2}]}]"#,
                ["Content-Range": "0-0/2"])
            try await check(exchange, in: ward)
        }
    }

    @Test func `before the schema cache is loaded every request is told to come again`() async throws {
        try await WardHarness.run { ward in
            let service = try RestService(
                database: ward.pool, listening: ward.pool.configuration, verifier: nil, clock: ward.clock,
                observer: SilentObserver())
            #expect(!service.isReady)
            #expect(ward.service.isReady)
        }
    }
}

/// Sends a request and compares its answer with what it must be.
func check(_ exchange: Exchanged, in ward: WardHarness, sourceLocation: SourceLocation = #_sourceLocation) async throws
{
    let answer = try await ward.send(exchange.request)
    let comment = Comment(rawValue: exchange.testDescription + " → " + answer.text)
    #expect(answer.status.code == exchange.status, comment, sourceLocation: sourceLocation)
    if let body = exchange.body { #expect(answer.text == body, comment, sourceLocation: sourceLocation) }
    for (name, value) in exchange.headers {
        let field = try #require(HTTPField.Name(name))
        #expect(answer.headers[field] == value, comment, sourceLocation: sourceLocation)
    }
    for name in exchange.absent {
        let field = try #require(HTTPField.Name(name))
        #expect(answer.headers[field] == nil, comment, sourceLocation: sourceLocation)
    }
}
