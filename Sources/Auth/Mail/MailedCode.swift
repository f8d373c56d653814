internal import Core
internal import Postgres

/// A mail with a code and a link, as one of which a user has at most one outstanding. Recovery and sign-in without a
/// password share theirs. Address changes, which have two, are ``EmailChange``.
enum MailedCode: Sendable {
    case confirmation, invite, recovery, magicLink, reauthentication

    var mail: Mail.Kind {
        switch self {
        case .confirmation: .confirmation
        case .invite: .invite
        case .recovery: .recovery
        case .magicLink: .magicLink
        case .reauthentication: .reauthentication
        }
    }

    var kind: OneTimeToken.Kind {
        switch self {
        case .confirmation, .invite: .confirmation
        case .recovery, .magicLink: .recovery
        case .reauthentication: .reauthentication
        }
    }

    /// How a session is authenticated that a code exchange ends with.
    var flowMethod: String {
        switch self {
        case .confirmation: "email/signup"
        case .invite: "invite"
        case .recovery: "recovery"
        case .magicLink: "magiclink"
        case .reauthentication: "otp"
        }
    }

    /// Keeps the token in both of its places and begins the flow that it is to continue, if there is one.
    func statements(
        storing token: OneTimeToken, userID: String, address: String, challenge: CodeChallenge?, now: Timestamp
    ) -> [SQL] {
        var statements: [SQL]
        switch kind {
        case .recovery:
            statements = [OneTimeTokenStatements.setRecovery(userID: userID, hash: token.codeHash, now: now)]
        case .reauthentication:
            statements = [OneTimeTokenStatements.setReauthentication(userID: userID, hash: token.codeHash, now: now)]
        default:
            statements = [OneTimeTokenStatements.setConfirmation(userID: userID, hash: token.codeHash, now: now)]
        }
        if case .invite = self { statements.append(OneTimeTokenStatements.setInvited(userID: userID, now: now)) }
        statements.append(
            OneTimeTokenStatements.upsert(
                userID: userID, kind: kind, hash: token.hash, relatesTo: address, now: now))
        if let challenge {
            statements += OneTimeTokenStatements.beginFlow(
                userID: userID, challenge: challenge, method: flowMethod, now: now)
        }
        return statements
    }
}

/// A mail with a code that is asked for.
struct CodeOrder: Sendable {
    let code: MailedCode
    /// In lower case.
    let address: String
    var challenge: CodeChallenge?
    var redirectTo: String
}

extension Endpoints {
    /// Stores a new code for a user and sends it, in this order, before anything is committed. Answers with the user as
    /// stored then.
    @discardableResult
    func send(
        _ order: CodeOrder, to userID: String, audit: [SQL] = [], by mailer: any Mailer, in transaction: Transaction,
        now: Timestamp
    ) async throws -> User {
        let (token, statements) = storing(order, userID: userID, now: now)
        let results = try await transaction.run(statements + audit + [UserStatements.find(id: userID)])
        guard let row = results.last?.first else {
            throw AuthError.failed(cause: "a user was gone before its code was stored")
        }
        let user = try User(row)
        try await send(
            mail(order.code.mail, to: order.address, token, user: user, redirectTo: order.redirectTo), by: mailer,
            in: transaction)
        return user
    }

    /// The work of ``send(_:to:audit:by:in:now:)`` for an address that gets no mail, so that it takes its time.
    func pretend(_ order: CodeOrder, in transaction: Transaction, now: Timestamp) async throws {
        let (_, statements) = storing(order, userID: UUIDText.zero, now: now)
        try await transaction.run(statements + [UserStatements.find(id: UUIDText.zero)])
    }

    private func storing(_ order: CodeOrder, userID: String, now: Timestamp) -> (OneTimeToken, [SQL]) {
        let token = OneTimeToken(
            address: order.address, codeLength: configuration.mailedCodeLength, isPKCE: order.challenge != nil)
        let statements = order.code.statements(
            storing: token, userID: userID, address: order.address, challenge: order.challenge, now: now)
        return (token, statements)
    }

    /// Throws where the operator lists the addresses that may be written to and this is none of them. A label does not
    /// count: `name+label@…` is `name@…`.
    func checkAuthorized(_ address: String) throws(AuthError) {
        let authorized = configuration.mail.authorizedAddresses
        guard !authorized.isEmpty else { return }
        let parts = address.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let plain = parts.count == 2 ? parts[0].prefix { $0 != "+" } + "@" + parts[1] : Substring(address)
        guard authorized.contains(where: { $0.lowercased() == plain || $0.lowercased() == address }) else {
            throw .refused(.addressNotAuthorized)
        }
    }

    /// An address that may be written to, in lower case.
    func writableAddress(_ text: String) throws(AuthError) -> String {
        let address = try EmailAddress(text).text
        try checkAuthorized(address)
        return address
    }

    /// Runs a transaction again that lost a race for an address: now the address is found. Who loses once more is refused.
    func retryingTakenAddress<Answer: Sendable>(
        _ step: AuthError.Step, _ body: () async throws -> Answer
    ) async throws -> Answer {
        do {
            do {
                return try await body()
            } catch let error as DatabaseError where error.takenAddress != nil {
                return try await body()
            }
        } catch let error as DatabaseError {
            throw error.takenAddress ?? AuthError.database(error, during: step)
        }
    }

    /// The user of an address, inside a transaction.
    func user(email: String, audience: String, in transaction: Transaction) async throws -> User? {
        try await transaction.run(UserStatements.find(email: email, audience: audience)).first.map { try User($0) }
    }

    func user(phone: String, audience: String, in transaction: Transaction) async throws -> User? {
        try await transaction.run(UserStatements.find(phone: phone, audience: audience)).first.map { try User($0) }
    }
}
