internal import Core
internal import Gateway
internal import Postgres

/// Who manages second factors: a user with a session, because factors are about sessions, and not an anonymous one.
struct FactorOwner: Sendable {
    let user: User
    let session: Session
}

extension Session {
    /// Whether a second factor was shown.
    var isRaised: Bool { aal == "aal2" || aal == "aal3" }
}

extension Endpoints {
    /// Throws `.bearerSessionMissing` for tokens without a session and the refusal of anonymous users.
    func factorOwner(_ request: GatewayRequest) async throws -> FactorOwner {
        let bearer = try await user(request)
        guard !bearer.user.isAnonymous else { throw AuthError.refused(.anonymousFactor) }
        guard let session = bearer.session else { throw AuthError.bearerSessionMissing }
        return FactorOwner(user: bearer.user, session: session)
    }

    /// The path's factor, which must be the user's own. Throws `.invalidPathID`, or the refusal that says it is not
    /// there: whether somebody else has it is not told.
    func ownFactor(_ request: GatewayRequest, of userID: String) async throws -> StoredFactor {
        let id = try factorID(request)
        guard let row = try await database.run(FactorStatements.find(id: id, userID: userID)).first else {
            throw AuthError.refused(.factorNotFound)
        }
        return try StoredFactor(row)
    }

    /// A factor that is not verified yet is part of an enrolment, and takes what an enrolment takes: who has the password
    /// alone must not complete it with a key or a telephone of another.
    func checkReach(of user: User, _ session: Session, to factor: StoredFactor) throws(AuthError) {
        guard factor.isVerified || !user.hasVerifiedFactor || session.isRaised else {
            throw .refused(.enrollNeedsAAL2)
        }
    }

    func factorID(_ request: GatewayRequest) throws(AuthError) -> String {
        guard let id = UUIDText.canonical(request.parameter("factor_id")) else {
            throw .invalidPathID(name: "factor_id")
        }
        return id
    }

    /// What security keys and passkeys are bound to. Throws `.failed` when neither it nor a site is configured.
    func relyingParty() throws(AuthError) -> RelyingParty {
        guard let party = RelyingParty(configuration) else {
            throw .failed(cause: "the domain of security keys is not configured and the site's URL has none")
        }
        return party
    }

    /// The client's address as challenges keep it.
    func challengeAddress(_ request: GatewayRequest) -> String { request.keptAddress ?? "0.0.0.0" }
}
