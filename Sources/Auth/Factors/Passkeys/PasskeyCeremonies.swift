internal import Core
internal import Cryptography
internal import Gateway
internal import Postgres

/// Beginning and ending passkey ceremonies.
extension Endpoints {
    /// Stores a ceremony and answers in the words of both `options` routes.
    func begin(
        _ ceremony: Ceremony, _ kind: CeremonyStatements.Kind, options: JSON
    ) async throws -> JSON {
        let now = clock.now()
        let expiry = now.advanced(by: configuration.factors.ceremonyLifetime)
        let id = SecureRandom.uuid()
        try await during(.updatingUser) {
            _ = try await database.run(
                .serviceItself,
                CeremonyStatements.insert(ceremony, id: id, kind: kind, expiry: expiry, now: now))
        }
        return ["challenge_id": .string(id), "options": options, "expires_at": .int(expiry.seconds)]
    }

    /// Takes the ceremony that a response names. It is used up whatever the response turns out to be.
    func take(
        _ form: PasskeyResponseForm, _ kind: CeremonyStatements.Kind, userID: String?
    ) async throws -> Ceremony {
        let taken = try await during(.updatingUser) {
            try await database.run(CeremonyStatements.take(id: form.challengeID, kind: kind, userID: userID))
        }
        guard let row = taken.first else { throw AuthError.refused(.ceremonyNotFound) }
        guard clock.now() <= Timestamp(microseconds: Int64(try row.int(0))) else {
            throw AuthError.refused(.ceremonyExpired)
        }
        guard let ceremony = Ceremony(try row.json(1)) else {
            throw AuthError.failed(cause: "a stored passkey ceremony cannot be read")
        }
        return ceremony
    }
}

/// The body of both `verify` routes.
struct PasskeyResponseForm: Sendable {
    let challengeID: String
    private let credential: JSON

    init(_ fields: Fields) throws(AuthError) {
        guard let challenge = try fields.filledText("challenge_id") else { throw .invalid("challenge_id is required") }
        guard let credential = try fields.object("credential") else { throw .invalid("credential is required") }
        guard let id = UUIDText.canonical(challenge) else { throw .invalid("challenge_id must be a valid UUID") }
        challengeID = id
        self.credential = .object(credential)
    }

    /// Throws the refusal of a response that is not of its form.
    func response() throws(AuthError) -> CredentialResponse {
        do throws(WebAuthnFault) { return try CredentialResponse(credential) } catch {
            throw .refused(.credentialMalformed)
        }
    }
}
