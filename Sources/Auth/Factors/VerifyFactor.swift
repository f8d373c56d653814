internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /factors/{id}/verify` (contract, section 6.13): raises the session to the second level of assurance.
extension Endpoints {
    func verifyFactor(_ request: GatewayRequest, by owner: FactorOwner) async throws -> Response {
        let factor = try await ownFactor(request, of: owner.user.id)
        let form = try VerifyFactorForm(try await Fields(request), for: factor)
        guard configuration.factors.availability(of: factor.kind).isVerifiable else {
            throw AuthError.refused(.verifyDisabled(factor.kind))
        }
        try checkReach(of: owner.user, owner.session, to: factor)
        let now = clock.now()
        let challenge = try await openChallenge(form.challengeID, of: factor, request, now: now)
        let attempt = FactorAttempt(
            factor: factor, challenge: challenge, owner: owner, request: request, now: now)
        let proof: FactorProof? =
            switch form.answer {
            case .code(let code): try await judge(code, attempt)
            case .credential(let response): judge(response, attempt)
            }
        switch try await judgeAttempt(attempt, isValid: proof != nil) {
        case .proceed: break
        case .reject(let text):
            try await during(.signingOut) {
                _ = try await database.run(SessionStatements.deleteAll(userID: owner.user.id))
            }
            throw AuthError.refused(.attemptRejected(text))
        }
        guard let proof else { throw AuthError.refused(factor.kind.wrongAnswer) }
        let grant = try await raise(attempt, by: proof)
        if !factor.isVerified { await notify(.factorEnrolled, grant.user, facts: .factor(factor)) }
        return try await answer(grant, method: factor.kind.method, now: now)
    }

    /// A challenge that can still be answered from here. What is wrong is told in the order of the original.
    private func openChallenge(
        _ id: String, of factor: StoredFactor, _ request: GatewayRequest, now: Timestamp
    ) async throws -> StoredChallenge {
        let found = try await database.run(
            ChallengeStatements.find(id: id, factorID: factor.id, from: challengeAddress(request)))
        guard let row = found.first else {
            throw AuthError.refused(.challengeNotFound)
        }
        let challenge = try StoredChallenge(row)
        guard !challenge.isAnswered, challenge.isFromHere else {
            throw AuthError.refused(.challengeElsewhere)
        }
        guard now <= challenge.createdAt.advanced(by: configuration.factors.challengeLifetime),
            challenge.attempts < FactorLimits.challengeAttemptsMax
        else { throw AuthError.refused(.challengeExpired(challenge.id)) }
        return challenge
    }

    /// Codes can be guessed, so each guess is counted before it is judged.
    private func judge(_ code: String, _ attempt: FactorAttempt) async throws -> FactorProof? {
        let reserved = try await during(.updatingUser) {
            try await database.run(
                FactorGuardStatements.reserve(
                    factorID: attempt.factor.id, challengeID: attempt.challenge.id, now: attempt.now))
        }
        guard try reserved.first?.bool(0) == true else { throw AuthError.overloaded }
        guard try reserved.first?.bool(1) == true else {
            throw AuthError.refused(.challengeExpired(attempt.challenge.id))
        }
        switch attempt.factor.kind {
        case .phone: return PhoneCode.isValid(code, for: attempt.challenge) ? .code : nil
        case .webAuthn: return nil
        case .totp:
            guard let generator = TOTP(secret: attempt.factor.secret.reveal()) else {
                throw AuthError.failed(cause: "the secret of a factor cannot be read: it is encrypted or damaged")
            }
            return generator.step(of: code, at: attempt.now, after: attempt.factor.lastStep).map { .timeStep($0) }
        }
    }

    private func judge(_ response: SecurityKeyResponse, _ attempt: FactorAttempt) -> FactorProof? {
        guard let ceremony = attempt.challenge.ceremony, let party = RelyingParty(configuration) else { return nil }
        do throws(WebAuthnFault) {
            let parsed = response.parsed
            guard attempt.factor.isVerified else {
                return .registration(try party.register(parsed, ceremony), parsed.summary)
            }
            guard let credential = attempt.factor.credential else { return nil }
            let use = try party.authenticate(parsed, with: credential, of: attempt.owner.user.id, ceremony)
            return .signature(use, parsed.summary)
        } catch {
            return nil
        }
    }
}

/// An answer to a challenge, about to be judged.
struct FactorAttempt: Sendable {
    let factor: StoredFactor
    let challenge: StoredChallenge
    let owner: FactorOwner
    let request: GatewayRequest
    let now: Timestamp
}

/// What showed that the user holds a factor.
enum FactorProof: Sendable {
    case code
    /// A TOTP code of this time step.
    case timeStep(Int)
    /// A security key that was just registered, and what is kept of its response.
    case registration(StoredCredential, JSON)
    case signature(RelyingParty.Use, JSON)
}

extension StoredFactor.Kind {
    fileprivate var wrongAnswer: Refusal {
        switch self {
        case .totp: .wrongTOTPCode
        case .phone: .wrongPhoneCode
        case .webAuthn: .wrongSignature
        }
    }
}

/// A security key's response whose form has been judged.
struct SecurityKeyResponse: Sendable {
    let parsed: CredentialResponse
}

private struct VerifyFactorForm {
    enum Answer {
        case code(String)
        case credential(SecurityKeyResponse)
    }

    let challengeID: String
    let answer: Answer

    init(_ fields: Fields, for factor: StoredFactor) throws(AuthError) {
        let challenge = try fields.text("challenge_id") ?? UUIDText.zero
        guard let id = UUIDText.canonical(challenge) else { throw .badJSON(reason: "challenge_id must be a UUID") }
        challengeID = id
        guard factor.kind == .webAuthn else {
            let code = (try fields.text("code") ?? "").filter { $0 != " " }
            guard !code.isEmpty else { throw .invalid("Code needs to be non-empty") }
            answer = .code(code)
            return
        }
        guard let webAuthn = try fields.object("webauthn") else { throw .invalid("WebAuthn config required") }
        let form = Fields(webAuthn)
        let type = try form.text("type") ?? ""
        guard type == "create" || type == "request" else { throw .invalid("WebAuthn type must be create or request") }
        guard let response = try form.object("credential_response") else {
            throw .invalid("credential_response required")
        }
        // A new key in the place of a registered one would let anybody pass who knows the password.
        guard type == (factor.isVerified ? "request" : "create") else {
            throw .invalid("WebAuthn type must be \(factor.isVerified ? "request" : "create") for this factor")
        }
        do throws(WebAuthnFault) {
            answer = .credential(SecurityKeyResponse(parsed: try CredentialResponse(.object(response))))
        } catch {
            throw .invalid("Invalid credential_response")
        }
    }
}
