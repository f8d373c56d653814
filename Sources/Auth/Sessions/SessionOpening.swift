internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import Postgres

/// A sign-in on its way into the database: the session, its first refresh token and how it was authenticated.
struct SessionOpening: Sendable {
    let session: NewSession
    let refreshToken: String
    let method: String
    /// The password hash that was checked; the session is made only if it is still the user's.
    var passwordHash: String?
    let now: Timestamp
    /// What is stored together with the session, after it.
    var noted: [SQL] = []

    /// - Parameter isCounted: gives the session refresh tokens of version 2.
    init(
        id: String = SecureRandom.uuid(), userID: String, method: String, passwordHash: String? = nil,
        isCounted: Bool = false, oauthClientID: String? = nil, scopes: String? = nil, request: GatewayRequest,
        now: Timestamp
    ) {
        var session = NewSession(
            id: id, userID: userID, userAgent: request.keptUserAgent, ip: request.keptAddress,
            oauthClientID: oauthClientID, scopes: scopes)
        let key = SecureRandom.bytes(AuthLimits.counterKeyBytes)
        if isCounted, let token = CountedRefreshToken.make(sessionID: session.id, counter: 0, key: key) {
            session.counterKey = Secret(Base64URL.encode(key))
            refreshToken = token
        } else {
            refreshToken = RefreshTokens.make()
        }
        self.session = session
        self.method = method
        self.passwordHash = passwordHash
        self.now = now
    }

    /// All statements; the last two answer with the user and the session.
    var statements: [SQL] {
        var statements = [SessionStatements.begin(session, passwordHash: passwordHash, now: now)]
        if session.counterKey == nil {
            statements.append(
                RefreshTokenStatements.insert(token: refreshToken, parent: nil, sessionID: session.id, now: now))
        }
        statements.append(SessionStatements.addMethod(sessionID: session.id, method: method, now: now))
        return statements + noted + [
            UserStatements.find(id: session.userID),
            SessionStatements.find(id: session.id, userID: session.userID),
        ]
    }

    /// What was opened, from the results of ``statements`` (and perhaps others before them); nil if the user is no
    /// longer who was checked.
    func opened(_ results: [ResultSet]) throws(DatabaseError) -> Grant? {
        guard results.count >= 2, let userRow = results[results.count - 2].first,
            let sessionRow = results[results.count - 1].first
        else { return nil }
        return Grant(user: try User(userRow), session: try Session(sessionRow), refreshToken: refreshToken)
    }
}

/// A session to answer with.
struct Grant: Sendable {
    let user: User
    let session: Session
    let refreshToken: String
}

extension GatewayRequest {
    /// The user agent as far as it is stored.
    var keptUserAgent: String? {
        headers[.userAgent].map { String($0.prefix(AuthLimits.userAgentCharactersMax)) }
    }

    /// The client's address in a form that PostgreSQL's `inet` takes; nil when it is not known.
    var keptAddress: String? {
        let address = String(clientAddress.prefix { $0 != "%" })
        guard !address.contains("/"), Network(address) != nil else { return nil }
        return address
    }
}
