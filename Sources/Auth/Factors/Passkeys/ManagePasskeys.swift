internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `/passkeys` and `/admin/users/{id}/passkeys` (contract, section 5).
extension Endpoints {
    func checkPasskeysEnabled() throws(AuthError) {
        guard configuration.factors.arePasskeysEnabled else { throw .refused(.passkeysDisabled) }
    }

    /// The user whose passkeys are meant. That passkeys are off is told before anything else.
    func passkeyOwner(_ request: GatewayRequest) async throws -> Bearer {
        try checkPasskeysEnabled()
        return try await user(request)
    }

    /// Adding and removing ways to sign in takes the second factor, if the user has one.
    func checkPasskeyManagement(_ bearer: Bearer) throws(AuthError) {
        guard !bearer.user.hasVerifiedFactor || bearer.session?.isRaised == true else {
            throw .refused(.passkeyNeedsAAL2)
        }
    }

    func passkeys(of userID: String) async throws -> [StoredPasskey] {
        try await database.run(PasskeyStatements.list(userID: userID)).rows.map { row in try StoredPasskey(row) }
    }

    func listPasskeys(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        .json(.array(try await passkeys(of: bearer.user.id).map(\.json)))
    }

    func renamePasskey(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        let id = try passkeyID(request)
        let name = try await Fields(request).text("friendly_name") ?? ""
        guard !name.isEmpty else { throw AuthError.invalid("friendly_name is required") }
        guard name.utf8.count <= FactorLimits.passkeyNameBytesMax else {
            throw AuthError.invalid("friendly_name must be \(FactorLimits.passkeyNameBytesMax) characters or less")
        }
        let now = clock.now()
        let passkey = try await during(.updatingUser) {
            try await database.transaction { transaction in
                let renamed = try await transaction.run(
                    PasskeyStatements.rename(id: id, userID: bearer.user.id, name: name, now: now))
                guard let row = renamed.first else { throw AuthError.refused(.passkeyNotFound) }
                try await transaction.run(
                    audit(
                        .passkeyUpdated, by: AuditEntry.Actor(bearer.user), traits: ["passkey_id": .string(id)],
                        request,
                        now: now))
                return try StoredPasskey(row)
            }
        }
        return .json(passkey.json)
    }

    func deletePasskey(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        try checkPasskeyManagement(bearer)
        let id = try passkeyID(request)
        try await deletePasskey(
            id, of: bearer.user.id, by: AuditEntry.Actor(bearer.user), traits: ["passkey_id": .string(id)], request)
        return .empty(.noContent)
    }

    // MARK: Admins

    func listPasskeys(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let user = try await storedUser(try userID(request))
        return .json(.array(try await passkeys(of: user.id).map(\.json)))
    }

    func deletePasskey(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let user = try await storedUser(try userID(request))
        let id = try passkeyID(request)
        try await deletePasskey(
            id, of: user.id, by: AuditEntry.Actor(admin),
            traits: ["user_id": .string(user.id), "passkey_id": .string(id)], request)
        return .empty(.noContent)
    }

    private func deletePasskey(
        _ id: String, of userID: String, by actor: AuditEntry.Actor, traits: JSONObject, _ request: GatewayRequest
    ) async throws {
        let now = clock.now()
        try await during(.updatingUser) {
            try await database.transaction { transaction in
                let deleted = try await transaction.run(PasskeyStatements.delete(id: id, userID: userID))
                guard !deleted.isEmpty else { throw AuthError.refused(.passkeyNotFound) }
                try await transaction.run(audit(.passkeyDeleted, by: actor, traits: traits, request, now: now))
            }
        }
    }

    /// Throws the refusal that says it is not there: a passkey of somebody else, and an id that is none, are told the same.
    private func passkeyID(_ request: GatewayRequest) throws(AuthError) -> String {
        guard let id = UUIDText.canonical(request.parameter("passkey_id")) else { throw .refused(.passkeyNotFound) }
        return id
    }
}
