import HTTPTypes
import Testing

@testable import Rest

@Suite struct `Calls over HTTP` {
    static let exchanges: [Exchanged] = [
        Exchanged(.post, "/rpc/add_up", #"{"a":2,"b":3}"#, gives: 200, "5", ["Content-Range": "0-0/*"]),
        Exchanged(.get, "/rpc/add_up?a=2", gives: 200, "3"),
        Exchanged(
            .post, "/rpc/add_up", "a=2&b=40", with: ["Content-Type": "application/x-www-form-urlencoded"], gives: 200,
            "42"),
        Exchanged(.post, "/rpc/add_up", #"{"b":3}"#, gives: 404),
        Exchanged(.post, "/rpc/add_up", #"{"a":"x"}"#, gives: 400),
        Exchanged(
            .get, "/rpc/all_doctors?select=name,departments(name)&tags=cs.{day}&limit=1",
            with: ["Prefer": "count=exact"], gives: 200,
            #"[{"name":"Chandra","departments":{"name": "Laboratory"}}]"#, ["Content-Range": "0-0/1"]),
        Exchanged(
            .post, "/rpc/rename_doctor", #"{"id":4,"name":"Devi"}"#, gives: 204, "", without: ["Content-Type"]),
        Exchanged(.get, "/doctors?select=name&id=eq.4", gives: 200, #"[{"name":"Devi"}]"#),
        Exchanged(.get, "/rpc/rename_doctor?id=4&name=X", gives: 405),
        Exchanged(.patch, "/rpc/add_up", gives: 405),
        Exchanged(
            .post, "/rpc/refuse", gives: 418,
            #"{"code":"PT418","details":"short","hint":"and stout","message":"a teapot"}"#),
        Exchanged(
            .post, "/rpc/answer_specially", gives: 202, #""POST /rpc/answer_specially authenticated""#,
            ["X-Ward": "7", "Vary": "X-Ward"]),
        Exchanged(.options, "/rpc/all_doctors", gives: 200, "", ["Allow": "OPTIONS,GET,HEAD,POST"]),
        Exchanged(.options, "/rpc/add_up", gives: 404),
        Exchanged(.get, "/rpc/nothing", gives: 404),
    ]

    @Test func `each request of the table has its answer`() async throws {
        try await WardHarness.run { ward in
            for exchange in Self.exchanges { try await check(exchange, in: ward) }
        }
    }
}
