internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `POST /logout?scope=` (contract, section 4): deletes sessions; refresh tokens go with them.
extension Endpoints {
    private enum Scope: String {
        case global, local, others
    }

    func signOut(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        let asked = request.query["scope"] ?? ""
        guard let scope = asked.isEmpty ? .global : Scope(rawValue: asked) else {
            throw AuthError.invalid("Unsupported logout scope \"\(asked)\"")
        }
        let all = SessionStatements.deleteAll(userID: bearer.user.id)
        // A token that names no session cannot single one out, so it ends them all.
        let deletion: SQL =
            switch scope {
            case .global: all
            case .local: bearer.session.map { SessionStatements.delete(id: $0.id) } ?? all
            case .others:
                bearer.session.map { SessionStatements.deleteOthers(userID: bearer.user.id, keeping: $0.id) } ?? all
            }
        let note = audit(.logout, by: AuditEntry.Actor(bearer.user), request, now: clock.now())
        try await during(.signingOut) { _ = try await database.run(.serviceItself, [deletion] + note) }
        return .empty(.noContent)
    }
}
