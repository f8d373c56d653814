internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /admin/users` (contract, section 6.12). Passwords are not judged here, and metadata is stored as it is sent.
extension Endpoints {
    func createUser(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let form = try AdminUserForm(try await Fields(request))
        guard form.email != nil || form.phone != nil else {
            throw AuthError.invalid("Cannot create a user without either an email or phone")
        }
        let hash: String
        if let given = form.passwordHash {
            hash = given
        } else {
            // Without a password nobody can sign in by one: the hash is of 30 random letters that are not kept.
            hash = try await self.hash(
                form.password ?? SecureRandom.text(length: 30, alphabet: SecureRandom.alphanumerics))
        }
        let now = clock.now()
        let user = newUser(form, audience: form.audience ?? configuration.audience, hash: hash)
        do {
            let stored = try await database.transaction { transaction in
                try await checkFree(form, besides: user.id, in: transaction)
                guard
                    let row = try await transaction.run(creation(of: user, form, request, by: admin, now: now)).last?
                        .first
                else {
                    throw AuthError.failed(cause: "a new user was gone before it was read")
                }
                return try User(row)
            }
            return .json(stored.json)
        } catch let error as DatabaseError {
            throw error.refusedChange ?? AuthError.database(error, during: .savingUser)
        }
    }

    private func newUser(_ form: AdminUserForm, audience: String, hash: String) -> NewUser {
        let providers = (form.email == nil ? [] : ["email"]) + (form.phone == nil ? [] : ["phone"])
        var appMetadata: JSONObject = [
            "provider": .string(providers[0]), "providers": .array(providers.map { .string($0) }),
        ]
        appMetadata.merge(removingNulls: form.appMetadata ?? [:])
        var userMetadata: JSONObject = [:]
        userMetadata.merge(removingNulls: form.userMetadata ?? [:])
        return NewUser(
            id: form.id ?? SecureRandom.uuid(), audience: audience, email: form.email ?? "", phone: form.phone ?? "",
            passwordHash: hash, appMetadata: appMetadata, userMetadata: userMetadata)
    }

    private func creation(
        of user: NewUser, _ form: AdminUserForm, _ request: GatewayRequest, by admin: AdminBearer, now: Timestamp
    ) -> [SQL] {
        var statements = [
            UserStatements.insert(user, now: now),
            UserStatements.setRole(id: user.id, role: form.role ?? configuration.defaultRole),
        ]
        statements += audit(
            .userSignedUp, by: AuditEntry.Actor(admin),
            traits: AuditEntry.subject(id: user.id, email: user.email, phone: user.phone), request, now: now)
        if let email = form.email {
            let claims = IdentityStatements.emailData(userID: user.id, email: email, isVerified: form.confirmsEmail)
            statements.append(IdentityStatements.upsertEmail(userID: user.id, data: claims, now: now))
        }
        if let phone = form.phone {
            statements.append(
                AdminStatements.upsertPhoneIdentity(
                    userID: user.id, phone: phone, isVerified: form.confirmsPhone, now: now))
        }
        let confirmsEmail = form.confirmsEmail && form.email != nil
        let confirmsPhone = form.confirmsPhone && form.phone != nil
        if confirmsEmail || confirmsPhone {
            statements.append(
                AdminStatements.confirm(id: user.id, email: confirmsEmail, phone: confirmsPhone, now: now))
        }
        if let end = form.banEnd(now: now) { statements.append(AdminStatements.ban(id: user.id, until: end, now: now)) }
        return statements + [UserStatements.find(id: user.id)]
    }

    /// Throws `.emailExists` and `.phoneExists`.
    func checkFree(_ form: AdminUserForm, besides id: String, in transaction: Transaction) async throws {
        if let email = form.email {
            let taken = try await transaction.run(UserStatements.isEmailTaken(email, besides: id))
            if try taken.first?.bool(0) == true { throw AuthError.emailExists }
        }
        if let phone = form.phone {
            let taken = try await transaction.run(AdminStatements.isPhoneTaken(phone, besides: id))
            if try taken.first?.bool(0) == true { throw AuthError.phoneExists }
        }
    }
}

extension DatabaseError {
    /// A constraint violation that is the request's doing; nil for every other.
    var takenAddress: AuthError? {
        guard sqlState == .uniqueViolation else { return nil }
        return switch serverError?.constraint {
        case "users_email_partial_key": .emailExists
        case "users_phone_key": .phoneExists
        case "users_pkey": .userAlreadyExists
        default: nil
        }
    }
}
