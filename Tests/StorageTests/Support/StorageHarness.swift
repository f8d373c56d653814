import Core
import Cryptography
import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Objects
import Postgres
import TestSupport
import Tokens

@testable import Gateway
@testable import Storage

/// The storage service behind the gateway's whole road, in memory, over a database and a directory of its own.
struct StorageHarness: Sendable {
    let responder: GatewayResponder
    let objects: FileSystemStore
    /// The pool of `supabase_storage_admin`.
    let pool: Database
    /// The superuser's pool, to look and to interfere.
    let owner: Database
    let clock: ManualClock
    let observer: RecordingObserver
    let issuer: TokenIssuer
    let maintenance: StorageMaintenance
    let root: String
    let serviceKey: String
    let anonKey: String

    static let alice = "11111111-1111-4111-8111-111111111111"
    static let bob = "22222222-2222-4222-8222-222222222222"

    /// Runs `body` with a service of its own and takes everything down afterwards.
    static func run(
        _ adjust: (inout StorageConfiguration) -> Void = { _ in }, _ body: (StorageHarness) async throws -> Void
    ) async throws {
        await HarnessGate.shared.enter()
        let result: Result<Void, any Error>
        do {
            result = .success(try await runAlone(adjust, body))
        } catch {
            result = .failure(error)
        }
        await HarnessGate.shared.leave()
        try result.get()
    }

    private static func runAlone(
        _ adjust: (inout StorageConfiguration) -> Void, _ body: (StorageHarness) async throws -> Void
    ) async throws {
        let scratch = try await TestCluster.shared.migratedDatabase()
        let root = FileManager.default.temporaryDirectory.path + "/storage-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        let harness = try await StorageHarness(scratch: scratch, root: root, adjust)
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
        scratch: ScratchDatabase, root: String, _ adjust: (inout StorageConfiguration) -> Void
    ) async throws {
        let clock = ManualClock()
        let keys = try TokenKeySet(secret: Secret("a secret of the tests, long enough for HS256"))
        let verifier = TokenVerifier(keys: keys)
        var configuration = StorageConfiguration()
        adjust(&configuration)
        issuer = try TokenIssuer(keys: keys)
        self.clock = clock
        self.root = root
        observer = RecordingObserver()
        objects = try await FileSystemStore(root: root)
        pool = scratch.pool(user: "supabase_storage_admin") { $0.connectionsMax = 8 }
        owner = scratch.pool()
        serviceKey = try APIKeys.legacy(.service, issuer: issuer, now: clock.now()).reveal()
        anonKey = try APIKeys.legacy(.anon, issuer: issuer, now: clock.now()).reveal()
        let service = StorageService(
            database: pool, objects: objects, verifier: verifier, urlIssuer: issuer, urlVerifier: verifier,
            clock: clock, configuration: configuration)
        maintenance = StorageMaintenance(
            database: pool, objects: objects, clock: clock, observer: observer, configuration: configuration)
        responder = GatewayResponder(
            configuration: GatewayConfiguration(), mounts: [Mount("/storage/v1", service)],
            recognizer: Recognizer(ring: KeyRing(entries: [], verifier: verifier), clock: clock), observer: observer,
            clock: clock, makeRequestID: { "request-of-the-test" })
    }

    private struct Recognizer: KeyRecognizer {
        let ring: KeyRing
        let clock: ManualClock
        func recognize(_ presented: String) -> PresentedKey? { ring.classify(presented, now: clock.now()) }
    }

    // MARK: Requests

    /// Sends a request below `/storage/v1`; `bearer` nil sends no credentials.
    func send(
        _ method: HTTPRequest.Method, _ path: String, as bearer: String?, headers: [String: String] = [:],
        body: RequestBody
    ) async throws -> Answer {
        try await Answer(await respond(method, path, as: bearer, headers: headers, body: body))
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, as bearer: String?, headers: [String: String] = [:],
        bytes: [UInt8] = []
    ) async throws -> Answer {
        var headers = headers
        if !bytes.isEmpty { headers["content-length"] = String(bytes.count) }
        return try await send(
            method, path, as: bearer, headers: headers, body: RequestBody(buffer: ByteBuffer(bytes: bytes)))
    }

    func send(_ method: HTTPRequest.Method, _ path: String, as bearer: String?, json: JSON) async throws -> Answer {
        try await send(method, path, as: bearer, headers: ["content-type": "application/json"], bytes: json.bytes)
    }

    /// The response with its body not yet taken.
    func respond(
        _ method: HTTPRequest.Method, _ path: String, as bearer: String?, headers: [String: String] = [:],
        body: RequestBody
    ) async throws -> Response {
        var fields = HTTPFields()
        if let bearer { fields[.authorization] = "Bearer \(bearer)" }
        for (name, value) in headers {
            guard let name = HTTPField.Name(name) else { throw HarnessError.notAFieldName }
            fields[name] = value
        }
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "localhost", path: "/storage/v1" + path, headerFields: fields)
        return await responder.respond(to: Request(head: head, body: body), remoteAddress: "127.0.0.1").response
    }

    /// A raw upload.
    func upload(
        _ path: String, _ content: String, as bearer: String?, type: String = "text/plain", upsert: Bool = false
    ) async throws -> Answer {
        try await send(
            .post, "/object/\(path)", as: bearer,
            headers: ["content-type": type, "x-upsert": upsert ? "true" : "false"], bytes: Array(content.utf8))
    }

    // MARK: Preparing and looking

    func token(of user: String, role: String = "authenticated") throws -> String {
        try issuer.sign(claims: [
            "sub": .string(user), "role": .string(role), "aud": "authenticated",
            "exp": .int(clock.now().seconds + 3600),
        ])
    }

    /// Makes a bucket as the service role.
    func bucket(_ name: String, _ members: JSONObject = [:]) async throws {
        var body: JSONObject = ["name": .string(name)]
        for (key, value) in members.members { body[key] = value }
        let answer = try await send(.post, "/bucket", as: serviceKey, json: .object(body))
        guard answer.status == 200 else { throw HarnessError.unexpected(answer.text) }
    }

    /// Files of the first folder are `auth.uid()`'s own, in `bucket`, for every verb.
    func ownFolderPolicy(_ bucket: String) async throws {
        try await policy(
            "own folders of \(bucket)",
            "for all to authenticated using (bucket_id = '\(bucket)' "
                + "and (storage.foldername(name))[1] = auth.uid()::text)")
    }

    func policy(_ name: String, _ text: String) async throws {
        try await owner.run(SQL(trustedText: "create policy \"\(name)\" on storage.objects \(text)"))
    }

    func count(_ statement: SQL) async throws -> Int { try await owner.run(statement).first?.int(0) ?? -1 }

    /// The versions in the object store, temporary files not among them.
    func storedVersions() async throws -> Int { try await objects.versions(startingAfter: nil, limit: 10_000).count }

    /// Files below the store's directory: versions and leftovers.
    func storedFiles() throws -> Int {
        try FileManager.default.subpathsOfDirectory(atPath: root).count { path in
            try FileManager.default.attributesOfItem(atPath: root + "/" + path)[.type] as? FileAttributeType
                == .typeRegular
        }
    }
}

enum HarnessError: Error {
    case notAFieldName
    case unexpected(String)
}
