internal import Gateway
internal import HummingbirdCore

extension Endpoints {
    /// `POST /token?grant_type=…`
    func token(_ request: GatewayRequest) async throws -> Response {
        switch request.query["grant_type"] {
        case "password": try await passwordGrant(request)
        case "refresh_token": try await refreshGrant(request)
        default: throw AuthError.unsupportedGrant
        }
    }
}
