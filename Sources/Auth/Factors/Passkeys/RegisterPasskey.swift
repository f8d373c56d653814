internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `POST /passkeys/registration/…` (contract, section 6.14).
extension Endpoints {
    /// Who may add passkeys. Refuses anonymous users, whom nothing but a session proves, users of single sign-on, and
    /// sessions without the second factor that the user has.
    func passkeyRegistrant(_ request: GatewayRequest) async throws -> Bearer {
        let bearer = try await passkeyOwner(request)
        guard !bearer.user.isAnonymous else { throw AuthError.refused(.anonymousFactor) }
        guard !bearer.user.isSSO else { throw AuthError.refused(.passkeyOfSSO) }
        try checkPasskeyManagement(bearer)
        return bearer
    }

    func askToRegisterPasskey(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        _ = try await Fields(request, optional: true)
        let party = try relyingParty()
        let registered = try await passkeys(of: bearer.user.id)
        guard registered.count < configuration.factors.passkeysMax else { throw AuthError.refused(.tooManyPasskeys) }
        let ceremony = Ceremony(relyingPartyID: party.id, userID: bearer.user.id)
        let options = party.creationOptions(
            ceremony, for: bearer.user, isDiscoverable: true, excluded: registered.map(\.credential))
        return .json(
            try await begin(ceremony, .registration, options: options), headers: [.cacheControl: "no-store"])
    }

    func registerPasskey(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        let form = try PasskeyResponseForm(try await Fields(request))
        let ceremony = try await take(form, .registration, userID: bearer.user.id)
        let response = try form.response()
        let party = try relyingParty()
        let credential: StoredCredential
        do throws(WebAuthnFault) { credential = try party.register(response, ceremony) } catch {
            throw AuthError.refused(.credentialRefused)
        }
        let id = SecureRandom.uuid()
        let now = clock.now()
        do {
            let passkey = try await database.transaction { transaction in
                let results = try await transaction.run([
                    FactorStatements.lockUser(id: bearer.user.id), PasskeyStatements.list(userID: bearer.user.id),
                ])
                guard results[1].rowCount < configuration.factors.passkeysMax else {
                    throw AuthError.refused(.tooManyPasskeys)
                }
                let stored = try await transaction.run(
                    [
                        PasskeyStatements.insert(
                            credential, id: id, userID: bearer.user.id,
                            name: AuthenticatorModel.name(credential.authenticatorID), now: now)
                    ]
                        + audit(
                            .passkeyCreated, by: AuditEntry.Actor(bearer.user), traits: ["passkey_id": .string(id)],
                            request, now: now))
                guard let row = stored.first?.first else {
                    throw AuthError.failed(cause: "a passkey was not stored")
                }
                return try StoredPasskey(row)
            }
            return .json(passkey.json)
        } catch let error as DatabaseError {
            throw error.sqlState == .uniqueViolation
                ? AuthError.refused(.passkeyExists) : AuthError.database(error, during: .updatingUser)
        }
    }
}
