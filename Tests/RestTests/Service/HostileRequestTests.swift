import Core
import HTTPTypes
import Postgres
import Testing

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

    private func checkError(_ answer: WardAnswer, _ what: String) {
        let body = try? JSON(parsing: answer.text)
        #expect(body?.object?.members.map(\.key) == ["code", "details", "hint", "message"], "\(what)")
        #expect(!Self.ourFaults.contains(body?["code"]?.string ?? ""), "\(what)")
    }
}
