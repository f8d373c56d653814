internal import Core
internal import Postgres

/// Challenges to security keys: a registration while the factor is unverified, a signature afterwards.
extension Endpoints {
    func askSecurityKey(_ question: FactorQuestion) async throws -> JSONObject {
        let party = try relyingParty()
        let user = question.owner.user
        let ceremony = Ceremony(relyingPartyID: party.id, userID: user.id)
        let options: JSON
        if question.factor.isVerified {
            guard let credential = question.factor.credential else {
                throw AuthError.failed(cause: "a verified security key has no credential")
            }
            options = party.requestOptions(ceremony, allowed: [credential])
        } else {
            let registered = try await database.run(FactorStatements.credentials(userID: user.id)).rows
                .compactMap { row in StoredCredential(try row.json(0)) }
            options = party.creationOptions(ceremony, for: user, isDiscoverable: false, excluded: registered)
        }
        let expiry = question.now.advanced(by: configuration.factors.challengeLifetime)
        try await store(question, ceremony: ceremony.json(expiry: expiry))
        return [
            "webauthn": [
                "type": .string(question.factor.isVerified ? "request" : "create"),
                "credential_options": ["publicKey": options],
            ]
        ]
    }
}

extension FactorStatements {
    /// What the user's verified security keys registered.
    static func credentials(userID: String) -> SQL {
        """
        select web_authn_credential
        from auth.mfa_factors
        where user_id = \(userID)::uuid and factor_type = 'webauthn' and status = 'verified'
            and web_authn_credential is not null
        """
    }
}
