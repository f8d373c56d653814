import Auth
import Core
import Cryptography
import FoundationEssentials
import TestSupport
import Testing

@testable import Outbound

@Suite struct `A list of breached passwords` {
    static func hash(_ text: String) -> String { Hex.encode(Digest.hash(.sha1, of: text)).uppercased() }

    static func with(_ content: String, _ body: (BreachList) async throws -> Void) async throws {
        let path = "/tmp/delivery-breaches-\(UUID().uuidString)"
        try Data(content.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(BreachList(path: path))
    }

    @Test(arguments: [1, 2, 3, 100, 5000], ["\n", "\r\n"])
    func `finds every line of its file and nothing else`(count: Int, end: String) async throws {
        var generator = SeededGenerator(seed: UInt64(count))
        let hashes = (0..<count).map { Self.hash("in\($0)") }.sorted()
        let lines = hashes.map { hash in
            Bool.random(using: &generator) ? hash : "\(hash):\(Int.random(in: 1...10_000_000, using: &generator))"
        }
        try await Self.with(lines.joined(separator: end) + (count.isMultiple(of: 2) ? end : "")) { list in
            let places = Set([0, count - 1, count / 2, count / 3]).map { hashes[$0] }
            let inside = places + (0..<min(count, 200)).map { Self.hash("in\($0)") }
            let outside =
                (0..<200).map { Self.hash("out\($0)") }
                + [String(repeating: "0", count: 40), String(repeating: "F", count: 40)]
            for (hash, isThere) in inside.map({ ($0, true) }) + outside.map({ ($0, false) }) {
                let found = try await list.contains(hash: hash)
                #expect(found == isThere, "\(hash)")
            }
        }
    }

    @Test func `reads lower case as well, and an empty file as one that knows nothing`() async throws {
        try await Self.with(Self.hash("x").lowercased() + ":1\n") { list in
            let isThere = try await list.contains(hash: Self.hash("x"))
            #expect(isThere)
        }
        try await Self.with("") { list in
            let isThere = try await list.contains(hash: Self.hash("x"))
            #expect(!isThere)
        }
    }

    @Test func `cannot be used when it is missing or no list`() async throws {
        await #expect(throws: BreachLookupFailure.self) {
            try await BreachList(path: "/no/such/file").contains(hash: Self.hash("x"))
        }
        try await Self.with("password\n123456\n") { list in
            await #expect(throws: BreachLookupFailure.self) { try await list.contains(hash: Self.hash("x")) }
        }
    }
}

@Suite struct `The service that knows breached passwords` {
    @Test func `is told five digits and compares the rest here`() async throws {
        let hash = Hex.encode(Digest.hash(.sha1, of: "password1")).uppercased()
        let rest = hash.dropFirst(5)
        for (answer, isBreached) in [
            ("0000:1\r\n\(rest):2427158\r\nFFFF:1", true), ("\(rest):0\r\n", false), ("\(rest.dropLast())0:5", false),
            ("", false),
        ] {
            let web = ScriptedWeb(200, answer)
            #expect(try await BreachService(web: web).contains(hash: hash) == isBreached, "\(answer)")
            let request = try #require(web.requests.first)
            #expect(request.url == "https://api.pwnedpasswords.com/range/" + hash.prefix(5))
            #expect(
                request.headers.contains { $0 == ("add-padding", "true") }
                    && request.headers.contains { $0.name == "user-agent" })
        }
    }

    @Test func `is not asked in vain without that being said`() async {
        for web in [ScriptedWeb(503, ""), ScriptedWeb(.timedOut)] {
            await #expect(throws: BreachLookupFailure.self) {
                try await BreachService(web: web).contains(hash: "00000A")
            }
        }
    }
}
