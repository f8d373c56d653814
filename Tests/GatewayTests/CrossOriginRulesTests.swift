import HTTPTypes
import HummingbirdCore
import Testing

@testable import Gateway

@Suite struct `Cross-origin answers of a service by itself` {
    private static func gateway(_ origins: [String] = []) throws -> TestGateway {
        var surface = TestSurface(exposedHeaders: ["Location", "Date"])
        surface.crossOriginRules = CrossOriginRules(allowedOrigins: origins)
        surface.readsQueryItself = true
        return try TestGateway([
            Mount(
                "",
                surface.on(.get, "/ok") { .text($0.query.raw) }
                    .on(.options, "/ok") { _ in .text("the service's own") })
        ])
    }

    private static func preflight(_ gateway: TestGateway, from origin: String) async throws -> TestGateway.Answer {
        try await gateway.send(
            .options, "/ok",
            headers: [
                .origin: origin, .accessControlRequestMethod: "POST", .accessControlRequestHeaders: "Foo,Bar",
            ])
    }

    @Test func `a preflight is answered as upstream answers it`() async throws {
        let answer = try await Self.preflight(Self.gateway(), from: "https://a.example")
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
        #expect(answer.headers[.accessControlAllowOrigin] == "*")
        #expect(answer.headers[.accessControlAllowMethods] == "GET, POST, PATCH, PUT, DELETE, OPTIONS, HEAD")
        #expect(
            answer.headers[.accessControlAllowHeaders]
                == "Authorization, Foo, Bar, Accept, Accept-Language, Content-Language")
        #expect(answer.headers[.accessControlMaxAge] == "86400")
        #expect(answer.headers[.accessControlAllowCredentials] == nil)
    }

    @Test func `a listed origin may send credentials`() async throws {
        let gateway = try Self.gateway(["https://a.example", "https://b.example"])
        let preflight = try await Self.preflight(gateway, from: "https://b.example")
        let answer = try await gateway.send(.get, "/ok", headers: [.origin: "https://b.example"])
        for headers in [preflight.headers, answer.headers] {
            #expect(headers[.accessControlAllowOrigin] == "https://b.example")
            #expect(headers[.accessControlAllowCredentials] == "true")
        }
        #expect(answer.headers[.accessControlExposeHeaders] == "Location, Date")
    }

    @Test func `an origin that is not listed is told nothing`() async throws {
        let gateway = try Self.gateway(["https://a.example"])
        let preflight = try await Self.preflight(gateway, from: "https://evil.example")
        #expect(preflight.body == "the service's own")
        let answer = try await gateway.send(.get, "/ok", headers: [.origin: "https://a.example.evil"])
        for headers in [preflight.headers, answer.headers] {
            #expect(headers[.accessControlAllowOrigin] == nil)
            #expect(headers[.accessControlExposeHeaders] == nil)
        }
    }

    @Test func `without an origin there is nothing to say`() async throws {
        let answer = try await Self.gateway().send(.get, "/ok")
        #expect(answer.headers[.accessControlAllowOrigin] == nil)
        #expect(answer.headers[.accessControlExposeHeaders] == nil)
    }

    @Test(arguments: ["a=%zz", "%=1", "a=%ff", "a=%00"])
    func `bad escapes of the query are the service's matter where it says so`(query: String) async throws {
        #expect(try await Self.gateway().send(.get, "/ok?" + query).body == query)
    }
}
