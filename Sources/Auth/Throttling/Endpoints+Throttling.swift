internal import Core
internal import Gateway
internal import HTTPTypes
internal import Postgres
internal import Tokens

extension Refusal {
    /// Too many requests, or attempts, of one kind.
    static let tooManyRequests = Refusal(.tooManyRequests, .requestRateLimit, "Request rate limit reached")
    /// As many mails were sent as may be.
    static let tooManyMails = Refusal(.tooManyRequests, .emailRateLimit, "email rate limit exceeded")
    /// As many text messages were sent as may be.
    static let tooManyTextMessages = Refusal(.tooManyRequests, .overSMSSendRateLimit, "SMS rate limit exceeded")
    /// The request took longer than any may.
    static let timedOut = Refusal(
        .gatewayTimeout, .timeout, "Processing this request timed out, please retry after a moment.")
}

extension Endpoints {
    private var throttle: Throttle {
        Throttle(
            database: database, clock: clock, configuration: configuration.throttling,
            serviceKey: configuration.serviceKey, upkeep: throttleUpkeep)
    }

    // MARK: Requests of one address

    /// Counts a request of a family. Throws 429 beyond its allowance. Bearers of an admin role are not counted, nor is
    /// whoever comes from this machine without a proxy that says for whom: that address stands for everybody.
    func limit(_ family: RateFamily, _ request: GatewayRequest) async throws {
        let throttling = configuration.throttling
        guard throttling.limitsAddresses, let holder = rateHolder(request), !isAdmin(request) else { return }
        guard try await throttle.take(family, of: holder) else { throw AuthError.refused(.tooManyRequests) }
    }

    /// Whom a request is counted for; nil when that cannot be told.
    private func rateHolder(_ request: GatewayRequest) -> String? {
        if let header = configuration.throttling.header, request.isFromTrustedProxy,
            let name = HTTPField.Name(header), let value = request.headers[name]?.split(separator: ",").first
        {
            let named = value.drop { $0 == " " }
            if !named.isEmpty { return "header " + named.prefix(AuthLimits.rateHolderCharactersMax) }
        }
        return Network.client(of: request.clientAddress)
    }

    private func isAdmin(_ request: GatewayRequest) -> Bool {
        switch request.credentials.bearer {
        case .none, .other: false
        case .role(let group): configuration.adminRoles.contains(group.role)
        case .token(let text):
            // A token that does not verify is judged where it matters; here it only earns no exemption.
            (try? tokens.verify(text, with: verifier, now: clock.now())).map { token in
                configuration.adminRoles.contains(token.role ?? "")
            } ?? false
        }
    }

    // MARK: What leaves the house

    /// Counts a mail that is about to be sent; call it before the transaction that stores what the mail is about. Throws
    /// 429 `over_email_send_rate_limit` beyond the allowance. Where addresses count as confirmed, mails are not counted.
    func countMail() async throws {
        guard !configuration.isEmailAutoconfirmed else { return }
        guard try await throttle.take(.mail, of: "") else { throw AuthError.refused(.tooManyMails) }
    }

    /// Takes the count of a mail back that was not sent after all.
    func uncountMail() async throws {
        guard !configuration.isEmailAutoconfirmed else { return }
        try await throttle.giveBack(.mail, of: "")
    }

    /// Counts a text message as ``countMail()`` counts mails.
    func countTextMessage() async throws {
        guard try await throttle.take(.textMessage, of: "") else { throw AuthError.refused(.tooManyTextMessages) }
    }

    // MARK: Attempts

    /// An attempt on an account, named as the request names it: unknown accounts are slowed down alike.
    func attempt(_ kind: Attempt.Kind, account: String, _ request: GatewayRequest) -> Attempt {
        Attempt(kind: kind, account: account, address: Network.client(of: request.clientAddress) ?? "here")
    }

    /// Throws 429 while attempts of this kind on the account are not looked at. Codes are counted here, before they are
    /// looked at.
    func checkAttempts(_ attempt: Attempt) async throws {
        guard let statement = attemptCheck(attempt) else { return }
        guard try await database.run(statement).isEmpty else { throw AuthError.refused(.tooManyRequests) }
    }

    /// Notes that the password or code was wrong.
    func noteFailure(_ attempt: Attempt) async throws {
        guard configuration.throttling.delaysAttempts else { return }
        let statements = throttle.failure(attempt)
        if !statements.isEmpty { try await database.run(.serviceItself, statements) }
    }

    /// Notes that it was right.
    func noteSuccess(_ attempt: Attempt) async throws {
        let statements = successStatements(attempt)
        if !statements.isEmpty { try await database.run(.serviceItself, statements) }
    }

    /// ``checkAttempts(_:)`` as a statement, for flights that look something up as well: a row in its answer means that
    /// the attempt is not looked at. Nil where attempts are not slowed down.
    func attemptCheck(_ attempt: Attempt) -> SQL? {
        configuration.throttling.delaysAttempts ? throttle.check(attempt) : nil
    }

    /// ``noteSuccess(_:)`` as statements, for the transaction that the success leads to.
    func successStatements(_ attempt: Attempt) -> [SQL] {
        configuration.throttling.delaysAttempts ? throttle.success(attempt) : []
    }
}
