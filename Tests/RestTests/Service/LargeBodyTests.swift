import Core
import HTTPTypes
import Postgres
import Testing

@testable import Rest

/// Bodies of several pieces, in both directions.
@Suite struct `Large bodies` {
    /// Rows whose characters have one to four bytes, so that pieces are cut inside of none.
    private static func text(_ number: Int) -> String { "\(number) ä€😀 \\ \" " + String(repeating: "é", count: 3000) }

    private static func rows(_ count: Int) -> JSON {
        .array((1...count).map { ["id": .int(1000 + $0), "name": .string(text($0))] })
    }

    @Test func `what was written in pieces is read in pieces, byte for byte`() async throws {
        try await WardHarness.run { ward in
            let rows = Self.rows(1000)
            #expect(rows.bytes.count > BoundBody.wholeMax)
            let answer = try await ward.send(
                WardRequest(method: .post, path: "/departments", body: rows.text, headers: ["Prefer": "count=exact"]))
            #expect(answer.status == 201, "\(answer.text.prefix(300))")
            #expect(answer.headers[.contentRange] == "*/1000")
            let path = "/departments?id=gt.1000&order=id"
            // Of unknown size, known to be large, and with everything else that a page can have.
            for headers in [[:], ["Prefer": "count=exact"], ["Prefer": "count=planned"], ["Accept": "text/csv"]] {
                for _ in 0..<2 {
                    let page = try await ward.send(WardRequest(method: .get, path: path, headers: headers))
                    #expect(page.status == (headers["Prefer"] == "count=planned" ? page.status : 200))
                    #expect(page.headers[.contentLength] == String(page.text.utf8.count))
                    if headers["Accept"] == nil {
                        #expect(
                            try JSON(parsing: page.text, limits: JSONLimits(bytesMax: 1 << 24, depthMax: 8)) == rows)
                        #expect(page.headers[.contentRange]?.hasPrefix("0-999/") == true)
                    } else {
                        #expect(page.text.hasPrefix("id,name\n1001,\"1 ä€😀 "))
                        #expect(page.text.utf8.count > 5_000_000)
                    }
                }
            }
        }
    }

    @Test func `a call takes a large object and gives it back`() async throws {
        try await WardHarness.run { ward in
            let echo: SQL = "create function public.echo(doc json) returns json language sql stable as 'select doc'"
            let whole: SQL = "create function public.whole(json) returns json language sql stable as 'select $1'"
            try await ward.owner.run([echo, whole])
            if let reloader = ward.service.schemaCacheService as? SchemaCacheReloader {
                ward.service.schemaCache.replace(with: try await reloader.loader.load())
            }
            let rows = Self.rows(400)
            for (path, body) in [("/rpc/echo", JSON.object(["doc": rows])), ("/rpc/whole", rows)] {
                let answer = try await ward.send(WardRequest(method: .post, path: path, body: body.text))
                #expect(answer.status == 200, "\(answer.text.prefix(300))")
                // Not a byte is written anew.
                #expect(answer.text == rows.text)
            }
        }
    }

    @Test func `a set of rows that a function gives is read in pieces`() async throws {
        try await WardHarness.run { ward in
            let make: SQL = """
                create function public.many(count int) returns table (n int, t text) language sql stable as
                    'select n, repeat(n::text, 1000) from generate_series(1, count) n'
                """
            try await ward.owner.run(make)
            if let reloader = ward.service.schemaCacheService as? SchemaCacheReloader {
                ward.service.schemaCache.replace(with: try await reloader.loader.load())
            }
            for (count, times) in [(10, 2), (3000, 3), (10, 2)] {
                for method in [HTTPRequest.Method.get, .post] {
                    for _ in 0..<times {
                        let path = "/rpc/many" + (method == .get ? "?count=\(count)" : "")
                        let body = method == .post ? "{\"count\":\(count)}" : ""
                        let answer = try await ward.send(WardRequest(method: method, path: path, body: body))
                        #expect(answer.status == 200)
                        #expect(answer.headers[.contentRange] == "0-\(count - 1)/*")
                        let rows = try JSON(
                            parsing: answer.text, limits: JSONLimits(bytesMax: 1 << 25, depthMax: 8)
                        ).array
                        #expect(rows?.count == count)
                        #expect(rows?.last?["n"] == .int(count))
                    }
                }
            }
        }
    }

    @Test func `an error in a large body is told like one in a small body, and leaves nothing behind`() async throws {
        try await WardHarness.run { ward in
            guard case .array(var rows) = Self.rows(1000) else { return }
            rows.append(["id": 1001, "name": "twice"])
            let twice = try await ward.send(
                WardRequest(method: .post, path: "/departments", body: JSON.array(rows).text))
            #expect(twice.status == 409)
            // With columns named nobody looks into the body but PostgreSQL.
            let cut = String(JSON.array(rows).text.dropLast())
            let broken = try await ward.send(
                WardRequest(method: .post, path: "/departments?columns=id,name", body: cut))
            #expect(broken.status == 400)
            #expect(try JSON(parsing: broken.text)["code"] == "22P02")
            let left = try await ward.send(WardRequest(method: .get, path: "/departments?id=gt.1000"))
            #expect(left.text == "[]")
        }
    }

    @Test func `a page behind the last row is refused, and errors of the statement are told`() async throws {
        try await WardHarness.run { ward in
            let behind = try await ward.send(
                WardRequest(method: .get, path: "/departments?offset=1000", headers: ["Prefer": "count=exact"]))
            #expect(behind.status == 416)
            for _ in 0..<3 {
                let wrong = try await ward.send(WardRequest(method: .get, path: "/departments?id=eq.x"))
                #expect(wrong.status == 400)
                #expect(try JSON(parsing: wrong.text)["code"] == "22P02")
                let missing = try await ward.send(WardRequest(method: .get, path: "/departments?nothing=eq.1"))
                #expect(try JSON(parsing: missing.text)["code"] == "42703")
            }
            let after = try await ward.send(WardRequest(method: .get, path: "/departments?id=eq.1&select=id"))
            #expect(after.text == #"[{"id":1}]"#)
        }
    }

    @Test func `an answer nobody reads to its end gives its connection back`() async throws {
        try await WardHarness.run { ward in
            let rows = Self.rows(1000)
            _ = try await ward.send(WardRequest(method: .post, path: "/departments", body: rows.text))
            // More than there are connections, each dropped with its stream half read or not at all.
            for _ in 0..<30 {
                let statement: SQL = "select 1"
                let (results, transaction) = try await ward.pool.openTransaction(TransactionSettings(), [statement])
                #expect(results.count == 1)
                _ = transaction
            }
            let page = try await ward.send(WardRequest(method: .get, path: "/departments?id=gt.1000&select=id"))
            #expect(page.status == 200)
        }
    }

    @Test func `what is held whole is bounded, but for a single answer`() throws {
        let sizes = AnswerSizes(connections: 4)
        var shares = [try #require(sizes.takeShare(of: AnswerSizes.heldMax + 1))]
        #expect(sizes.takeShare(of: 1) == nil)
        shares = []
        shares = try (0..<4).map { _ in try #require(sizes.takeShare(of: AnswerSizes.heldMax / 4)) }
        #expect(sizes.takeShare(of: 1) == nil)
        shares.removeLast()
        #expect(sizes.takeShare(of: 1) != nil)
        #expect(shares.count == 3)
    }

    @Test func `only half of the connections are held by readers`() throws {
        let sizes = AnswerSizes(connections: 4)
        var slots = [try #require(sizes.takeSlot()), try #require(sizes.takeSlot())]
        #expect(sizes.takeSlot() == nil)
        slots.removeLast()
        #expect(sizes.takeSlot() != nil)
    }

    @Test func `what is known of a statement decides how it is run`() {
        let sizes = AnswerSizes(connections: 4)
        #expect(!sizes.isLarge(AnswerSizes.Key("a")))
        sizes.note(AnswerSizes.Key("a"), bytes: AnswerSizes.wholeMax)
        #expect(!sizes.isLarge(AnswerSizes.Key("a")))
        sizes.note(AnswerSizes.Key("a"), bytes: AnswerSizes.wholeMax + 1)
        #expect(sizes.isLarge(AnswerSizes.Key("a")))
        sizes.note(AnswerSizes.Key("a"), bytes: AnswerSizes.wholeMax)
        #expect(sizes.isLarge(AnswerSizes.Key("a")))
        sizes.note(AnswerSizes.Key("a"), bytes: AnswerSizes.smallMax)
        #expect(!sizes.isLarge(AnswerSizes.Key("a")))
    }

    @Test func `pieces are text each and give the body together`() {
        for count in [0, 1, 1000, 1500] {
            let text = String(repeating: "a€😀é", count: count * 500)
            let body = BoundBody(text)
            var bytes: [UInt8] = []
            for statement in body.preparations {
                guard case .portion(let piece)? = statement.parameters.last else {
                    Issue.record("a piece is missing")
                    return
                }
                #expect(String(validating: piece, as: UTF8.self) != nil)
                bytes += piece
            }
            #expect(bytes.isEmpty || bytes == Array(text.utf8))
            #expect(bytes.isEmpty == (body.bytes.count <= BoundBody.wholeMax))
        }
    }
}
