import Core
import Foundation
import Gateway
import HTTPTypes
import HummingbirdCore
import NIOCore
import Postgres
import TestSupport
import Testing
import Tokens

@testable import Rest

/// The REST service behind the gateway's whole road, in memory, over a migrated database with `Fixtures/ward.sql`.
struct WardHarness: Sendable {
    let responder: GatewayResponder
    let service: RestService
    let pool: Database
    /// The superuser's pool, to look and to interfere.
    let owner: Database
    let issuer: TokenIssuer
    let clock = StoppedClock()

    static let doctor = "00000000-0000-4000-8000-000000000001"

    /// Runs `body` with a service of its own and takes everything down afterwards.
    static func run(
        _ adjust: @Sendable (inout RestConfiguration) -> Void = { _ in },
        _ body: (WardHarness) async throws -> Void
    ) async throws {
        let scratch = try await TestCluster.shared.migratedDatabase()
        let owner = scratch.pool()
        let file = TestPaths.repository.appending(path: "Tests/RestTests/Fixtures/ward.sql")
        let statements = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n\n")
        try await owner.run(statements.map { SQL(trustedText: $0) })
        let harness = try WardHarness(scratch: scratch, owner: owner, adjust)
        if let reloader = harness.service.schemaCacheService as? SchemaCacheReloader {
            harness.service.schemaCache.replace(with: try await reloader.loader.load())
        }
        do {
            try await body(harness)
        } catch {
            await harness.close()
            throw error
        }
        await harness.close()
    }

    private func close() async {
        await pool.shutdown()
        await owner.shutdown()
    }

    private init(
        scratch: ScratchDatabase, owner: Database, _ adjust: (inout RestConfiguration) -> Void
    ) throws {
        let keys = try TokenKeySet(secret: Secret("a secret of the tests, long enough for HS256"))
        issuer = try TokenIssuer(keys: keys)
        self.owner = owner
        pool = scratch.pool(user: "authenticator")
        var configuration = RestConfiguration()
        configuration.extraSearchPath = ["public", "extensions"]
        adjust(&configuration)
        service = try RestService(
            database: pool, listening: scratch.configuration(user: "authenticator"),
            verifier: TokenVerifier(keys: keys), clock: clock, observer: SilentObserver(),
            configuration: configuration)
        responder = GatewayResponder(
            configuration: GatewayConfiguration(),
            mounts: [Mount("/rest/v1", service), Mount("/graphql/v1", GraphQLSurface(service))], recognizer: AnyKey(),
            observer: SilentObserver(), clock: clock, makeRequestID: { "request-of-the-test" })
    }

    private struct AnyKey: KeyRecognizer {
        func recognize(_ presented: String) -> PresentedKey? { PresentedKey(group: .anon, form: .legacy) }
    }

    /// Sends a request below `/rest/v1`.
    func send(_ request: WardRequest) async throws -> WardAnswer {
        let fields = try fields(of: request)
        let head = HTTPRequest(
            method: request.method, scheme: "http", authority: "localhost", path: request.mount + request.path,
            headerFields: fields)
        let sent = Request(
            head: head, body: RequestBody(buffer: ByteBuffer(bytes: request.bytes ?? Array(request.body.utf8))))
        let (status, headers, body) = await responder.collect(sent)
        return WardAnswer(status: status, headers: headers, text: String(decoding: body, as: UTF8.self))
    }

    /// The header fields of a request, its credentials among them.
    func fields(of request: WardRequest) throws -> HTTPFields {
        var fields: HTTPFields = [try name("apikey"): "anon"]
        if request.isSignedIn {
            let token = try issuer.sign(claims: ["sub": .string(Self.doctor), "role": "authenticated"])
            fields[.authorization] = "Bearer \(token)"
        }
        for (header, value) in request.headers { fields[try name(header)] = value }
        return fields
    }

    private func name(_ text: String) throws -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { throw WardError.notAFieldName(text) }
        return name
    }
}

enum WardError: Error {
    case notAFieldName(String)
}

struct StoppedClock: WallClock {
    func now() -> Timestamp { Timestamp(seconds: 1_800_000_000) }
}

struct WardRequest: Sendable {
    let method: HTTPRequest.Method
    let path: String
    var body = ""
    /// In place of ``body``, for what is no text.
    var bytes: [UInt8]?
    var headers: [String: String] = [:]
    var isSignedIn = true
    var mount = "/rest/v1"
}

struct WardAnswer: Sendable {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    let text: String
}

/// A request and what its answer must be.
struct Exchanged: Sendable, CustomTestStringConvertible {
    let request: WardRequest
    let status: Int
    /// The whole body; nil where it does not matter.
    var body: String?
    /// Header fields by name.
    var headers: [String: String] = [:]
    /// Header fields that must not be there.
    var absent: [String] = []

    init(
        _ method: HTTPRequest.Method, _ path: String, _ sent: String = "", with fields: [String: String] = [:],
        signedIn: Bool = true, gives status: Int, _ body: String? = nil, _ headers: [String: String] = [:],
        without absent: [String] = []
    ) {
        request = WardRequest(method: method, path: path, body: sent, headers: fields, isSignedIn: signedIn)
        self.status = status
        self.body = body
        self.headers = headers
        self.absent = absent
    }

    var testDescription: String { "\(request.method) \(request.path)" }
}
