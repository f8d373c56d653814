internal import Core
internal import Postgres

/// A row of `auth.sessions`.
struct Session: Sendable {
    let id: String
    let userID: String
    let createdAt: Timestamp
    private(set) var aal: String
    let notAfter: Timestamp?
    let refreshedAt: Timestamp?
    /// Whether another session of the user was used more recently.
    let isOutrun: Bool
    /// The counter and key of version 2 refresh tokens; nil for version 1.
    let counter: Int?
    let counterKey: Secret<String>?
    /// The OAuth client that acts in it, and with which scopes; nil for the user's own sessions.
    let oauthClientID: String?
    let scopes: String?
    /// How it was authenticated, newest first.
    let methods: [AuthenticationMethod]

    /// At the first level, for a bearer whose token is from before the second factor: who has only that token has not
    /// shown it.
    var lowered: Session {
        var session = self
        session.aal = "aal1"
        return session
    }

    /// When it was last used for a refresh, or made.
    var lastUsedAt: Timestamp { refreshedAt ?? createdAt }

    /// How many columns ``SessionStatements/columns`` selects.
    static let columnCount = 12

    /// Reads what ``SessionStatements/columns`` selects.
    init(_ row: Row, from column: Int = 0) throws(DatabaseError) {
        var reader = RowReader(row, from: column)
        id = try reader.text()
        userID = try reader.text()
        createdAt = try reader.time()
        aal = try reader.text()
        notAfter = try reader.optionalTime()
        refreshedAt = try reader.optionalTime()
        isOutrun = try reader.bool()
        counter = try reader.optionalInt()
        counterKey = reader.optionalText().map(Secret.init)
        oauthClientID = reader.optionalText()
        scopes = reader.optionalText()
        methods = (try reader.json().array ?? []).compactMap { item in
            guard let method = item["method"]?.string, let time = item["timestamp"]?.int else { return nil }
            return AuthenticationMethod(method: method, at: Timestamp(microseconds: Int64(time)))
        }
    }
}

/// How and when a session was authenticated: an entry of the claim `amr`.
struct AuthenticationMethod: Sendable, Hashable {
    let method: String
    let at: Timestamp

    var json: JSON { ["method": .string(method), "timestamp": .int(at.seconds)] }
}
