internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// The registered clients: `POST /oauth/clients/register` for anybody (RFC 7591), `/admin/oauth/clients` for the
/// operator.
extension Endpoints {
    /// Throws when the OAuth server is off.
    func requireOAuthServer() throws(AuthError) {
        guard configuration.oauthServer.isEnabled else { throw .oauthServerDisabled }
    }

    func registerClient(_ request: GatewayRequest) async throws -> Response {
        try requireOAuthServer()
        guard configuration.oauthServer.isDynamicRegistrationAllowed else {
            throw AuthError.dynamicRegistrationDisabled
        }
        return try await register(request, .dynamic)
    }

    func createClient(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        try requireOAuthServer()
        return try await register(request, .manual)
    }

    private func register(
        _ request: GatewayRequest, _ registration: OAuthClient.Registration
    ) async throws -> Response {
        let form = try OAuthClientForm(try await Fields(request))
        var client = try form.client(id: SecureRandom.uuid(), registration: registration)
        let secret = client.kind == .confidential ? Secret(OAuthSecret.make()) : nil
        client.secretHash = secret.map { OAuthSecret.hash($0.reveal()) }
        guard let row = try await database.run(OAuthClientStatements.insert(client, now: clock.now())).first else {
            throw AuthError.failed(cause: "a new OAuth client was gone before it was read")
        }
        return .json(
            try OAuthClient(row).json(secret: secret), status: .created, headers: [.cacheControl: "no-store"])
    }

    /// All clients, or the page that the query asks for.
    func listClients(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        try requireOAuthServer()
        var page = try UserPage(request.query)
        if request.query["page"] == nil, request.query["per_page"] == nil { page.size = OAuthServerLimits.listedMax }
        let results = try await database.run(
            .serviceItself, OAuthClientStatements.list(limit: page.size, offset: (page.number - 1) * page.size))
        let clients = try results[0].rows.map { row in try OAuthClient(row).json() }
        let total = try results[1].first?.int(0) ?? 0
        return .json(
            ["clients": .array(clients)],
            headers: [.totalCount: String(total), .link: page.link(total: total, path: "/admin/oauth/clients")])
    }

    func readClient(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        try requireOAuthServer()
        return .json(try await storedClient(try clientID(request)).json())
    }

    func changeClient(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        try requireOAuthServer()
        let client = try await storedClient(try clientID(request))
        let form = try OAuthClientForm(try await Fields(request))
        guard !form.isEmpty else { throw AuthError.invalid("No fields provided for update") }
        if form.grantTypes?.isEmpty == true { throw AuthError.invalid("grant_types cannot be empty") }
        if let method = form.method, !client.kind.methods.contains(method) {
            let valid = client.kind.methods.map(\.rawValue).joined(separator: " ")
            throw AuthError.invalid(
                "token_endpoint_auth_method '\(method.rawValue)' is not valid for client_type "
                    + "'\(client.kind.rawValue)'; valid methods: [\(valid)]")
        }
        return .json(
            try changed(try await database.run(OAuthClientStatements.update(id: client.id, form, now: clock.now())))
                .json())
    }

    func deleteClient(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        try requireOAuthServer()
        let statements = OAuthClientStatements.delete(id: try clientID(request), now: clock.now())
        guard try await database.run(.serviceItself, statements).first?.isEmpty == false else {
            throw AuthError.oauthClientMissing
        }
        return .empty(.noContent)
    }

    /// The old secret is worth nothing from here on.
    func regenerateSecret(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        try requireOAuthServer()
        let client = try await storedClient(try clientID(request))
        guard client.kind == .confidential else {
            throw AuthError.invalid("Cannot regenerate secret for public client")
        }
        let secret = Secret(OAuthSecret.make())
        let result = try await database.run(
            OAuthClientStatements.setSecret(
                id: client.id, hash: OAuthSecret.hash(secret.reveal()), now: clock.now()))
        return .json(try changed(result).json(secret: secret), headers: [.cacheControl: "no-store"])
    }

    private func clientID(_ request: GatewayRequest) throws(AuthError) -> String {
        guard let id = UUIDText.canonical(request.parameter("client_id")) else {
            throw .invalid("invalid client_id format")
        }
        return id
    }

    private func storedClient(_ id: String) async throws -> OAuthClient {
        try changed(try await database.run(OAuthClientStatements.find(id: id)))
    }

    private func changed(_ result: ResultSet) throws -> OAuthClient {
        guard let row = result.first else { throw AuthError.oauthClientMissing }
        return try OAuthClient(row)
    }
}
