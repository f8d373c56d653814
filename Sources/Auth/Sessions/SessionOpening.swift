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

    init(
        id: String = SecureRandom.uuid(), userID: String, method: String, passwordHash: String? = nil,
        oauthClientID: String? = nil, scopes: String? = nil, request: GatewayRequest, now: Timestamp
    ) {
        session = NewSession(
            id: id, userID: userID, userAgent: request.keptUserAgent, ip: request.keptAddress,
            oauthClientID: oauthClientID, scopes: scopes)
        refreshToken = RefreshTokens.make()
        self.method = method
        self.passwordHash = passwordHash
        self.now = now
    }

    /// All statements; the last two answer with the user and the session.
    var statements: [SQL] {
        [
            SessionStatements.begin(session, passwordHash: passwordHash, now: now),
            RefreshTokenStatements.insert(token: refreshToken, parent: nil, sessionID: session.id, now: now),
            SessionStatements.addMethod(sessionID: session.id, method: method, now: now),
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

/// Version 1 refresh tokens: 62 random bits as text.
enum RefreshTokens {
    static func make() -> String {
        SecureRandom.text(
            length: AuthLimits.refreshTokenCharacters.lowerBound, alphabet: SecureRandom.lowerCaseAlphanumerics)
    }

    /// Whether a text can be a refresh token of any version.
    static func isPlausible(_ text: String) -> Bool {
        AuthLimits.refreshTokenCharacters.contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
    }
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
