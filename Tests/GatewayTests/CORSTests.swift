import HTTPTypes
import HummingbirdCore
import Testing

@testable import Gateway

@Suite struct `Cross-origin answers` {
    private static func gateway(
        origins: [String] = [], exposed: [String] = [], credentials: Bool = false,
        requirement: KeyRequirement = .none
    ) throws -> TestGateway {
        var configuration = GatewayConfiguration()
        configuration.allowedOrigins = origins
        let surface = TestSurface(
            exposedHeaders: exposed, allowsBrowserCredentials: credentials, requirement: requirement
        ).on(.get, "/ok") { _ in .text("ok", headers: [.vary: "Accept"]) }
            .on(.options, "/ok") { _ in .text("tus") }
        return try TestGateway([Mount("/s", surface)], configuration: configuration)
    }

    @Test(arguments: ["/s/ok", "/s/nowhere", "/elsewhere", "/s/ok?apikey=wrong"])
    func `a preflight is answered without a key, whatever its path`(path: String) async throws {
        let answer = try await Self.gateway(requirement: .serviceKey).send(
            .options, path,
            headers: [
                .origin: "https://app.example", .accessControlRequestMethod: "DELETE",
                .accessControlRequestHeaders: "authorization, x-client-info, apikey",
            ])
        #expect(answer.status == 204)
        #expect(answer.headers[.accessControlAllowOrigin] == "*")
        #expect(answer.headers[.accessControlAllowHeaders] == "authorization, x-client-info, apikey")
        #expect(answer.headers[.accessControlMaxAge].flatMap { Int($0) } ?? 0 > 0)
        let methods = answer.headers[.accessControlAllowMethods]?.split(separator: ",").map { $0.trimming() } ?? []
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] { #expect(methods.contains(method)) }
        #expect(answer.body.isEmpty)
        #expect(answer.route == "preflight")
    }

    @Test func `an OPTIONS request that is no preflight reaches the service`() async throws {
        let gateway = try Self.gateway()
        #expect(try await gateway.send(.options, "/s/ok").body == "tus")
        #expect(try await gateway.send(.options, "/s/ok", headers: [.origin: "https://a.example"]).body == "tus")
    }

    @Test(arguments: ["/s/ok", "/s/nowhere", "/elsewhere", "/s/ok?a=%zz"])
    func `every answer allows any origin when none is configured`(path: String) async throws {
        for headers in [HTTPFields(), [.origin: "https://app.example"]] {
            let answer = try await Self.gateway().send(.get, path, headers: headers)
            #expect(answer.headers[.accessControlAllowOrigin] == "*")
            #expect(answer.headers[.accessControlAllowCredentials] == nil)
        }
    }

    @Test func `configured origins are mirrored, others are not`() async throws {
        let gateway = try Self.gateway(origins: ["https://a.example", "https://b.example"])
        let good = try await gateway.send(.get, "/s/ok", headers: [.origin: "https://b.example"])
        #expect(good.headers[.accessControlAllowOrigin] == "https://b.example")
        #expect(good.headers[.vary] == "Accept, Origin")
        for origin in ["https://c.example", "http://b.example", "https://b.example.evil", "null"] {
            let bad = try await gateway.send(.get, "/s/ok", headers: [.origin: origin])
            #expect(bad.headers[.accessControlAllowOrigin] == nil)
            #expect(bad.headers[.vary] == "Accept, Origin")
            let preflight = try await gateway.send(
                .options, "/s/ok", headers: [.origin: origin, .accessControlRequestMethod: "GET"])
            #expect(preflight.headers[.accessControlAllowOrigin] == nil)
        }
        #expect(try await gateway.send(.get, "/s/ok").headers[.accessControlAllowOrigin] == nil)
    }

    @Test func `a service that takes cookies gets the origin mirrored`() async throws {
        let gateway = try Self.gateway(credentials: true)
        let answer = try await gateway.send(.get, "/s/ok", headers: [.origin: "https://app.example"])
        #expect(answer.headers[.accessControlAllowOrigin] == "https://app.example")
        #expect(answer.headers[.accessControlAllowCredentials] == "true")
        #expect(answer.headers[.vary] == "Accept, Origin")
        let plain = try await gateway.send(.get, "/s/ok")
        #expect(plain.headers[.accessControlAllowOrigin] == "*")
        #expect(plain.headers[.accessControlAllowCredentials] == nil)
    }

    @Test func `the service's exposed headers are named on errors too`() async throws {
        let gateway = try Self.gateway(exposed: ["Content-Range", "Location"])
        for path in ["/s/ok", "/s/nowhere"] {
            let answer = try await gateway.send(.get, path)
            #expect(answer.headers[.accessControlExposeHeaders] == "Content-Range, Location")
        }
    }
}

extension Substring {
    fileprivate func trimming() -> String { String(self).trimmingSpaces() }
}
