internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `DELETE /admin/users/{id}` (contract, section 6.12).
extension Endpoints {
    func deleteUser(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let id = try userID(request)
        let fields = try await Fields(request, optional: true)
        let now = clock.now()
        let statements =
            try fields.bool("should_soft_delete") == true
            ? AdminStatements.softDelete(id: id, now: now) : [AdminStatements.delete(id: id)]
        do {
            try await database.transaction { transaction in
                let user = try await transaction.run(UserStatements.find(id: id)).first.map { row in try User(row) }
                guard let user, try await transaction.run(statements).first?.isEmpty == false else {
                    throw AuthError.userNotFound
                }
                try await transaction.run(
                    audit(
                        .userDeleted, by: AuditEntry.Actor(admin),
                        traits: AuditEntry.subject(id: user.id, email: user.email, phone: user.phone), request,
                        now: now))
            }
        } catch let error as DatabaseError {
            throw error.refusedChange ?? AuthError.database(error, during: .deletingUser)
        }
        return .json([:])
    }
}
