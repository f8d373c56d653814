internal import Auth
internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Postgres

/// Why a request to the auth service on an operator's behalf failed, in its own words.
public struct OperatorRequestError: Error, Sendable, CustomStringConvertible {
    public let description: String
}

extension Maintenance {
    /// Creates a user with a confirmed address and returns the id. Throws ``OperatorRequestError``.
    public func createUser(email: String, password: String) async throws -> String {
        let answer = try await ask(
            .post, "/admin/users",
            body: ["email": .string(email), "password": .string(password), "email_confirm": true])
        return answer["id"]?.string ?? ""
    }

    /// One line a user: id, address, time of creation.
    public func users(limit: Int) async throws -> [String] {
        let answer = try await ask(.get, "/admin/users?page=1&per_page=\(max(1, min(limit, 1000)))")
        return (answer["users"]?.array ?? []).map { user in
            [user["id"], user["email"], user["created_at"]].map { $0?.string ?? "" }.joined(separator: "  ")
        }
    }

    /// Deletes a user by id or address. Throws ``OperatorRequestError``.
    public func deleteUser(_ user: String) async throws {
        var id = user
        if user.contains("@") {
            let filter = PercentCoding.encode(user)
            let found = try await ask(.get, "/admin/users?page=1&per_page=50&filter=\(filter)")
            let match = (found["users"]?.array ?? []).first { $0["email"]?.string == user.lowercased() }
            guard let matched = match?["id"]?.string else {
                throw OperatorRequestError(description: "no user has the address \(user)")
            }
            id = matched
        }
        _ = try await ask(.delete, "/admin/users/\(PercentCoding.encode(id))", body: [:])
    }

    /// Sends one request through the auth service itself, so that its rules hold for operators as well.
    private func ask(_ method: HTTPRequest.Method, _ path: String, body: JSON? = nil) async throws -> JSON {
        let keys = try loaded.completeKeys()
        let configuration = loaded.configuration
        return try await withDatabases { databases in
            let signing = try SigningKeys(
                keys, previous: configuration.previousSecrets, jwtKeys: configuration.jwtKeys,
                keyID: configuration.jwtKeyID, validMethods: configuration.jwtValidMethods)
            let database = Database(databases.configuration(name: "auth", login: Logins.auth))
            let hasher = try PasswordHasher(.init(threads: configuration.passwordThreads))
            let auth = AuthService(
                database: database, issuer: signing.issuer, verifier: signing.verifier, hasher: hasher,
                peers: AuthPeers(),
                clock: UTCClock(), observer: SilentObserver(), configuration: configuration.auth)
            let responder = GatewayResponder(
                configuration: configuration.gateway, mounts: [Mount("/auth/v1", auth)],
                recognizer: KeyRecognition(keys, additional: [], verifier: signing.verifier, clock: UTCClock()),
                observer: SilentObserver(), clock: UTCClock(), makeRequestID: { SecureRandom.uuid() })
            var headers: HTTPFields = [.authorization: "Bearer " + keys.serviceRoleKey.reveal()]
            headers[.contentType] = "application/json"
            if let name = HTTPField.Name("apikey") { headers[name] = keys.serviceRoleKey.reveal() }
            let request = Request(
                head: HTTPRequest(
                    method: method, scheme: "http", authority: "localhost", path: "/auth/v1" + path,
                    headerFields: headers),
                body: RequestBody(buffer: ByteBuffer(bytes: body?.bytes ?? [])))
            let answer = await responder.collect(request)
            await database.shutdown()
            await hasher.shutdown()
            let json = try? JSON(parsing: answer.body)
            guard answer.status.code < 300 else {
                let text = json?["msg"]?.string ?? json?["message"]?.string ?? "status \(answer.status.code)"
                throw OperatorRequestError(description: text)
            }
            return json ?? .null
        }
    }
}
