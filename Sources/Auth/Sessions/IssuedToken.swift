internal import Core

/// An access token just signed.
struct IssuedToken: Sendable {
    let text: String
    /// Seconds.
    let lifetime: Int
    /// Seconds since 1970.
    let expiry: Int
}

extension Grant {
    /// The members of a session as clients read them (contract, section 3).
    func session(_ token: IssuedToken) -> JSONObject {
        [
            "access_token": .string(token.text), "token_type": "bearer", "expires_in": .int(token.lifetime),
            "expires_at": .int(token.expiry), "refresh_token": .string(refreshToken), "user": user.json,
        ]
    }
}
