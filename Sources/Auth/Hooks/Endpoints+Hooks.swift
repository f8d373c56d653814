internal import Core
internal import Gateway
internal import HTTPTypes
internal import Postgres

/// The hooks, one method each. All do nothing when theirs is off.
extension Endpoints {
    var hooks: HookCaller {
        HookCaller(
            configuration: configuration.hooks, database: database, web: peers.web, clock: clock, observer: observer)
    }

    // MARK: Users

    /// Asks whether an account may be made: before its transaction begins, and only when there is none yet. Throws the
    /// hook's refusal.
    ///
    /// - Parameter transaction: where only the transaction knows whether there is one. A hook over HTTP then holds its
    ///   connection for up to five seconds.
    func beforeCreating(
        _ new: NewUser, _ request: GatewayRequest, in transaction: Transaction? = nil
    ) async throws(AuthError) {
        guard hooks.isEnabled(.beforeUserCreated) else { return }
        let draft = new.draft(role: configuration.defaultRole, now: clock.now())
        _ = try await hooks.call(
            .beforeUserCreated, ["user": draft], address: request.keptAddress, in: transaction)
    }

    /// Tells of an account that was made: after its transaction is committed.
    func afterCreating(_ user: User, _ request: GatewayRequest) async throws(AuthError) {
        guard hooks.isEnabled(.afterUserCreated) else { return }
        _ = try await hooks.call(.afterUserCreated, ["user": user.json], address: request.keptAddress)
    }

    /// ``afterCreating(_:_:)`` for an account that came out of a transaction, if that made it: then it bears its time.
    func tellIfCreated(_ user: User, _ request: GatewayRequest, now: Timestamp) async throws(AuthError) {
        if user.createdAt == now { try await afterCreating(user, request) }
    }

    // MARK: Attempts

    /// Tells of a password that was checked, right or wrong. Throws when the hook wants the attempt refused, having
    /// ended the user's sessions if it wants that too.
    func passwordAttempt(of user: User, isValid: Bool, _ request: GatewayRequest) async throws(AuthError) {
        guard hooks.isEnabled(.passwordVerificationAttempt) else { return }
        let answer = try await hooks.call(
            .passwordVerificationAttempt, ["user_id": .string(user.id), "valid": .bool(isValid)],
            address: request.keptAddress)
        guard try isRejection(answer, by: .passwordVerificationAttempt) else { return }
        if answer?["should_logout_user"]?.bool == true { try await endSessions(of: user) }
        throw .refused(
            Refusal(
                .badRequest, .invalidCredentials,
                message(of: answer, or: "Further password verification attempts will be rejected.")))
    }

    /// Throws for a decision that is none.
    func isRejection(_ answer: JSON?, by name: HookConfiguration.Name) throws(AuthError) -> Bool {
        switch answer?["decision"]?.string {
        case nil, "", "continue": return false
        case "reject": return true
        // A hook that wanted to say no and misspelt it must not have said yes.
        default: throw hooks.refused(.badDecision, by: name)
        }
    }

    /// The hook's own words, or ours.
    func message(of answer: JSON?, or fallback: String) -> String {
        guard let text = answer?["message"]?.string, !text.isEmpty else { return fallback }
        return String(text.prefix(HookLimits.messageCharactersMax))
    }

    private func endSessions(of user: User) async throws(AuthError) {
        do throws(DatabaseError) {
            try await database.run(SessionStatements.deleteAll(userID: user.id))
        } catch {
            throw .database(error, during: .signingOut)
        }
    }
}

extension NewUser {
    /// The account as clients would read it, before it exists.
    func draft(role: String, now: Timestamp) -> JSON {
        let time = JSON.string(now.rfc3339())
        return [
            "id": .string(id), "aud": .string(audience), "role": .string(role), "email": .string(email),
            "phone": .string(phone), "app_metadata": JSON.object(appMetadata).sorted,
            "user_metadata": JSON.object(userMetadata).sorted, "identities": [], "created_at": time,
            "updated_at": time, "is_anonymous": .bool(isAnonymous),
        ]
    }
}
