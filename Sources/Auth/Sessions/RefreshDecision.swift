internal import Core

/// What becomes of a version 1 refresh token that a client presents (contract, section 4).
enum RefreshDecision: Sendable, Hashable {
    /// The current token: revoke it and hand out its successor.
    case rotate
    /// The client lost the answer to its last refresh, or several ran at once: hand out the same successor again.
    case repeatSuccessor(token: String)
    /// Revoked a moment ago: hand out one more token.
    case issueAgain
    /// A token from the past: somebody else may have it.
    case refuse(revokesFamily: Bool)

    /// The facts of the presented token's row.
    struct Presented: Sendable, Hashable {
        var token: String
        var isRevoked: Bool
        /// When the row last changed: for a revoked token, when it was revoked.
        var updatedAt: Timestamp
    }

    /// The newest token of the session that is not revoked.
    struct Active: Sendable, Hashable {
        var token: String
        var parent: String?
    }

    struct Policy: Sendable, Hashable {
        var reuseInterval: Duration
        var isRotationEnabled: Bool

        init(reuseInterval: Duration, isRotationEnabled: Bool) {
            self.reuseInterval = reuseInterval
            self.isRotationEnabled = isRotationEnabled
        }

        init(_ configuration: AuthConfiguration) {
            self.init(
                reuseInterval: configuration.refreshTokenReuseInterval,
                isRotationEnabled: configuration.isRefreshTokenRotationEnabled)
        }
    }

    /// A family without an active token has been revoked as a whole: nothing of it is taken any more, however young.
    /// (GoTrue would take the newest once more within the reuse interval.)
    static func decide(_ presented: Presented, active: Active?, policy: Policy, now: Timestamp) -> RefreshDecision {
        guard presented.isRevoked else { return .rotate }
        guard let active else { return .refuse(revokesFamily: policy.isRotationEnabled) }
        if active.parent == presented.token { return .repeatSuccessor(token: active.token) }
        let isYoung =
            policy.reuseInterval > .zero && now <= presented.updatedAt.advanced(by: policy.reuseInterval)
        return isYoung ? .issueAgain : .refuse(revokesFamily: policy.isRotationEnabled)
    }
}
