internal import Gateway
internal import HummingbirdCore

extension Endpoints {
    /// `POST /token?grant_type=…`
    func token(_ request: GatewayRequest) async throws -> Response {
        switch request.query["grant_type"] {
        case "password": try await passwordGrant(request)
        case "refresh_token": try await refreshGrant(request)
        case "pkce": try await pkceGrant(request)
        case "id_token": try await idTokenGrant(request)
        default: throw AuthError.unsupportedGrant
        }
    }
}
