internal import Gateway
internal import HTTPTypes

extension Routes {
    /// Paths that programs of others and browsers call: they know the OAuth standards and no API keys.
    static let openToOAuthClients: Set<String> = [
        "/oauth/authorize", "/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/oauth/clients/register",
    ]

    /// Whether a client may come with a user's token: to read who the user is. Passwords, factors, identities, sessions
    /// and grants are the user's own.
    static func isOpenToGrants(_ request: GatewayRequest) -> Bool {
        request.route == "/oauth/userinfo" || (request.route == "/user" && request.method == .get)
    }

    /// The OAuth 2.1 server and its clients.
    static func oauthServer(_ table: inout RouteTable, _ endpoints: Endpoints) {
        table.on(.get, "/.well-known/openid-configuration") { _ in endpoints.openIDConfiguration() }
        table.on(.get, "/.well-known/oauth-authorization-server") { _ in
            try endpoints.authorizationServerMetadata()
        }

        table.on(.get, "/oauth/authorize") { try await endpoints.authorizeClient($0) }
        table.on(.post, "/oauth/token") { try await endpoints.oauthToken($0) }
        table.on(.post, "/oauth/revoke") { try await endpoints.revokeToken($0) }
        table.on(.post, "/oauth/clients/register") { try await endpoints.registerClient($0) }
        for method in [HTTPRequest.Method.get, .post] {
            table.on(method, "/oauth/userinfo") { request in
                try endpoints.requireOAuthServer()
                return try endpoints.userInfo(request, by: try await endpoints.user(request))
            }
        }
        table.on(.get, "/oauth/authorizations/:authorization_id") {
            try await endpoints.readAuthorization($0, by: try await endpoints.user($0))
        }
        table.on(.post, "/oauth/authorizations/:authorization_id/consent") {
            try await endpoints.decideAuthorization($0, by: try await endpoints.user($0))
        }

        table.on(.get, "/user/oauth/grants") {
            try await endpoints.listGrants($0, by: try await endpoints.user($0))
        }
        table.on(.delete, "/user/oauth/grants") {
            try await endpoints.revokeGrant($0, by: try await endpoints.user($0))
        }
        oauthClients(&table, endpoints)
    }

    private static func oauthClients(_ table: inout RouteTable, _ endpoints: Endpoints) {
        table.on(.get, "/admin/oauth/clients") {
            try await endpoints.listClients($0, by: try await endpoints.admin($0))
        }
        table.on(.post, "/admin/oauth/clients") {
            try await endpoints.createClient($0, by: try await endpoints.admin($0))
        }
        table.on(.get, "/admin/oauth/clients/:client_id") {
            try await endpoints.readClient($0, by: try await endpoints.admin($0))
        }
        table.on(.put, "/admin/oauth/clients/:client_id") {
            try await endpoints.changeClient($0, by: try await endpoints.admin($0))
        }
        table.on(.delete, "/admin/oauth/clients/:client_id") {
            try await endpoints.deleteClient($0, by: try await endpoints.admin($0))
        }
        table.on(.post, "/admin/oauth/clients/:client_id/regenerate_secret") {
            try await endpoints.regenerateSecret($0, by: try await endpoints.admin($0))
        }
    }
}
