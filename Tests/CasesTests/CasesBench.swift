@testable import Cases
import Core
import Cryptography
import Foundation
import Gateway
import HTTPTypes
import HummingbirdCore
import Insights
import Jobs
import NIOCore
import Objects
import Postgres
import TestSupport
import Testing
import Tokens

struct NoKeys: KeyRecognizer {
    func recognize(_ presented: String) -> PresentedKey? { nil }
}

/// A case service on a database and an object store of its own, asked without a socket.
struct CasesBench {
    static let doctor = "11111111-1111-4111-8111-111111111111"
    static let stranger = "22222222-2222-4222-8222-222222222222"

    let scratch: ScratchDatabase
    let owner: Database
    let service: Database
    let objects: FileSystemStore
    let folder: URL
    private let responder: GatewayResponder
    private let issuer: TokenIssuer

    init() async throws {
        scratch = try await TestCluster.shared.migratedDatabase()
        owner = scratch.pool()
        try await owner.run(
            "insert into auth.users (id, email) values (\(Self.doctor)::uuid, 'a@x.y'), (\(Self.stranger)::uuid, 'b@x.y')"
        )
        service = scratch.pool(user: "medmitra_service")
        folder = FileManager.default.temporaryDirectory.appending(path: "cases-\(UUID().uuidString)")
        objects = try await FileSystemStore(root: folder.path)
        let keys = try TokenKeySet(secret: Secret(String(repeating: "s", count: 40)))
        issuer = try TokenIssuer(keys: keys)
        let cases = CasesService(
            database: service, objects: objects, verifier: TokenVerifier(keys: keys), issuer: issuer,
            configuration: CasesConfiguration(), clock: UTCClock())
        responder = GatewayResponder(
            configuration: GatewayConfiguration(), mounts: [Mount("", cases)], recognizer: NoKeys(),
            observer: SilentObserver(), clock: UTCClock(), makeRequestID: { SecureRandom.uuid() })
    }

    func close() async throws {
        await owner.shutdown()
        await service.shutdown()
        try FileManager.default.removeItem(at: folder)
    }

    func token(_ user: String?, _ change: (inout JSONObject) -> Void = { _ in }) throws -> String {
        let now = UTCClock().now().seconds
        var claims: JSONObject = [
            "aud": "authenticated", "role": "authenticated", "iat": .int(now), "exp": .int(now + 600),
        ]
        if let user { claims["sub"] = .string(user) }
        change(&claims)
        return try issuer.sign(claims: claims)
    }

    struct Answer {
        let status: Int
        let headers: HTTPFields
        let text: String
        var json: JSON { (try? JSON(parsing: text)) ?? .null }
    }

    func ask(
        _ method: HTTPRequest.Method, _ path: String, as user: String? = CasesBench.doctor, token: String? = nil,
        body: [UInt8] = [], type: String? = nil
    ) async throws -> Answer {
        var headers = HTTPFields()
        if let token = try token ?? user.map({ try self.token($0) }) { headers[.authorization] = "Bearer \(token)" }
        headers[.contentType] = type
        let answer = await responder.collect(
            Request(
                head: HTTPRequest(method: method, scheme: "http", authority: "x", path: path, headerFields: headers),
                body: RequestBody(buffer: ByteBuffer(bytes: body))))
        return Answer(
            status: answer.status.code, headers: answer.headers, text: String(decoding: answer.body, as: UTF8.self))
    }

    func put(_ path: String, _ json: String, as user: String = CasesBench.doctor) async throws -> Answer {
        try await ask(.put, path, as: user, body: Array(json.utf8), type: "application/json")
    }

    func post(_ path: String, _ json: String, as user: String = CasesBench.doctor) async throws -> Answer {
        try await ask(.post, path, as: user, body: Array(json.utf8), type: "application/json")
    }

    func form(_ path: String, _ form: Form, as user: String = CasesBench.doctor) async throws -> Answer {
        try await ask(.post, path, as: user, body: form.bytes, type: "multipart/form-data; boundary=\(Form.boundary)")
    }

    /// A new case; its answer's `case_id`.
    func newCase(_ change: (inout Form) -> Void = { _ in }, as user: String = CasesBench.doctor) async throws -> String
    {
        var form = Form.patient
        change(&form)
        let answer = try await self.form("/cases/create_case", form, as: user)
        #expect(answer.status == 201, "\(answer.text)")
        return try #require(answer.json["case"]?["case_id"]?.string)
    }

    /// Every version in the object store.
    func storedVersions() async throws -> Int { try await objects.versions(startingAfter: nil, limit: 1000).count }
}

/// A multipart form.
struct Form {
    static let boundary = "b0undary"
    private(set) var bytes: [UInt8] = Array("--\(boundary)--\r\n".utf8)

    static var patient: Form {
        var form = Form()
        form.field("patient_name", "Jane Doe")
        form.field("patient_age", "34")
        form.field("patient_gender", "Female")
        return form
    }

    mutating func field(_ name: String, _ value: String) {
        add("Content-Disposition: form-data; name=\"\(name)\"", Array(value.utf8))
    }

    mutating func file(_ field: String, _ name: String, _ type: String, _ content: [UInt8]) {
        add("Content-Disposition: form-data; name=\"\(field)\"; filename=\"\(name)\"\r\nContent-Type: \(type)", content)
    }

    private mutating func add(_ head: String, _ content: [UInt8]) {
        let end = Array("--\(Form.boundary)--\r\n".utf8)
        bytes.removeLast(end.count)
        bytes += Array("--\(Form.boundary)\r\n\(head)\r\n\r\n".utf8) + content + Array("\r\n".utf8) + end
    }

    static let csv = Array("Test,Result,Unit,Reference\nSodium,128,mmol/L,136-145\nPotassium,4.0,mmol/L,3.5-5.1\n".utf8)

    /// The first bytes of a PNG with the given size, enough to be looked at.
    static func png(width: UInt32, height: UInt32) -> [UInt8] {
        func big(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + big(13) + Array("IHDR".utf8) + big(width)
            + big(height) + [8, 2, 0, 0, 0] + big(0) + big(0) + Array("IEND".utf8) + big(0xAE42_6082)
    }
}
