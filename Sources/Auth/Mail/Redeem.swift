internal import Core
internal import Gateway
internal import Postgres

/// A token on its way to being used up.
struct Presentation: Sendable {
    let type: VerificationType
    let token: PresentedToken
    /// Set for a number whose code is fixed: nothing need be pending then.
    var fixedCodePhone: String?
    /// Set for codes, which can be guessed.
    var attempt: Attempt?
    /// What is said of anything that is wrong with it.
    let refusal: Refusal
}

/// What a redeemed token does; nothing of it has happened yet but that the token is gone.
struct Redeemed: Sendable {
    let type: VerificationType
    /// As it was before.
    let user: User
    let statements: [SQL]

    var userID: String { user.id }
}

extension Endpoints {
    static let halfChangeText =
        "Confirmation link accepted. Please proceed to confirm link sent to the other email"

    /// Uses up a token. Nil for the first of two agreements to a change of address: that is noted already.
    func redeem(
        _ presentation: Presentation, _ request: GatewayRequest, in transaction: Transaction, now: Timestamp
    ) async throws -> Redeemed? {
        let redemption = try await take(presentation, request, in: transaction, now: now)
        if let success = presentation.attempt.map({ successStatements($0) }), !success.isEmpty {
            try await transaction.run(success)
        }
        if redemption.kind == .emailChangeNew || redemption.kind == .emailChangeCurrent, asksBoth(redemption) {
            try await transaction.run(
                RedemptionStatements.noteHalfChange(userID: redemption.user.id, kind: redemption.kind))
            return nil
        }
        let type = presentation.type.resolved(as: redemption.kind)
        return Redeemed(
            type: type, user: redemption.user,
            statements: RedemptionStatements.burn(userID: redemption.user.id)
                + effects(of: redemption, as: type, request, now: now))
    }

    /// Tells who had the old address that the account has another; after the transaction.
    func tellOfChange(_ redeemed: Redeemed) async {
        var facts = Mail.Facts()
        switch redeemed.type {
        case .emailChange:
            facts.oldEmail = redeemed.user.email
            await notify(.emailChanged, redeemed.user, facts: facts)
        case .phoneChange:
            facts.oldPhone = redeemed.user.phone
            facts.phone = redeemed.user.newPhone
            await notify(.phoneChanged, redeemed.user, facts: facts)
        case .signUp, .invite, .email, .magicLink, .recovery, .sms: break
        }
    }

    private func take(
        _ presentation: Presentation, _ request: GatewayRequest, in transaction: Transaction, now: Timestamp
    ) async throws -> Redemption {
        let type = presentation.type
        if let phone = presentation.fixedCodePhone {
            let row = try await transaction.run(
                RedemptionStatements.lock(
                    phone: phone, isChange: type == .phoneChange, audience: configuration.audience)
            ).first
            guard let user = try row.map({ try User($0) }) else { throw AuthError.refused(presentation.refusal) }
            guard !user.isBanned(at: now) else { throw AuthError.bearerUserBanned }
            return Redemption(user: user, kind: type.kinds[0], relatesTo: phone, isHalfChanged: false)
        }
        let results = try await transaction.run(RedemptionStatements.redeem(presentation.token, kinds: type.kinds))
        guard results.count == 2, let row = results[0].first, let gone = results[1].first else {
            throw AuthError.refused(presentation.refusal)
        }
        let user = try User(row)
        guard try gone.text(0) == user.id, let kind = OneTimeToken.Kind(rawValue: try gone.text(1)) else {
            throw AuthError.refused(presentation.refusal)
        }
        let redemption = Redemption(
            user: user, kind: kind, relatesTo: try gone.text(2), isHalfChanged: try gone.bool(3))
        do throws(Redemption.Fault) {
            try redemption.check(
                as: type, mailLifetime: configuration.mail.codeLifetime,
                textLifetime: configuration.phone.codeLifetime, now: now)
        } catch {
            throw error == .banned ? AuthError.bearerUserBanned : AuthError.refused(presentation.refusal)
        }
        return redemption
    }

    /// Whether the other address has still to agree.
    private func asksBoth(_ redemption: Redemption) -> Bool {
        configuration.isEmailChangeSecure && !configuration.isEmailAutoconfirmed && !redemption.isHalfChanged
            && !redemption.user.email.isEmpty
    }

    private func effects(
        of redemption: Redemption, as type: VerificationType, _ request: GatewayRequest, now: Timestamp
    ) -> [SQL] {
        let user = redemption.user
        func noted(_ action: AuditEntry.Action, _ provider: String? = nil) -> [SQL] {
            let traits: JSONObject = provider.map { ["provider": .string($0)] } ?? [:]
            return audit(action, by: AuditEntry.Actor(user), traits: traits, request, now: now)
        }
        let confirmation = [
            UserStatements.confirmEmail(id: user.id, now: now),
            RedemptionStatements.markIdentitiesVerified(userID: user.id, now: now),
            IdentityStatements.refreshProviders(userID: user.id, now: now),
        ]
        switch type {
        case .signUp, .invite, .email:
            return confirmation + noted(user.invitedAt == nil ? .userSignedUp : .inviteAccepted, "email")
        case .magicLink, .recovery:
            guard !user.isEmailConfirmed else { return noted(.login, "email") }
            return RedemptionStatements.dropUnproven(userID: user.id) + confirmation + noted(.userSignedUp, "email")
        case .emailChange:
            return RedemptionStatements.adopt(user.newEmail, userID: user.id, now: now) + noted(.userModified)
        case .sms:
            return PhoneStatements.confirm(userID: user.id, now: now)
                + noted(user.phoneConfirmedAt == nil ? .userSignedUp : .login, "phone")
        case .phoneChange:
            return PhoneStatements.adopt(user.newPhone, userID: user.id, now: now) + noted(.userModified)
        }
    }
}
