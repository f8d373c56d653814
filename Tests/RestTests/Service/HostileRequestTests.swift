import Core
import HTTPTypes
import Postgres
import Testing
import Tokens

@testable import Rest

/// Requests that nobody writes by hand. Whatever they ask for, the answer is a client's error in the service's own
/// format or an answer, and row-level security holds.
@Suite struct `Hostile requests` {
    /// Not an error of the client: our SQL does not parse, or PostgreSQL found a contradiction in itself.
    private static let ourFaults: Set<String> = ["42601", "42P02", "42P18", "XX000", "0A000"]

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `no request breaks the SQL or shows another owner's row`(seed: UInt64) async throws {
        try await WardHarness.run({ $0.transactionEnd = seed == 1 ? .commit : .rollback }) { ward in
            var generator = RequestGenerator(seed: seed)
            for _ in 0..<400 {
                let request = generator.next()
                let answer = try await ward.send(request)
                let what = "\(request.method) \(request.path) \(request.headers) \(request.body) -> \(answer.text)"
                #expect(answer.status.code < 500, "\(what)")
                #expect(!answer.text.contains("Not mine"), "\(what)")
                if answer.status.code >= 400, request.method != .head { checkError(answer, what) }
            }
            let kept = try await ward.owner.run("select title || value || owner from public.findings where id = 2")
            #expect(try kept.first?.text(0) == "Not mine1.0000000000-0000-4000-8000-000000000002")
        }
    }

    /// PostgreSQL would plan for minutes.
    @Test func `a request has a hundred embeds at most`() async throws {
        try await WardHarness.run { ward in
            for (count, status) in [(100, 200), (101, 400)] {
                let embeds = (0..<count).map { "e\($0):departments(id)" }.joined(separator: ",")
                let flat = try await ward.send(WardRequest(method: .get, path: "/doctors?limit=1&select=\(embeds)"))
                #expect(flat.status.code == status, "\(flat.text)")
                let nested =
                    "e:departments(d:doctors(" + (2..<count).map { "e\($0):departments(id)" }.joined(separator: ",")
                let deep = try await ward.send(WardRequest(method: .get, path: "/doctors?limit=1&select=\(nested)))"))
                #expect(deep.status.code == status, "\(deep.text)")
            }
            let answer = try await ward.send(
                WardRequest(
                    method: .get,
                    path: "/doctors?select=" + (0..<1000).map { _ in "departments(id)" }.joined(separator: ",")))
            let texts = #""details":"at most 100 are allowed in one request","hint":null,"message":"Too many embeds""#
            #expect(answer.text == #"{"code":"PGRST100",\#(texts)}"#)
        }
    }

    /// PostgreSQL's stack is not deep enough for thousands.
    @Test(arguments: [
        "select=data{path}", "select=x:data{path}::text", "select=title,doctors(name{path})", "order=data{path}.desc",
        "data{path}=eq.1", "doctors.name{path}=eq.1", "or=(data{path}.eq.1,id.eq.1)", "select=data{path}.count()",
    ])
    func `a JSON path has a hundred steps at most`(query: String) async throws {
        try await WardHarness.run { ward in
            for (steps, isFine) in [(100, true), (101, false), (5000, false)] {
                let path = String(repeating: "->b", count: steps)
                let answer = try await ward.send(
                    WardRequest(
                        method: .get,
                        path: "/findings?"
                            + query.split(separator: "{path}", omittingEmptySubsequences: false)
                            .joined(separator: path)))
                let isRefused = answer.text.contains("more than 100 steps in a JSON path")
                #expect(isRefused != isFine, "\(answer.text.suffix(300))")
                #expect(answer.status.code < 500)
                if !isFine {
                    #expect(answer.status == .badRequest)
                    #expect(answer.text.hasPrefix(#"{"code":"PGRST100""#))
                }
            }
        }
    }

    /// Upstream lets it be the login itself.
    @Test func `a token with the role none is one of a role that there is not`() async throws {
        try await WardHarness.run { ward in
            for role in ["none", "nobody"] {
                let token = try ward.issuer.sign(claims: ["role": .string(role)])
                let answer = try await ward.send(
                    WardRequest(
                        method: .get, path: "/doctors", headers: ["Authorization": "Bearer \(token)"], isSignedIn: false
                    ))
                #expect(answer.status == .unauthorized)
                let message = #""message":"role \"\#(role)\" does not exist""#
                #expect(answer.text == #"{"code":"22023","details":null,"hint":null,\#(message)}"#)
            }
        }
    }

    private func checkError(_ answer: WardAnswer, _ what: String) {
        let body = try? JSON(parsing: answer.text)
        #expect(body?.object?.members.map(\.key) == ["code", "details", "hint", "message"], "\(what)")
        #expect(!Self.ourFaults.contains(body?["code"]?.string ?? ""), "\(what)")
    }
}
