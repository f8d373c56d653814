import Core
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

    @Test func `functions read the header fields, Host among them and cookies not`() async throws {
        try await WardHarness.run { ward in
            let answer = try await ward.send(
                WardRequest(
                    method: .get, path: "/rpc/header_fields", headers: ["X-Bed": "7", "Cookie": "a=b"],
                    isSignedIn: false))
            let fields = try #require(try JSON(parsing: answer.text).object)
            #expect(fields["host"] == "localhost")
            #expect(fields["x-bed"] == "7")
            #expect(fields["cookie"] == nil)
        }
    }

    /// PostgreSQL's own words: what is no text is for the database to refuse.
    @Test(arguments: [
        ("/rpc/echo", "text/plain", [0x61, 0xFF], "0xff"), ("/rpc/echo", "text/plain", [0x61, 0x00, 0x62], "0x00"),
        ("/rpc/echo", "text/plain", [0xE2, 0x28, 0xA1], "0xe2 0x28 0xa1"),
        ("/rpc/add_up?columns=a", "application/json", [0xFF], "0xff"),
        ("/measures?columns=device", "application/json", [0xFF], "0xff"),
    ])
    func `bodies that are not UTF-8 are refused`(path: String, type: String, bytes: [UInt8], shown: String) async throws
    {
        try await WardHarness.run { ward in
            let answer = try await ward.send(
                WardRequest(method: .post, path: path, bytes: bytes, headers: ["Content-Type": type]))
            #expect(answer.status == .badRequest)
            let message = #""message":"invalid byte sequence for encoding \"UTF8\": \#(shown)""#
            #expect(answer.text == #"{"code":"22021","details":null,"hint":null,\#(message)}"#)
        }
    }

    @Test func `a NUL in a filter is refused in the same words`() async throws {
        try await WardHarness.run { ward in
            let answer = try await ward.send(WardRequest(method: .get, path: "/doctors?name=eq.a%00b"))
            #expect(answer.status == .badRequest)
            let message = #""message":"invalid byte sequence for encoding \"UTF8\": 0x00""#
            #expect(answer.text == #"{"code":"22021","details":null,"hint":null,\#(message)}"#)
        }
    }

    @Test func `each request of the table has its answer`() async throws {
        try await WardHarness.run { ward in
            for exchange in Self.exchanges { try await check(exchange, in: ward) }
        }
    }
}
