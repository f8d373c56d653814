import Core
import HTTPTypes
import HummingbirdCore
import Testing

@testable import Gateway

@Suite struct `Gateway responder` {
    private static func echo(_ name: String) -> TestSurface {
        TestSurface(name: name).on(.get, "/") { request in .text("\(name) root \(request.query.raw)") }
            .on(.get, "/*path") { request in .text("\(name) \(request.path) \(request.parameter("path"))") }
    }

    private static func gateway() throws -> TestGateway {
        // The longer prefix comes last, to be found all the same.
        try TestGateway([
            Mount("", echo("root")), Mount("/storage/v1", echo("storage")), Mount("/storage/v1/s3", echo("s3")),
            Mount("/auth/v1", echo("auth")),
        ])
    }

    @Test(arguments: [
        ("/auth/v1/token", "auth /token token"),
        ("/auth/v1", "auth root "),
        ("/auth/v1/", "auth root "),
        ("/auth/v1?a=1", "auth root a=1"),
        ("/auth/v1/a%2Fb", "auth /a%2Fb a/b"),
        ("/auth/v1//a", "auth //a /a"),
        ("/auth/v1x/token", "root /auth/v1x/token auth/v1x/token"),
        ("/Auth/v1/token", "root /Auth/v1/token Auth/v1/token"),
        ("/auth%2Fv1/token", "root /auth%2Fv1/token auth/v1/token"),
        ("/storage/v1/object", "storage /object object"),
        ("/storage/v1/s3/b/k", "s3 /b/k b/k"),
        ("/storage/v1/s3", "s3 root "),
        ("/storage/v1/s3x", "storage /s3x s3x"),
        ("/auth/v1/../v1/x", "auth /../v1/x ../v1/x"),
        ("/", "root root "),
        ("/?x#y", "root root x"),
        ("http://gateway:8000/auth/v1/token?x=1", "auth /token token"),
        ("https://gateway/", "root root "),
        ("http://gateway", "root root "),
        ("http://gateway?x=1", "root root x=1"),
    ])
    func `a path goes to the longest mount, without its prefix`(target: String, body: String) async throws {
        let answer = try await Self.gateway().send(.get, target)
        #expect(answer.body == body)
        #expect(answer.status == 200)
    }

    @Test func `a path outside of all mounts has no route`() async throws {
        let gateway = try TestGateway([Mount("/auth/v1", Self.echo("auth"))])
        for target in ["/", "/auth", "/rest/v1/x", "*", "auth/v1/x"] {
            let answer = try await gateway.send(.get, target)
            #expect(answer.status == 404)
            #expect(answer.body == #"{"message":"no Route matched with those values"}"#)
            #expect(answer.service == "gateway")
        }
    }

    @Test(arguments: ["/s/%zz", "/s/%", "/s/a%C3", "/s/a%00", "/s/x?a=%zz", "/s/x?%ff=1"])
    func `a bad percent escape is a bad request`(target: String) async throws {
        let answer = try await TestGateway([Mount("/s", Self.echo("s"))]).send(.get, target)
        #expect(answer.status == 400)
    }

    @Test func `a target beyond the limit is refused, one at the limit is not`() async throws {
        let gateway = try Self.gateway()
        let longest = "/" + String(repeating: "a", count: GatewayLimits.requestTargetMax.bytes - 1)
        #expect(try await gateway.send(.get, longest).status == 200)
        #expect(try await gateway.send(.get, longest + "a").status == 414)
    }

    @Test(
        arguments: [
            ("abc-DEF-123", "abc-DEF-123"), (String(repeating: "a", count: 64), String(repeating: "a", count: 64)),
            (String(repeating: "a", count: 65), "made"), ("", "made"), ("a b", "made"), ("a\"b", "made"),
            ("a_b", "made"),
            ("@", "made"), ("[", "made"), ("\u{E9}", "made"), (nil, "made"),
        ] as [(String?, String)])
    func `a plain short request id is kept`(given: String?, id: String) async throws {
        let surface = TestSurface().on(.get, "/") { request in .text(request.id) }
        var headers = HTTPFields()
        if let given { headers[.requestID] = given }
        let answer = try await TestGateway([Mount("", surface)]).send(.get, "/", headers: headers)
        #expect(answer.body == id)
        #expect(answer.headers[.requestID] == id)
    }

