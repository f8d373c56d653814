internal import Core

/// Why a session can no longer be refreshed.
enum SessionExpiry: Sendable, Hashable {
    /// Past its own end or the configured timebox.
    case ended
    case inactive
    /// The user has a second factor and did not show it in time.
    case unraised
    /// Another session of the user was used more recently, and only one may be.
    case outrun

    var text: String {
        switch self {
        case .ended: "Session Expired"
        case .inactive: "Session Expired (Inactivity)"
        case .unraised: "Session Expired (Low AAL: User Needs MFA Verification)"
        case .outrun: "Session Expired (Revoked by Newer Login)"
        }
    }
}

/// When sessions end (contract, section 4).
struct SessionPolicy: Sendable {
    var timebox: Duration?
    var inactivityMax: Duration?
    /// For how long a session may stay below the level that its user can reach.
    var lowAssuranceMax: Duration?
    var isSinglePerUser: Bool

    init(
        timebox: Duration? = nil, inactivityMax: Duration? = nil, lowAssuranceMax: Duration? = nil,
        isSinglePerUser: Bool = false
    ) {
        self.timebox = timebox
        self.inactivityMax = inactivityMax
        self.lowAssuranceMax = lowAssuranceMax
        self.isSinglePerUser = isSinglePerUser
    }

    init(_ configuration: AuthConfiguration) {
        self.init(
            timebox: configuration.sessionTimebox, inactivityMax: configuration.sessionInactivityMax,
            lowAssuranceMax: configuration.factors.lowAssuranceMax,
            isSinglePerUser: configuration.isSessionSinglePerUser)
    }

    /// The first reason against the session, in the contract's order; nil while it lives.
    func expiry(of session: Session, user: User, at now: Timestamp) -> SessionExpiry? {
        expiry(
            createdAt: session.createdAt, notAfter: session.notAfter, lastUsedAt: session.lastUsedAt,
            isBelowReach: user.hasVerifiedFactor && !session.isRaised, isOutrun: session.isOutrun, now: now)
    }

    func expiry(
        createdAt: Timestamp, notAfter: Timestamp?, lastUsedAt: Timestamp, isBelowReach: Bool = false, isOutrun: Bool,
        now: Timestamp
    ) -> SessionExpiry? {
        if let notAfter, now > notAfter { return .ended }
        if let timebox, now > createdAt.advanced(by: timebox) { return .ended }
        if let inactivityMax, now > lastUsedAt.advanced(by: inactivityMax) { return .inactive }
        if isBelowReach, let lowAssuranceMax, now > createdAt.advanced(by: lowAssuranceMax) { return .unraised }
        return isSinglePerUser && isOutrun ? .outrun : nil
    }
}
