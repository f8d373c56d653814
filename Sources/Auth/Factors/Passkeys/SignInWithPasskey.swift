internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `POST /passkeys/authentication/…` (contract, section 6.14): the authenticator says who signs in.
extension Endpoints {
    func askForPasskey(_ request: GatewayRequest) async throws -> Response {
        try checkPasskeysEnabled()
        _ = try await Fields(request, optional: true)
        let party = try relyingParty()
        let ceremony = Ceremony(relyingPartyID: party.id, userID: nil)
        return .json(
            try await begin(ceremony, .authentication, options: party.requestOptions(ceremony, allowed: [])),
            headers: [.cacheControl: "no-store"])
    }

    func signInWithPasskey(_ request: GatewayRequest) async throws -> Response {
        try checkPasskeysEnabled()
        let form = try PasskeyResponseForm(try await Fields(request))
        let ceremony = try await take(form, .authentication, userID: nil)
        let response = try form.response()
        let (passkey, use) = try await checkedPasskey(response, ceremony)
        let user = try await storedUser(passkey.userID)
        let now = clock.now()
        try checkMaySignIn(user, now: now)

        let opening = SessionOpening(userID: user.id, method: "passkey", request: request, now: now)
        let grant = try await during(.issuingSession) {
            try await database.transaction { transaction -> Grant? in
                let used = try await transaction.run(PasskeyStatements.use(id: passkey.id, use, now: now))
                guard !used.isEmpty else { throw AuthError.refused(.credentialRefused) }
                return try opening.opened(
                    try await transaction.run(
                        audit(
                            .login, by: AuditEntry.Actor(user), traits: ["passkey_id": .string(passkey.id)], request,
                            now: now) + opening.statements))
            }
        }
        // Banned since it was read.
        guard let grant else { throw AuthError.bearerUserBanned }
        return try await answer(grant, method: "passkey", now: now)
    }

    /// The passkey that signed. All that can be wrong is told in the same words.
    private func checkedPasskey(
        _ response: CredentialResponse, _ ceremony: Ceremony
    ) async throws -> (StoredPasskey, RelyingParty.Use) {
        let party = try relyingParty()
        guard let handle = try? response.userHandle(), let userID = UUIDText.canonical(handle),
            let row = try await database.run(
                PasskeyStatements.find(credentialID: response.credentialID, userID: userID)
            ).first
        else { throw AuthError.refused(.credentialRefused) }
        let passkey = try StoredPasskey(row)
        do throws(WebAuthnFault) {
            return (passkey, try party.authenticate(response, with: passkey.credential, of: userID, ceremony))
        } catch {
            throw AuthError.refused(.credentialRefused)
        }
    }

    private func checkMaySignIn(_ user: User, now: Timestamp) throws(AuthError) {
        guard user.deletedAt == nil else { throw .refused(.credentialRefused) }
        guard user.email.isEmpty || user.isEmailConfirmed else { throw .refused(.passkeyEmailNotConfirmed) }
        guard user.phone.isEmpty || user.phoneConfirmedAt != nil else { throw .refused(.passkeyPhoneNotConfirmed) }
        guard !user.isBanned(at: now) else { throw .bearerUserBanned }
    }
}
