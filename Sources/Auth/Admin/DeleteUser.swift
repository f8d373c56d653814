internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `DELETE /admin/users/{id}` (contract, section 6.12).
extension Endpoints {
    func deleteUser(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let id = try userID(request)
        let fields = try await Fields(request, optional: true)
        let statements =
            try fields.bool("should_soft_delete") == true
            ? AdminStatements.softDelete(id: id, now: clock.now()) : [AdminStatements.delete(id: id)]
        let results = try await during(.deletingUser) { try await database.run(.serviceItself, statements) }
        guard results.first?.isEmpty == false else { throw AuthError.userNotFound }
        return .json([:])
    }
}
