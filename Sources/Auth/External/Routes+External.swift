internal import Gateway
internal import HTTPTypes

extension Routes {
    /// Sign-in with other providers, identities and the exchange of codes.
    static func external(_ table: inout RouteTable, _ endpoints: Endpoints) {
        table.on(.get, "/authorize") { try await endpoints.authorizeExternally($0) }
        table.on(.get, "/callback") { try await endpoints.externalCallback($0) }
        table.on(.post, "/callback") { try await endpoints.externalCallback($0) }
        table.on(.get, "/user/identities/authorize") {
            try await endpoints.authorizeLinking($0, by: try await endpoints.user($0))
        }
        table.on(.delete, "/user/identities/:identity_id") {
            try await endpoints.unlinkIdentity($0, by: try await endpoints.user($0))
        }
    }
}
