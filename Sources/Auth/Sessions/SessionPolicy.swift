internal import Core

/// Why a session can no longer be refreshed.
enum SessionExpiry: Sendable, Hashable {
    /// Past its own end or the configured timebox.
    case ended
    case inactive
    /// Another session of the user was used more recently, and only one may be.
    case outrun

    var text: String {
        switch self {
        case .ended: "Session Expired"
        case .inactive: "Session Expired (Inactivity)"
        case .outrun: "Session Expired (Revoked by Newer Login)"
        }
    }
}

/// When sessions end (contract, section 4).
struct SessionPolicy: Sendable {
    var timebox: Duration?
    var inactivityMax: Duration?
    var isSinglePerUser: Bool

    init(timebox: Duration? = nil, inactivityMax: Duration? = nil, isSinglePerUser: Bool = false) {
        self.timebox = timebox
        self.inactivityMax = inactivityMax
        self.isSinglePerUser = isSinglePerUser
    }

    init(_ configuration: AuthConfiguration) {
        self.init(
            timebox: configuration.sessionTimebox, inactivityMax: configuration.sessionInactivityMax,
            isSinglePerUser: configuration.isSessionSinglePerUser)
    }

    /// The first reason against the session, in the contract's order; nil while it lives.
    func expiry(of session: Session, at now: Timestamp) -> SessionExpiry? {
        expiry(
            createdAt: session.createdAt, notAfter: session.notAfter, lastUsedAt: session.lastUsedAt,
            isOutrun: session.isOutrun, now: now)
    }

    func expiry(
        createdAt: Timestamp, notAfter: Timestamp?, lastUsedAt: Timestamp, isOutrun: Bool, now: Timestamp
    ) -> SessionExpiry? {
        if let notAfter, now > notAfter { return .ended }
        if let timebox, now > createdAt.advanced(by: timebox) { return .ended }
        if let inactivityMax, now > lastUsedAt.advanced(by: inactivityMax) { return .inactive }
        return isSinglePerUser && isOutrun ? .outrun : nil
    }
}
