internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `PUT /user` (contract, section 6.11).
extension Endpoints {
    func updateUser(_ request: GatewayRequest, by bearer: Bearer) async throws -> Response {
        guard bearer.isForAudience(of: request) else { throw AuthError.audienceMismatch }
        let form = try UpdateUserForm(try await Fields(request))
        let user = bearer.user
        let now = clock.now()
        try checkAllowed(form, bearer: bearer)
        let email = try form.email.map { text throws(AuthError) in try EmailAddress(text).text }
        let phone = try form.phone.map { text throws(AuthError) in try PhoneNumber(text).digits }
        let newEmail = email == user.email.lowercased() ? nil : email
        let newPhone = phone == user.phone ? nil : phone
        if form.password != nil, needsNonce(bearer, now: now), form.nonce == nil {
            throw AuthError.refused(.reauthenticationNeeded)
        }
        let password = try await checkedPassword(form, bearer: bearer)

        let change: EmailChange? = try newEmail.map { address throws(AuthError) in
            try checkMailInterval(since: user.emailChangeSentAt, now: now)
            return try emailChange(
                to: address, of: user, challenge: form.challenge, redirectTo: redirectTarget(request), now: now)
        }
        if change?.mails.isEmpty == false { try await countMail() }
        if let nonce = form.nonce, form.password != nil, needsNonce(bearer, now: now), !nonce.isEmpty {
            try await checkAttempts(attempt(.code, account: user.id, request))
        }
        // Before the transaction, which waits for no other server.
        var phoneChange: [SQL] = []
        if let newPhone {
            try await checkFree(email: newEmail, phone: newPhone, of: user)
            phoneChange = try await self.phoneChange(to: newPhone, of: user, channel: form.channel, request, now: now)
        }
        var statements = (change?.statements ?? []) + phoneChange
        if let data = form.data { statements.append(merge(data, into: user.id, now: now)) }
        statements += audit(
            password == nil ? .userModified : .passwordUpdated, by: AuditEntry.Actor(user), request, now: now)
        let whole = UserChange(
            form: form, email: newEmail, phone: newPhone, password: password, statements: statements)
        do {
            let updated: User
            if let mails = change?.mails, let kind = mails.first?.kind {
                updated = try await handingOver(kind) { mailer in
                    try await store(whole, mails: mails, by: mailer, of: bearer, now: now)
                }
            } else {
                updated = try await store(whole, mails: [], by: nil, of: bearer, now: now)
            }
            if password != nil { await notify(.passwordChanged, updated) }
            return .json(updated.json)
        } catch let error as DatabaseError {
            throw error.takenAddress ?? AuthError.database(error, during: .updatingUser)
        }
    }

    private func store(
        _ change: UserChange, mails: [Mail], by mailer: (any Mailer)?, of bearer: Bearer, now: Timestamp
    ) async throws -> User {
        let user = bearer.user
        return try await database.transaction { transaction in
            try await checkFree(email: change.email, phone: change.phone, of: user, in: transaction)
            if let password = change.password {
                if let nonce = change.form.nonce, needsNonce(bearer, now: now) {
                    try await redeemNonce(nonce, of: user, in: transaction, now: now)
                }
                try await replacePassword(password, bearer: bearer, in: transaction, now: now)
            }
            let results = try await transaction.run(change.statements + [UserStatements.find(id: user.id)])
            guard let row = results.last?.first else { throw AuthError.bearerUserMissing }
            let stored = try User(row)
            try MetadataSize.check(stored, before: user)
            // Last, so that nothing is sent about what could not be stored.
            if let mailer { try await send(mails, by: mailer, in: transaction) }
            return stored
        }
    }

    private func checkAllowed(_ form: UpdateUserForm, bearer: Bearer) throws(AuthError) {
        let user = bearer.user
        if form.setsAppMetadata { throw .appMetadataNeedsAdmin }
        if form.phone != nil, !configuration.phone.isEnabled { throw .phoneDisabled(.signUp) }
        if form.email != nil || form.phone != nil || form.password != nil {
            if user.isSSO { throw .ssoManaged }
            if user.hasVerifiedFactor, bearer.session?.aal != "aal2" { throw .insufficientAAL }
        }
        if user.isAnonymous, form.password != nil, form.email == nil, form.phone == nil {
            throw .refused(.anonymousPassword)
        }
    }

    /// Whether a change of the password needs a code first: the sign-in is long ago.
    private func needsNonce(_ bearer: Bearer, now: Timestamp) -> Bool {
        guard configuration.isReauthenticationRequired else { return false }
        guard let session = bearer.session else { return true }
        return now > session.createdAt.advanced(by: AuthLimits.freshSession)
    }

    private func checkFree(email: String?, phone: String?, of user: User) async throws {
        try await during(.updatingUser) {
            try await database.transaction { try await checkFree(email: email, phone: phone, of: user, in: $0) }
        }
    }

    private func checkFree(email: String?, phone: String?, of user: User, in transaction: Transaction) async throws {
        if let email {
            let taken = try await transaction.run(UserStatements.isEmailTaken(email, besides: user.id))
            if try taken.first?.bool(0) == true { throw AuthError.emailExists }
        }
        if let phone {
            let taken = try await transaction.run(AdminStatements.isPhoneTaken(phone, besides: user.id))
            if try taken.first?.bool(0) == true { throw AuthError.phoneExists }
        }
    }

    /// What changing a number stores, after its code was sent; where numbers count as confirmed, it is changed at once.
    private func phoneChange(
        to phone: String, of user: User, channel name: String?, _ request: GatewayRequest, now: Timestamp
    ) async throws -> [SQL] {
        guard !configuration.phone.isAutoconfirmed else {
            return PhoneStatements.adopt(phone, userID: user.id, now: now)
        }
        let channel = try channel(name)
        let asked = CodeRequest(.phone, userID: user.id, for: .phoneChange)
        try await during(.updatingUser) {
            try await database.transaction { try await take(asked, in: $0, now: now) }
        }
        let sent = try await sendText(
            to: phone, of: user.json, channel: channel, asked: asked, request, now: now)
        return storing(sent, for: .phoneChange, userID: user.id, now: now)
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

/// What a request changes, judged already.
private struct UserChange: Sendable {
    let form: UpdateUserForm
    /// The new address and number; nil where they stay.
    let email: String?
    let phone: String?
    let password: PasswordChange?
    let statements: [SQL]
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
    let nonce: String?
    let channel: String?
    let challenge: CodeChallenge?
    let data: JSONObject?
    let setsAppMetadata: Bool

    init(_ fields: Fields) throws(AuthError) {
        email = try fields.filledText("email")
        phone = try fields.filledText("phone")
        password = try fields.text("password")
        currentPassword = try fields.filledText("current_password")
        nonce = try fields.filledText("nonce")
        channel = try fields.filledText("channel")
        challenge = try CodeChallenge.read(fields)
        data = try fields.metadata("data")
        setsAppMetadata = try fields.object("app_metadata") != nil
    }
}
