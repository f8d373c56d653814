internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import Postgres

/// Who a client says it is, and how it says so (RFC 6749, section 2.3.1).
struct OAuthClientCredentials: Sendable {
    let id: String
    let secret: Secret<String>?
    let method: OAuthClient.Method

    init(_ request: GatewayRequest, _ parameters: OAuthParameters) throws(AuthError) {
        if case .other(let header) = request.credentials.bearer, let encoded = Self.basic(header) {
            guard parameters["client_secret"] == nil else {
                throw .invalidRequest("a client must not authenticate in two ways at once")
            }
            guard let (id, secret) = Self.decoded(encoded) else {
                throw .oauthFault("invalid_client", "invalid basic auth encoding", status: .unauthorized)
            }
            guard parameters["client_id"] == nil || parameters["client_id"] == id else {
                throw .invalidRequest("client_id differs from that of the Authorization header")
            }
            (self.id, self.secret, method) = (id, Secret(secret), .basic)
            return
        }
        guard let id = parameters["client_id"] else { throw .oauthFault("invalid_client", "client_id is required") }
        self.id = id
        secret = parameters["client_secret"].map(Secret.init)
        method = secret == nil ? .none : .post
    }

    /// What follows the scheme, if that is Basic; its letter case does not matter (RFC 9110, section 11.1).
    private static func basic(_ header: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard let scheme = parts.first, scheme.lowercased() == "basic" else { return nil }
        return parts.count > 1 ? String(parts[1]) : ""
    }

    /// Both halves are form-encoded before they are joined.
    private static func decoded(_ encoded: String) -> (String, String)? {
        guard let bytes = Base64.decode(encoded), let text = String(validating: bytes, as: UTF8.self) else {
            return nil
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        do throws(RequestLineError) {
            return (
                try PercentCoding.decode(parts[0], plusIsSpace: true),
                try PercentCoding.decode(parts[1], plusIsSpace: true)
            )
        } catch {
            return nil
        }
    }
}

extension Endpoints {
    /// The client that asks, authenticated as it registered and in no other way. What exactly was wrong with a name or
    /// secret is not told.
    func authenticatedClient(_ request: GatewayRequest, _ parameters: OAuthParameters) async throws -> OAuthClient {
        let credentials = try OAuthClientCredentials(request, parameters)
        let status: HTTPResponse.Status = credentials.method == .basic ? .unauthorized : .badRequest
        let refusal = AuthError.oauthFault("invalid_client", "Invalid client credentials", status: status)
        guard let id = UUIDText.canonical(credentials.id),
            let row = try await database.run(OAuthClientStatements.find(id: id)).first
        else { throw refusal }
        let client = try OAuthClient(row)
        guard credentials.method == client.method else {
            throw AuthError.oauthFault(
                "invalid_client",
                "invalid authentication method: client is registered for '\(client.method.rawValue)' but "
                    + "'\(credentials.method.rawValue)' was used",
                status: status)
        }
        if client.kind == .confidential {
            guard let secret = credentials.secret, client.isSecret(secret) else { throw refusal }
        }
        return client
    }
}
