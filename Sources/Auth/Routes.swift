internal import Gateway
internal import HTTPTypes

/// Every path of the service. `user` asks for a user's token, `admin` for one with an admin role.
enum Routes {
    static func table(_ endpoints: Endpoints) -> RouteTable {
        var table = RouteTable()
        table.on(.get, "/health") { _ in endpoints.health() }
        table.on(.get, "/settings") { _ in endpoints.settings() }
        table.on(.get, "/.well-known/jwks.json") { _ in endpoints.keySet() }

        table.on(.post, "/signup") { try await endpoints.signUp($0) }
        table.on(.post, "/token") { try await endpoints.token($0) }
        table.on(.post, "/logout") { try await endpoints.signOut($0, by: try await endpoints.user($0)) }
        table.on(.get, "/user") { try await endpoints.readUser($0, by: try await endpoints.user($0)) }
        table.on(.put, "/user") { try await endpoints.updateUser($0, by: try await endpoints.user($0)) }

        mailAndPhone(&table, endpoints)
        external(&table, endpoints)
        oauthServer(&table, endpoints)
        factors(&table, endpoints)
        oversight(&table, endpoints)
        singleSignOn(&table)

        table.on(.get, "/admin/users") { try await endpoints.listUsers($0, by: try await endpoints.admin($0)) }
        table.on(.post, "/admin/users") { try await endpoints.createUser($0, by: try await endpoints.admin($0)) }
        table.on(.get, "/admin/users/:user_id") {
            try await endpoints.readUser($0, by: try await endpoints.admin($0))
        }
        table.on(.put, "/admin/users/:user_id") {
            try await endpoints.changeUser($0, by: try await endpoints.admin($0))
        }
        table.on(.delete, "/admin/users/:user_id") {
            try await endpoints.deleteUser($0, by: try await endpoints.admin($0))
        }
        return table
    }
}
