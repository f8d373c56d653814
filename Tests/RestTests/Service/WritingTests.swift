import HTTPTypes
import Postgres
import Testing

@testable import Rest

@Suite struct `Writes over HTTP` {
    static let exchanges: [Exchanged] = [
        Exchanged(
            .post, "/departments", #"{"id":10,"name":"Ten"}"#, gives: 201, "",
            ["Content-Range": "*/*", "Content-Length": "0"], without: ["Content-Type"]),
        Exchanged(
            .post, "/departments", #"[{"id":11,"name":"Eleven"},{"id":12,"name":"Twelve"}]"#,
            with: ["Prefer": "return=representation,count=exact"], gives: 201,
            "[{\"id\":11,\"name\":\"Eleven\"}, \n {\"id\":12,\"name\":\"Twelve\"}]",
            ["Content-Range": "*/2", "Preference-Applied": "return=representation, count=exact"]),
        Exchanged(
            .post, "/measures", #"{"device":"a b","number":7}"#, with: ["Prefer": "return=headers-only"], gives: 201,
            "",
            ["Location": "/measures?device=eq.a%20b&number=eq.7"]),
        Exchanged(.post, "/departments", #"{"id":10,"name":"Again"}"#, gives: 409),
        Exchanged(.post, "/departments", #"{"id":13,"other":1}"#, gives: 400),
        Exchanged(.post, "/departments", #"{"id":13"#, gives: 400),
        Exchanged(.post, "/doctors", #"{"name":"Eve","department_id":99}"#, gives: 409),
        // Upserts tell inserted from updated.
        Exchanged(
            .post, "/departments", #"[{"id":10,"name":"X"},{"id":14,"name":"New"}]"#,
            with: ["Prefer": "resolution=merge-duplicates"], gives: 201),
        Exchanged(
            .post, "/departments?select=name", #"{"id":10,"name":"Y"}"#,
            with: ["Prefer": "resolution=merge-duplicates,return=representation"], gives: 200, #"[{"name":"Y"}]"#),
        Exchanged(
            .post, "/departments?on_conflict=name", #"{"id":15,"name":"Y"}"#,
            with: ["Prefer": "resolution=ignore-duplicates,return=representation"], gives: 201, "[]"),
        Exchanged(.put, "/departments?id=eq.20", #"{"id":20,"name":"Put"}"#, gives: 204),
        Exchanged(
            .put, "/departments?id=eq.20", #"{"id":20,"name":"Again"}"#, with: ["Prefer": "return=representation"],
            gives: 200, #"[{"id":20,"name":"Again"}]"#),
        Exchanged(.put, "/departments?id=eq.21", #"{"id":22,"name":"Wrong"}"#, gives: 400),
        Exchanged(.put, "/departments?name=eq.x", #"{"id":22,"name":"Wrong"}"#, gives: 405),
        // Defaults, and embeds of what was written.
        Exchanged(
            .post, "/findings?select=id,title,doctors(name)", #"{"doctor_id":1}"#,
            with: ["Prefer": "return=representation"], gives: 201,
            #"[{"id":100,"title":"untitled","doctors":{"name": "Asha"}}]"#),
        Exchanged(
            .post, "/findings?columns=title,value", #"[{"title":"A"},{"value":2,"owner":"nobody"}]"#,
            with: ["Prefer": "return=representation, missing=default", "Accept": "text/csv"], gives: 201, nil,
            ["Preference-Applied": "missing=default, return=representation"]),
        Exchanged(
            .patch, "/findings?id=eq.1&select=value", #"{"value":8}"#, with: ["Prefer": "return=representation"],
            gives: 200, #"[{"value":8.00}]"#, ["Content-Range": "0-0/*"]),
        Exchanged(.patch, "/findings?id=eq.2", #"{"value":8}"#, gives: 204, "", ["Content-Range": "*/*"]),
        Exchanged(.patch, "/findings?id=eq.1", "{}", gives: 204, ""),
        Exchanged(
            .patch, "/departments?id=lt.3", #"{"name":null}"#,
            with: ["Prefer": "handling=strict,max-affected=1"], gives: 400),
        Exchanged(
            .delete, "/departments?id=in.(11,12)&select=id&order=id.desc", with: ["Prefer": "return=representation"],
            gives: 200, "[{\"id\":12}, \n {\"id\":11}]", ["Content-Range": "*/*"]),
        Exchanged(.delete, "/departments?id=eq.1", gives: 409),
        Exchanged(
            .delete, "/findings?id=eq.2", with: ["Prefer": "count=exact"], gives: 204, "", ["Content-Range": "*/0"]),
    ]

    @Test func `each request of the table has its answer, one after the other`() async throws {
        try await WardHarness.run { ward in
            for exchange in Self.exchanges { try await check(exchange, in: ward) }
        }
    }

    @Test func `a write that should have touched one row is undone when it touched others`() async throws {
        try await WardHarness.run { ward in
            let exchange = Exchanged(
                .delete, "/findings", with: ["Accept": "application/vnd.pgrst.object+json"], signedIn: false,
                gives: 406,
                #"{"code":"PGRST116","details":"The result contains 0 rows","hint":null,"#
                    + #""message":"Cannot coerce the result to a single JSON object"}"#)
            try await check(exchange, in: ward)
            let tooMany = Exchanged(
                .patch, "/doctors?id=lt.4", #"{"name":"Same"}"#,
                with: ["Prefer": "handling=strict,max-affected=2"], gives: 400,
                #"{"code":"PGRST124","details":"The query affects 3 rows","hint":null,"#
                    + #""message":"Query result exceeds max-affected preference constraint"}"#)
            try await check(tooMany, in: ward)
            let names = Exchanged(.get, "/doctors?name=eq.Same", gives: 200, "[]")
            try await check(names, in: ward)
        }
    }

    @Test func `a rolled back request answers as if it had happened, and leaves nothing behind`() async throws {
        try await WardHarness.run {
            $0.transactionEnd = .commitAllowOverride
        } _: { ward in
            let inserted = Exchanged(
                .post, "/departments", #"{"id":30,"name":"Gone"}"#,
                with: ["Prefer": "tx=rollback,return=representation"], gives: 201, #"[{"id":30,"name":"Gone"}]"#,
                ["Preference-Applied": "return=representation, tx=rollback"])
            try await check(inserted, in: ward)
            try await check(Exchanged(.get, "/departments?id=eq.30", gives: 200, "[]"), in: ward)
        }
    }

    @Test func `nobody writes rows that the policy gives to others`() async throws {
        try await WardHarness.run { ward in
            let stolen = Exchanged(
                .post, "/findings", #"{"owner":"00000000-0000-4000-8000-000000000002"}"#, gives: 403)
            try await check(stolen, in: ward)
            try await check(Exchanged(.delete, "/findings?id=eq.2", gives: 204), in: ward)
            let rows = try await ward.owner.run("select count(*) from public.findings where id = 2")
            #expect(try rows.first?.int(0) == 1)
        }
    }
}