    @Test func `every answer carries its date, and strict transport security under TLS`() async throws {
        let plain = try await Self.gateway().send(.get, "/")
        #expect(plain.headers[.date] == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(plain.headers[.strictTransportSecurity] == nil)
        var configuration = GatewayConfiguration()
        configuration.tls = .init(certificate: "c", key: "k")
        let secure = try await TestGateway([], configuration: configuration).send(.get, "/")
        #expect(secure.headers[.strictTransportSecurity]?.hasPrefix("max-age=") == true)
        #expect(secure.headers[.date] != nil)
    }

    @Test(
        arguments: [
            ([], "192.0.2.1", "203.0.113.9", "192.0.2.1"),
            (["192.0.2.0/24"], "192.0.2.1", "203.0.113.9", "203.0.113.9"),
            (["192.0.2.0/24"], "198.51.100.1", "203.0.113.9", "198.51.100.1"),
            (["192.0.2.0/24"], "192.0.2.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
            (["192.0.2.0/24"], "192.0.2.1", "1.1.1.1 ,203.0.113.9\t, 192.0.2.77", "203.0.113.9"),
            (["192.0.2.0/24"], "192.0.2.1", "192.0.2.8, 192.0.2.9", "192.0.2.8"),
            (["192.0.2.0/24"], "192.0.2.1", "203.0.113.9, unknown", "192.0.2.1"),
            (["192.0.2.0/24"], "192.0.2.1", "203.0.113.9, ", "203.0.113.9"),
            (["192.0.2.0/24"], "::ffff:192.0.2.1", "203.0.113.9", "203.0.113.9"),
            (["::1"], "::1", "2001:db8::7", "2001:db8::7"),
            (["0.0.0.0/0"], "192.0.2.1", "1.1.1.1, 2.2.2.2", "1.1.1.1"),
            (["192.0.2.1"], nil, "203.0.113.9", "unknown"),
            (["192.0.2.1"], "192.0.2.1", nil, "192.0.2.1"),
        ] as [([String], String?, String?, String)])
    func `forwarded addresses are believed as far as the proxies are trusted`(
        trusted: [String], remote: String?, forwarded: String?, address: String
    ) async throws {
        var configuration = GatewayConfiguration()
        configuration.trustedProxies = trusted.compactMap { Network($0) }
        #expect(configuration.trustedProxies.count == trusted.count)
        let surface = TestSurface().on(.get, "/") { request in .text(request.clientAddress) }
        var headers = HTTPFields()
        if let forwarded { headers[.xForwardedFor] = forwarded }
        let answer = try await TestGateway([Mount("", surface)], configuration: configuration)
            .send(.get, "/", headers: headers, remote: remote)
        #expect(answer.body == address)
    }

    @Test func `several forwarding header lines count as one list`() async throws {
        var configuration = GatewayConfiguration()
        configuration.trustedProxies = [try #require(Network("192.0.2.1"))]
        let surface = TestSurface().on(.get, "/") { request in .text(request.clientAddress) }
        var headers = HTTPFields()
        headers.append(HTTPField(name: .xForwardedFor, value: "1.1.1.1"))
        headers.append(HTTPField(name: .xForwardedFor, value: "2.2.2.2"))
        let answer = try await TestGateway([Mount("", surface)], configuration: configuration)
            .send(.get, "/", headers: headers)
        #expect(answer.body == "2.2.2.2")
    }

    @Test func `what a handler throws is rendered by its service and its cause observed`() async throws {
        struct Unforeseen: Error {}
        let surface = TestSurface().on(.get, "/fail") { _ in throw Unforeseen() }
            .on(.get, "/large") { _ in throw BodyError.tooLarge(limit: .bytes(1)) }
        let gateway = try TestGateway([Mount("/s", surface)])
        let failed = try await gateway.send(.get, "/s/fail")
        #expect(failed.status == 500)
        #expect(failed.body == "failed")
        #expect(failed.route == "/fail")
        #expect(failed.headers[.accessControlAllowOrigin] == "*")
        #expect(gateway.observer.failures == ["Unforeseen"])
        #expect(try await gateway.send(.get, "/s/large").status == 413)
        #expect(try await gateway.send(.post, "/s/fail").status == 405)
        #expect(try await gateway.send(.get, "/s/nowhere").route == "unmatched")
        #expect(gateway.observer.failures.count == 1)
    }
}
