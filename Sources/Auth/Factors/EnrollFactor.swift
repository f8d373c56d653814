internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `POST /factors` (contract, section 6.13): a factor that its first verification makes effective.
extension Endpoints {
    func enrollFactor(_ request: GatewayRequest, by owner: FactorOwner) async throws -> Response {
        let form = try EnrollFactorForm(try await Fields(request))
        guard configuration.factors.availability(of: form.kind).isEnrollable else {
            throw AuthError.refused(.enrollDisabled(form.kind))
        }
        let enrollment = form.kind == .totp ? try totpEnrollment(form, for: owner.user) : nil
        let new = NewFactor(
            id: SecureRandom.uuid(), kind: form.kind, name: form.name, secret: enrollment?.secret,
            phone: form.phone?.digits)
        try await store(new, of: owner, request)

        var body: JSONObject = [
            "id": .string(new.id), "type": .string(form.kind.rawValue), "friendly_name": .string(form.name),
        ]
        if let enrollment { body["totp"] = enrollment.json }
        if form.kind == .phone { body["phone"] = .string(form.sentPhone) }
        // The secret is shown this once and must not stay in any cache.
        return .json(.object(body), headers: [.cacheControl: "no-store"])
    }

    private func totpEnrollment(_ form: EnrollFactorForm, for user: User) throws(AuthError) -> TOTPEnrollment {
        let account = [user.email, user.phone].first { !$0.isEmpty } ?? user.id
        let issuer = form.issuer ?? WebOrigin.host(configuration.redirects.siteURL) ?? "localhost"
        guard let enrollment = TOTPEnrollment(issuer: issuer, account: account) else {
            throw .invalid("issuer is too long")
        }
        return enrollment
    }

    /// Counts and stores while nobody else changes the user's factors.
    private func store(_ new: NewFactor, of owner: FactorOwner, _ request: GatewayRequest) async throws {
        let now = clock.now()
        let factors = configuration.factors
        do {
            try await database.transaction { transaction in
                let results = try await transaction.run([
                    FactorStatements.lockUser(id: owner.user.id),
                    FactorStatements.deleteStale(
                        userID: owner.user.id, enrolledBefore: now.advanced(by: .zero - factors.unverifiedLifetime),
                        challengedBefore: now.advanced(by: .zero - factors.challengeLifetime)),
                    UserStatements.find(id: owner.user.id),
                    SessionStatements.find(id: owner.session.id, userID: owner.user.id),
                ])
                guard let userRow = results[2].first else { throw AuthError.bearerUserMissing }
                guard let sessionRow = results[3].first else { throw AuthError.bearerSessionMissing }
                try checkRoom(
                    for: new, user: try User(userRow),
                    session: try owner.session.isRaised ? Session(sessionRow) : owner.session)
                var statements =
                    new.phone.map {
                        [FactorStatements.deleteUnverified(userID: owner.user.id, phone: $0)]
                    } ?? []
                statements.append(FactorStatements.insert(new, userID: owner.user.id, now: now))
                statements += audit(
                    .factorInProgress, by: AuditEntry.Actor(owner.user),
                    traits: ["factor_id": .string(new.id), "factor_type": .string(new.kind.rawValue)], request, now: now
                )
                try await transaction.run(statements)
            }
        } catch let error as DatabaseError {
            throw error.takenFactor(name: new.name) ?? AuthError.database(error, during: .updatingUser)
        }
    }

    /// In the order of the original: what is refused first is what clients are told.
    private func checkRoom(for new: NewFactor, user: User, session: Session) throws(AuthError) {
        if let phone = new.phone {
            let taken = user.factors.contains {
                $0.isVerified && $0.json["factor_type"] == "phone" && $0.json["phone"] == .string(phone)
            }
            guard !taken else { throw .refused(.phoneFactorExists) }
        }
        // An unverified factor with the same number is about to be replaced, name and all.
        let others = user.factors.filter { factor in
            new.phone == nil || factor.isVerified || factor.json["phone"]?.string != new.phone
        }
        guard !others.contains(where: { ($0.json["friendly_name"]?.string ?? "") == new.name }) else {
            throw .refused(.factorNameTaken(new.name))
        }
        guard others.count < configuration.factors.enrolledMax,
            others.count(where: \.isVerified) < configuration.factors.verifiedMax
        else { throw .refused(.tooManyFactors) }
        guard !user.hasVerifiedFactor || session.isRaised else { throw .refused(.enrollNeedsAAL2) }
    }
}

private struct EnrollFactorForm {
    let kind: StoredFactor.Kind
    let name: String
    let issuer: String?
    let phone: PhoneNumber?
    /// The number as it was sent, which is how it is answered.
    let sentPhone: String

    init(_ fields: Fields) throws(AuthError) {
        guard let kind = StoredFactor.Kind(rawValue: try fields.text("factor_type") ?? "") else {
            throw .invalid("factor_type needs to be totp, phone, or webauthn")
        }
        self.kind = kind
        name = try fields.text("friendly_name") ?? ""
        guard name.unicodeScalars.count <= FactorLimits.nameCharactersMax else {
            throw .invalid("friendly_name must be \(FactorLimits.nameCharactersMax) characters or less")
        }
        issuer = try fields.filledText("issuer")
        guard issuer?.utf8.count ?? 0 <= FactorLimits.issuerBytesMax else { throw .invalid("issuer is too long") }
        sentPhone = try fields.text("phone") ?? ""
        guard kind == .phone else {
            phone = nil
            return
        }
        guard !sentPhone.isEmpty else { throw .invalid("Phone number required to enroll Phone factor") }
        phone = try PhoneNumber(sentPhone)
    }
}

extension DatabaseError {
    /// The refusal where a name or number was taken between look and insert; nil for other errors.
    func takenFactor(name: String) -> AuthError? {
        guard sqlState == .uniqueViolation else { return nil }
        return switch serverError?.constraint {
        case "mfa_factors_user_friendly_name_unique": .refused(.factorNameTaken(name))
        case "unique_phone_factor_per_user": .refused(.phoneFactorExists)
        default: nil
        }
    }
}
