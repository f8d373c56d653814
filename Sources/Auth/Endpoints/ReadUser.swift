internal import Core
internal import Gateway
internal import HummingbirdCore

/// `GET /user`
extension Endpoints {
    func readUser(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        guard bearer.isForAudience(of: request) else { throw AuthError.audienceMismatch }
        return .json(bearer.user.json)
    }
}
