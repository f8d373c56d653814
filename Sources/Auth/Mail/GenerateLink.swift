internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /admin/generate_link` (contract, section 6.12): a code and link that the admin's own program sends.
extension Endpoints {
    func generateLink(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let form = try GenerateLinkForm(try await Fields(request), audience: configuration.audience)
        let target =
            form.redirectTo.flatMap { redirects.allows($0) ? $0 : nil } ?? redirectTarget(request)
        // Looked up once before: whether a password must be hashed, which no transaction waits for, depends on it.
        let known = try await database.run(UserStatements.find(email: form.email, audience: form.audience)).first
        let new = try await newUser(form, isKnown: known != nil)
        let now = clock.now()
        let link = try await retryingTakenAddress(.savingUser) {
            try await database.transaction { transaction in
                let user: User
                switch try await holder(email: form.email, audience: form.audience, in: transaction) {
                case .account(let existing): user = existing
                case .outsider: throw AuthError.emailExists
                case .nobody:
                    guard let new else { throw AuthError.refused(.linkTargetMissing) }
                    let created = try await transaction.run(
                        statements(creatingBare: new, now: now) + [UserStatements.find(id: new.id)])
                    guard let row = created.last?.first else {
                        throw AuthError.failed(cause: "a new user was gone before its link was made")
                    }
                    user = try User(row)
                }
                return try await generate(
                    form, for: user, isNew: user.id == new?.id, by: admin, request, in: transaction,
                    now: now)
            }
        }
        return .json(link.json(redirectTo: target, redirects: configuration.redirects))
    }

    /// The account that the link is to make; nil when there is one already.
    private func newUser(_ form: GenerateLinkForm, isKnown: Bool) async throws -> NewUser? {
        guard !isKnown else { return nil }
        switch form.type {
        case .signUp, .magicLink:
            var user = NewUser(
                id: SecureRandom.uuid(), audience: form.audience, email: form.email, passwordHash: "",
                appMetadata: SignUpAccount.appMetadata, userMetadata: form.data)
            if form.type == .signUp {
                guard let password = form.password else { throw AuthError.invalid("Signup requires a valid password") }
                try await checkStrength(of: password)
                user.passwordHash = try await hash(password)
            }
            return user
        case .invite: return try await invitedUser(form.email, data: form.data, audience: form.audience)
        case .recovery, .emailChangeCurrent, .emailChangeNew: throw AuthError.refused(.linkTargetMissing)
        }
    }

    private func generate(
        _ form: GenerateLinkForm, for user: User, isNew: Bool, by admin: AdminBearer, _ request: GatewayRequest,
        in transaction: Transaction, now: Timestamp
    ) async throws -> GeneratedLink {
        let type: GenerateLinkForm.Kind = isNew && form.type == .magicLink ? .signUp : form.type
        let address = type == .emailChangeNew ? try form.changedEmail() : form.email
        let token = OneTimeToken(address: address, codeLength: configuration.mailedCodeLength)
        var statements: [SQL]
        switch type {
        case .signUp, .invite:
            guard !user.isEmailConfirmed else { throw AuthError.emailExists }
            let code: MailedCode = type == .invite ? .invite : .confirmation
            statements = code.statements(
                storing: token, userID: user.id, address: address, challenge: nil, now: now)
            if type == .signUp, !isNew { statements.append(merge(form.data, into: user.id, now: now)) }
            if type == .invite { statements += invitation(of: user.id, form.email, by: admin, request, now: now) }
        case .magicLink, .recovery:
            statements =
                MailedCode.recovery.statements(
                    storing: token, userID: user.id, address: address, challenge: nil, now: now)
                + audit(.recoveryRequested, by: AuditEntry.Actor(user), request, now: now)
        case .emailChangeCurrent, .emailChangeNew:
            statements = try await emailChange(
                type, to: try form.changedEmail(), of: user, token: token, in: transaction, now: now)
        }
        guard let row = try await transaction.run(statements + [UserStatements.find(id: user.id)]).last?.first else {
            throw AuthError.failed(cause: "a user was gone before its link was stored")
        }
        let stored = try User(row)
        try MetadataSize.check(stored, before: user)
        return GeneratedLink(user: stored, type: type, token: token)
    }

    private func emailChange(
        _ type: GenerateLinkForm.Kind, to address: String, of user: User, token: OneTimeToken,
        in transaction: Transaction, now: Timestamp
    ) async throws -> [SQL] {
        if type == .emailChangeCurrent, !configuration.isEmailChangeSecure {
            throw AuthError.invalid("Enable secure email change to generate link for current email")
        }
        let taken = try await transaction.run(
            UserStatements.isEmailTaken(address, besides: user.id))
        if try taken.first?.bool(0) == true { throw AuthError.emailExists }
        let kind: OneTimeToken.Kind = type == .emailChangeCurrent ? .emailChangeCurrent : .emailChangeNew
        return [
            OneTimeTokenStatements.setHalfEmailChange(
                userID: user.id, newEmail: address, kind: kind, hash: token.codeHash, now: now),
            OneTimeTokenStatements.upsert(
                userID: user.id, kind: kind, hash: token.hash,
                relatesTo: kind == .emailChangeNew ? address : user.email, now: now),
        ]
            // A link for another new address must not help this one.
            + (user.newEmail == address
                ? []
                : [
                    OneTimeTokenStatements.delete(
                        userID: user.id, kind: kind == .emailChangeNew ? .emailChangeCurrent : .emailChangeNew)
                ])
    }
}

private struct GenerateLinkForm: Sendable {
    enum Kind: String, Sendable {
        case signUp = "signup"
        case invite, recovery
        case magicLink = "magiclink"
        case emailChangeCurrent = "email_change_current"
        case emailChangeNew = "email_change_new"
    }

    let type: Kind
    /// In lower case.
    let email: String
    let audience: String
    let newEmail: String?
    let password: String?
    let data: JSONObject
    let redirectTo: String?

    init(_ fields: Fields, audience: String) throws(AuthError) {
        guard let address = try fields.filledText("email") else { throw .invalid("An email address is required") }
        email = try EmailAddress(address).text
        let name = try fields.text("type") ?? ""
        guard let type = Kind(rawValue: name) else {
            throw .invalid("Invalid email action link type requested: \(name)")
        }
        self.type = type
        self.audience = audience
        newEmail = try fields.filledText("new_email")
        password = try fields.filledText("password")
        var data: JSONObject = [:]
        data.merge(removingNulls: try fields.metadata("data") ?? [:])
        self.data = data
        redirectTo = try fields.filledText("redirect_to")
    }

    func changedEmail() throws(AuthError) -> String {
        guard let newEmail else { throw .invalid("An email address is required") }
        return try EmailAddress(newEmail).text
    }
}

private struct GeneratedLink: Sendable {
    let user: User
    let type: GenerateLinkForm.Kind
    let token: OneTimeToken

    func json(redirectTo: String, redirects: RedirectConfiguration) -> JSON {
        let linkType: String =
            switch type {
            case .emailChangeCurrent, .emailChangeNew: "email_change"
            default: type.rawValue
            }
        let link = ActionLink(redirects, token: token.hash, type: linkType, redirectTo: redirectTo)
        var object = user.object(identities: .array(user.identities.map(\.json)))
        object["action_link"] = .string(link.url.reveal())
        object["email_otp"] = .string(token.code.reveal())
        object["hashed_token"] = .string(token.hash)
        object["verification_type"] = .string(type.rawValue)
        object["redirect_to"] = .string(redirectTo)
        return .object(object)
    }
}
