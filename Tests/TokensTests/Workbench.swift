import Core
import Cryptography
import Tokens

/// Keys and tokens for tests, and a forge for tokens that no issuer would make.
enum Workbench {
    static let secret = "a secret of more than thirty-two bytes"
    static let otherSecret = "another secret, just as long as the first"
    static let now = Timestamp(seconds: 1_750_000_000)

    static func keys(_ secret: String = secret) throws -> TokenKeySet { try TokenKeySet(secret: Secret(secret)) }

    static func verifier(_ secret: String = secret) throws -> TokenVerifier { TokenVerifier(keys: try keys(secret)) }

    static let claims: JSONObject = [
        "iss": "https://example.org/auth/v1", "sub": "6f1b7d2e-93a4-4a55-9d6c-0f1d3a1c2b11", "aud": "authenticated",
        "exp": 1_750_003_600, "iat": 1_750_000_000, "email": "doctor@example.org",
        "app_metadata": ["provider": "email", "providers": ["email"]], "role": "authenticated",
        "session_id": "5f0e6ff1-1ff0-4b4e-8a4c-0e3d5b1f7c22", "is_anonymous": false,
    ]

    static func segment(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }

    /// A token over exactly these texts, signed with HMAC-SHA-256 under `secret` whatever the header says.
    static func forge(
        header: String = #"{"alg":"HS256","typ":"JWT"}"#, claims: String, secret: [UInt8] = Array(secret.utf8)
    ) -> String {
        let signed = segment(header) + "." + segment(claims)
        return signed + "." + Base64URL.encode(HMAC.authenticate(Array(signed.utf8), key: secret))
    }

    /// A token over exactly these texts, signed with `key` whatever the header says.
    static func forge(header: String, claims: String, key: SigningKey) throws -> String {
        let signed = segment(header) + "." + segment(claims)
        return signed + "." + Base64URL.encode(try key.sign(Array(signed.utf8)))
    }
}
