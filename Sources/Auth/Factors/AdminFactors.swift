internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `/admin/users/{id}/factors` (contract, section 5).
extension Endpoints {
    func listFactors(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let user = try await storedUser(try userID(request))
        return .json(.array(user.factors.map(\.json)))
    }

    /// Answers with the factor as it was.
    func deleteFactor(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let (user, factor) = try await adminFactor(request)
        let now = clock.now()
        let statements =
            [FactorStatements.lockUser(id: user.id)] + removal(of: factor, userID: user.id, now: now)
            + audit(
                .factorDeleted, by: AuditEntry.Actor(admin),
                traits: ["user_id": .string(user.id), "factor_id": .string(factor.id)], request, now: now)
        try await during(.updatingUser) { _ = try await database.run(.serviceItself, statements) }
        return .json(try shown(factor.id, of: user))
    }

    func updateFactor(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let (user, factor) = try await adminFactor(request)
        let fields = try await Fields(request)
        let name = try fields.filledText("friendly_name")
        guard name?.unicodeScalars.count ?? 0 <= FactorLimits.nameCharactersMax else {
            throw AuthError.invalid("friendly_name must be \(FactorLimits.nameCharactersMax) characters or less")
        }
        // Other kinds have no number.
        let sent = factor.kind == .phone ? try fields.filledText("phone") : nil
        let phone = try sent.map { text throws(AuthError) in try PhoneNumber(text).digits }
        let now = clock.now()
        var statements = [FactorStatements.update(id: factor.id, name: name, phone: phone, now: now)]
        statements += audit(
            .factorUpdated, by: AuditEntry.Actor(admin),
            traits: [
                "user_id": .string(user.id), "factor_id": .string(factor.id),
                "factor_type": .string(factor.kind.rawValue),
            ], request, now: now)
        statements.append(UserStatements.find(id: user.id))
        do {
            guard let row = try await database.run(.serviceItself, statements).last?.first else {
                throw AuthError.userNotFound
            }
            return .json(try shown(factor.id, of: try User(row)))
        } catch let error as DatabaseError {
            throw error.takenFactor(name: name ?? "") ?? AuthError.database(error, during: .updatingUser)
        }
    }

    private func adminFactor(_ request: GatewayRequest) async throws -> (User, StoredFactor) {
        let user = try await storedUser(try userID(request))
        return (user, try await ownFactor(request, of: user.id))
    }

    private func shown(_ id: String, of user: User) throws(AuthError) -> JSON {
        guard let factor = user.factors.first(where: { $0.json["id"] == .string(id) }) else {
            throw .refused(.factorNotFound)
        }
        return factor.json
    }
}
