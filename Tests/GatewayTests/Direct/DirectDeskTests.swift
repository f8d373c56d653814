import Core
import HTTPTypes
import NIOHTTP1
import Synchronization
import TestSupport
import Testing
import Tokens

@testable import Gateway

@Suite struct `Direct desk` {
    private final class Keys: KeyRecognizer {
        let count = Atomic<UInt64>(0)
        let isKnown = Mutex(true)
        var generation: UInt64 { count.load(ordering: .acquiring) }

        func recognize(_ presented: String) -> PresentedKey? {
            isKnown.withLock { $0 } ? PresentedKey(group: .anon, form: .opaque(name: "test")) : nil
        }

        func revoke() {
            isKnown.withLock { $0 = false }
            count.wrappingAdd(1, ordering: .releasing)
        }
    }

    private final class Clock: WallClock {
        let time = Mutex(Timestamp(seconds: 784_111_777))
        func now() -> Timestamp { time.withLock { $0 } }
        func move(to time: Timestamp) { self.time.withLock { $0 = time } }
    }

    private static func head(_ uri: String, _ fields: [(String, String)] = []) -> HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: .GET, uri: uri, headers: HTTPHeaders([("Host", "x")] + fields))
    }

    private static func desk(
        _ mounts: [Mount], keys: any KeyRecognizer = Keys(), clock: any WallClock = FixedClock()
    ) throws -> DirectDesk {
        try #require(
            DirectDesk(
                GatewayResponder(
                    configuration: GatewayConfiguration(), mounts: mounts, recognizer: keys,
                    observer: RecordingObserver(), clock: clock, makeRequestID: { "made" })))
    }

    @Test func `a key that is revoked opens nothing any more`() throws {
        let keys = Keys()
        var surface = TestSurface()
        surface.directLane = TestLane(keyRequirement: .anyKey) { _, _ in nil }
        let desk = try Self.desk([Mount("", surface)], keys: keys)
        let head = Self.head("/a", [("apikey", "k")])
        let window = try #require(desk.window(for: head))
        var known: [Visitor] = []
        let first = try #require(desk.visitor(head, at: window, remoteAddress: nil, among: &known))
        #expect(desk.visitor(head, at: window, remoteAddress: nil, among: &known) === first)
        keys.revoke()
        #expect(desk.visitor(head, at: window, remoteAddress: nil, among: &known) == nil)
    }

    @Test func `a visitor is judged anew when a second begins`() throws {
        let clock = Clock()
        let lane = TestLane { _, _ in nil }
        var surface = TestSurface()
        surface.directLane = lane
        let desk = try Self.desk([Mount("", surface)], clock: clock)
        let head = Self.head("/a")
        let window = try #require(desk.window(for: head))
        var known: [Visitor] = []
        let first = try #require(desk.visitor(head, at: window, remoteAddress: nil, among: &known))
        clock.move(to: Timestamp(microseconds: 784_111_777_999_999))
        #expect(desk.visitor(head, at: window, remoteAddress: nil, among: &known) === first)
        clock.move(to: Timestamp(seconds: 784_111_778))
        #expect(desk.visitor(head, at: window, remoteAddress: nil, among: &known) !== first)
        #expect(lane.entries == 2)
    }

    @Test func `a few who come by turns are judged once each, and each is told from the others`() throws {
        let clock = Clock()
        let lane = TestLane { _, _ in nil }
        var surface = TestSurface()
        surface.directLane = lane
        let desk = try Self.desk([Mount("", surface)], clock: clock)
        var known: [Visitor] = []
        func visitor(_ name: String) throws -> Visitor {
            let head = Self.head("/a", [("X-Name", name)])
            let window = try #require(desk.window(for: head))
            return try #require(desk.visitor(head, at: window, remoteAddress: nil, among: &known))
        }
        let names = (0..<GatewayLimits.directVisitorsMax).map(String.init)
        let first = try names.map(visitor)
        for _ in 0..<3 { for (name, one) in zip(names, first) { #expect(try visitor(name) === one) } }
        #expect(lane.entries == names.count)
        // Whoever came first makes room.
        _ = try visitor("another")
        #expect(known.count == names.count)
        #expect(try visitor("0") !== first[0])
        clock.move(to: Timestamp(seconds: 784_111_778))
        #expect(try visitor("3") !== first[3])
        #expect(known.count == 1)
    }

    @Test func `a request goes to the window of the mount that holds its path`() throws {
        var direct = TestSurface(name: "direct")
        direct.directLane = TestLane.echo()
        let desk = try Self.desk([
            Mount("", TestSurface(name: "root")), Mount("/rest/v1", direct), Mount("/rest/v1/inner", TestSurface()),
        ])
        for uri in ["/rest/v1", "/rest/v1/", "/rest/v1?x", "/rest/v1/a/b?c=/rest"] {
            #expect(desk.window(for: Self.head(uri))?.name == "direct", "\(uri)")
        }
        for uri in ["/", "/rest", "/rest/v12", "/rest/v1/inner", "/rest/v1/inner/x", "/other"] {
            #expect(desk.window(for: Self.head(uri)) == nil, "\(uri)")
        }
    }

    /// Whatever ``Query`` takes for a key is seen, so that no key reaches a service.
    @Test func `no query that holds a key is answered directly`() throws {
        var surface = TestSurface()
        surface.directLane = TestLane.echo()
        let desk = try Self.desk([Mount("", surface)])
        var generator = SeededGenerator(seed: 11)
        let parts = [
            "apikey", "api", "key", "%61pikey", "apike%79", "=", "&", "&&", "a", "%", "+", "apikey=", "eq.1", "?",
        ]
        var withKey = 0
        for _ in 0..<20_000 {
            let query = (0..<Int.random(in: 0...6, using: &generator))
                .map { _ in parts[Int.random(in: 0..<parts.count, using: &generator)] }.joined()
            var parsed = try Query(query, skipsUndecodable: true)
            guard parsed.removeKey() != nil else { continue }
            withKey += 1
            let head = Self.head("/a?" + query)
            let window = try #require(desk.window(for: head))
            #expect(DirectDesk.request(head, body: nil, at: window) == nil, "\(query)")
        }
        #expect(withKey > 1000)
    }

    @Test func `path and query are what the ordinary way makes of them`() throws {
        var surface = TestSurface()
        surface.directLane = TestLane.echo()
        let desk = try Self.desk([Mount("/v1", surface)])
        for (uri, path, query) in [
            ("/v1", "/", ""), ("/v1/", "/", ""), ("/v1?a=b", "/", "a=b"), ("/v1/x%2Fy?a=b?c", "/x%2Fy", "a=b?c"),
            ("/v1/x?", "/x", ""),
        ] {
            let head = Self.head(uri)
            let window = try #require(desk.window(for: head))
            let request = try #require(DirectDesk.request(head, body: nil, at: window))
            #expect(request.path == path)
            #expect(request.query == query)
        }
    }
}
