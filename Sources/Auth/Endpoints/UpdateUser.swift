internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `PUT /user` (contract, section 6.11).
extension Endpoints {
    func updateUser(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        guard bearer.token.audience == audience(of: request) else { throw AuthError.audienceMismatch }
        let form = try UpdateUserForm(try await Fields(request))
        let user = bearer.user
        try checkAllowed(form, bearer: bearer)
        let email = try form.email.map { text throws(AuthError) in try EmailAddress(text).text }
        let newEmail = email == user.email.lowercased() ? nil : email
        let password = try await checkedPassword(form, bearer: bearer)

        let now = clock.now()
        let change: EmailChange? = try newEmail.map { address throws(AuthError) in
            try emailChange(to: address, of: user, redirectTo: redirectTarget(request), now: now)
        }
        do {
            let updated = try await database.transaction { transaction in
                if let newEmail {
                    let taken = try await transaction.run(
                        UserStatements.isEmailTaken(newEmail, audience: user.audience, besides: user.id))
                    if try taken.first?.bool(0) == true { throw AuthError.emailExists }
                }
                if let password {
                    try await replacePassword(password, bearer: bearer, in: transaction, now: now)
                }
                var statements = change?.statements ?? []
                if let data = form.data { statements.append(merge(data, into: user.id, now: now)) }
                statements.append(UserStatements.find(id: user.id))
                guard let row = try await transaction.run(statements).last?.first else {
                    throw AuthError.bearerUserMissing
                }
                // Last, so that nothing is sent about what could not be stored.
                if let mails = change?.mails, let first = mails.first {
                    try await send(mails, by: try mailer(for: first.kind), in: transaction)
                }
                return try User(row)
            }
            if password != nil { await notify(.passwordChanged, updated) }
            return .json(updated.json)
        } catch let error as DatabaseError {
            throw error.isTakenEmail ? AuthError.emailExists : AuthError.database(error, during: .updatingUser)
        }
    }

    private func checkAllowed(_ form: UpdateUserForm, bearer: Bearer) throws(AuthError) {
        let user = bearer.user
        if form.setsAppMetadata { throw .appMetadataNeedsAdmin }
        if form.phone != nil { throw .phoneDisabled(.signUp) }
        if form.email != nil || form.password != nil {
            if user.isSSO { throw .ssoManaged }
            if user.hasVerifiedFactor, bearer.session?.aal != "aal2" { throw .insufficientAAL }
        }
        if user.isAnonymous, form.password != nil, form.email == nil {
            throw .invalid("Updating password of an anonymous user without an email or phone is not allowed")
        }
    }

    /// The new password's hash, and the old one that it replaces. Nil when none was sent.
    private func checkedPassword(_ form: UpdateUserForm, bearer: Bearer) async throws(AuthError) -> PasswordChange? {
        guard let password = form.password else { return nil }
        let user = bearer.user
        try await checkStrength(of: password)
        if let hash = user.passwordHash {
            if configuration.isCurrentPasswordRequired, !bearer.isRecovery {
                guard let current = form.currentPassword else { throw .currentPasswordRequired }
                guard try await verify(current, of: user) else { throw .currentPasswordInvalid }
            }
            if try await verify(password, of: user) { throw .samePassword }
            return PasswordChange(old: hash.reveal(), new: try await self.hash(password))
        }
        return PasswordChange(old: nil, new: try await self.hash(password))
    }

    /// Other sessions end with the old password.
    private func replacePassword(
        _ change: PasswordChange, bearer: Bearer, in transaction: Transaction, now: Timestamp
    ) async throws {
        let userID = bearer.user.id
        let sessions =
            bearer.session.map { SessionStatements.deleteOthers(userID: userID, keeping: $0.id) }
            ?? SessionStatements.deleteAll(userID: userID)
        let results = try await transaction.run([
            UserStatements.setPassword(id: userID, hash: change.new, replacing: change.old, now: now), sessions,
            UserStatements.deleteOneTimeTokens(userID: userID),
        ])
        // Somebody changed it since it was checked; that one stands.
        guard results.first?.isEmpty == false else { throw AuthError.currentPasswordInvalid }
    }

    func merge(_ data: JSONObject, into userID: String, now: Timestamp) -> SQL {
        let (added, removed) = data.splitAtNulls
        return UserStatements.mergeUserMetadata(id: userID, added: added, removed: removed, now: now)
    }
}

private struct PasswordChange: Sendable {
    let old: String?
    let new: String
}

extension Bearer {
    /// Whether the session came from a mail, whose holder need not know the current password.
    fileprivate var isRecovery: Bool {
        session?.methods.contains { ["recovery", "otp", "magiclink"].contains($0.method) } ?? false
    }
}

extension JSONObject {
    /// What a shallow merge adds and which keys it removes.
    var splitAtNulls: (added: JSONObject, removed: [String]) {
        let added = JSONObject(members.filter { !$0.value.isNull }.map { ($0.key, $0.value) })
        return (added, members.filter { $0.value.isNull }.map(\.key))
    }
}

private struct UpdateUserForm: Sendable {
    let email: String?
    let phone: String?
    let password: String?
    let currentPassword: String?
    let data: JSONObject?
    let setsAppMetadata: Bool

    init(_ fields: Fields) throws(AuthError) {
        email = try fields.filledText("email")
        phone = try fields.filledText("phone")
        password = try fields.text("password")
        currentPassword = try fields.filledText("current_password")
        data = try fields.object("data")
        setsAppMetadata = try fields.object("app_metadata") != nil
    }
}
