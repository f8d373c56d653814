public import Core
internal import Cryptography

/// Makes the keys that a new installation needs, and recognises those that everybody knows.
public enum APIKeys {
    /// A new JWT secret: 64 letters and digits, 381 random bits, free of characters that shells or `.env` files mind.
    public static func generateSecret() -> Secret<String> {
        Secret(SecureRandom.text(length: 64, alphabet: SecureRandom.alphanumerics))
    }

    /// A legacy API key as Supabase makes them: `{role, iss: "supabase", iat, exp}`, valid for ten years from `now`.
    public static func legacy(
        _ group: KeyGroup, issuer: TokenIssuer, now: Timestamp
    ) throws(TokenError) -> Secret<String> {
        let years = 10
        return Secret(
            try issuer.sign(claims: [
                "role": .string(group.role), "iss": "supabase", "iat": .int(now.seconds),
                "exp": .int(now.seconds + years * 365 * 86_400),
            ]))
    }

    /// Whether `secret` is one of the JWT secrets printed in Supabase's example configurations. With such a secret
    /// anybody can make tokens.
    public static func isDemoSecret(_ secret: String) -> Bool {
        demoSecrets.contains { constantTimeEqual($0, secret) }
    }

    /// Whether `key` is an API key that everybody knows: the opaque pair of Supabase's command line tool, or a legacy
    /// key signed with a demo secret.
    public static func isDemoKey(_ key: String) -> Bool {
        if demoOpaqueKeys.contains(where: { constantTimeEqual($0, key) }) { return true }
        return demoSecrets.contains { secret in
            // A secret that is too short to be a key set, or a key that does not verify, is simply no demo key.
            guard let keys = try? TokenKeySet(secret: Secret(secret)) else { return false }
            return (try? TokenVerifier(keys: keys).verify(key, now: Timestamp(seconds: 0))) != nil
        }
    }

    /// From `docker/.env.example` of supabase/supabase and from supabase/cli.
    private static let demoSecrets = [
        "your-super-secret-jwt-token-with-at-least-32-characters-long",
        "super-secret-jwt-token-with-at-least-32-characters-long",
    ]
    private static let demoOpaqueKeys = [
        "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH", "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz",
    ]
}
