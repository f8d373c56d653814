internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `PUT /admin/users/{id}` (contract, section 6.12): only what is supplied changes, addresses at once.
extension Endpoints {
    func changeUser(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let id = try userID(request)
        let form = try AdminUserForm(try await Fields(request))
        let user = try await storedUser(id)
        var hash = form.passwordHash
        if let password = form.password {
            try await checkStrength(of: password)
            hash = try await self.hash(password)
        }
        let now = clock.now()
        let note = audit(
            .userModified, by: AuditEntry.Actor(admin),
            traits: AuditEntry.subject(id: user.id, email: user.email, phone: user.phone), request, now: now)
        let statements = note + changes(of: user, form, hash: hash, now: now)
        do {
            let changed = try await database.transaction { transaction in
                try await checkFree(form, besides: id, in: transaction)
                guard let row = try await transaction.run(statements).last?.first else { throw AuthError.userNotFound }
                let changed = try User(row)
                try MetadataSize.check(changed, before: user)
                return changed
            }
            return .json(changed.json)
        } catch let error as DatabaseError {
            throw error.refusedChange ?? AuthError.database(error, during: .updatingUser)
        }
    }

    private func changes(of user: User, _ form: AdminUserForm, hash: String?, now: Timestamp) -> [SQL] {
        var statements: [SQL] = []
        if let role = form.role { statements.append(UserStatements.setRole(id: user.id, role: role)) }
        if let email = form.email {
            let isVerified = form.confirmsEmail || (user.isEmailConfirmed && email == user.email)
            let claims = IdentityStatements.emailData(userID: user.id, email: email, isVerified: isVerified)
            statements += [
                UserStatements.setEmail(id: user.id, email: email, now: now),
                IdentityStatements.upsertEmail(userID: user.id, data: claims, now: now),
                IdentityStatements.refreshProviders(userID: user.id, now: now),
            ]
        }
        if let phone = form.phone {
            statements += [
                AdminStatements.setPhone(id: user.id, phone: phone, now: now),
                AdminStatements.upsertPhoneIdentity(
                    userID: user.id, phone: phone, isVerified: form.confirmsPhone, now: now),
                IdentityStatements.refreshProviders(userID: user.id, now: now),
            ]
        }
        if form.confirmsEmail || form.confirmsPhone {
            statements.append(
                AdminStatements.confirm(
                    id: user.id, email: form.confirmsEmail, phone: form.confirmsPhone, now: now))
        }
        if let hash {
            // Whoever knew the old password is out, and so are links that were mailed for it.
            statements += [
                AdminStatements.setPassword(id: user.id, hash: hash, now: now),
                SessionStatements.deleteAll(userID: user.id), UserStatements.deleteOneTimeTokens(userID: user.id),
            ]
        }
        if let data = form.userMetadata { statements.append(merge(data, into: user.id, now: now)) }
        if let data = form.appMetadata {
            let (added, removed) = data.splitAtNulls
            statements.append(
                UserStatements.mergeAppMetadata(id: user.id, added: added, removed: removed, now: now))
        }
        if form.ban != nil {
            statements.append(AdminStatements.ban(id: user.id, until: form.banEnd(now: now), now: now))
        }
        return statements + [UserStatements.find(id: user.id)]
    }
}
