internal import Core
internal import Cryptography
internal import Tokens

/// Verifications of an access token a second, on one thread: the whole road without a cache, and through the cache.
public struct TokenBenchmark: Sendable {
    let seconds: Int
    let algorithm: String

    /// - Parameter algorithm: `HS256`, `RS256` or `ES256`.
    public init(seconds: Int, algorithm: String) {
        self.seconds = seconds
        self.algorithm = algorithm
    }

    /// Returns one JSON object: rates without and with the cache, and the token's length in bytes.
    public func run() throws -> String {
        guard let kind = SignatureAlgorithm(rawValue: algorithm), kind.isIssued else {
            throw StartupError.keys("\(algorithm) is none of HS256, RS256 and ES256")
        }
        let key = try SigningKey.generate(kind, keyID: "bench")
        let keys = try TokenKeySet(keys: [.object(key.privateJWK.reveal())])
        let token = try TokenIssuer(keys: keys).sign(claims: TokenBenchmark.claims)
        let verifier = TokenVerifier(keys: keys)
        let cache = TokenCache()
        let now = Timestamp(seconds: 1_790_000_000)
        let plain = try rate { _ = try verifier.verify(token, now: now) }
        let cached = try rate { _ = try cache.verify(token, with: verifier, now: now) }
        return JSON.object([
            "algorithm": .string(algorithm), "token_bytes": .int(token.utf8.count),
            "verifications_per_second": .double(plain),
            "cached_per_second": .double(cached),
        ]).text
    }

    private func rate(_ body: () throws -> Void) throws -> Double {
        // Warm caches and contexts first.
        for _ in 0..<1000 { try body() }
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        var done = 0
        while ContinuousClock.now < end {
            for _ in 0..<500 { try body() }
            done += 500
        }
        let elapsed = (ContinuousClock.now - start).components
        return Double(done) / (Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18)
    }

    /// What a signed-in user's token says.
    private static let claims: JSONObject = [
        "iss": "https://example.org/auth/v1", "sub": "6f1b7d2e-93a4-4a55-9d6c-0f1d3a1c2b11", "aud": "authenticated",
        "exp": 1_790_003_600, "iat": 1_790_000_000, "email": "doctor@example.org", "phone": "",
        "app_metadata": ["provider": "email", "providers": ["email"]],
        "user_metadata": [
            "email": "doctor@example.org", "email_verified": true, "full_name": "A Doctor", "phone_verified": false,
            "sub": "6f1b7d2e-93a4-4a55-9d6c-0f1d3a1c2b11",
        ],
        "role": "authenticated", "aal": "aal1", "amr": [["method": "password", "timestamp": 1_790_000_000]],
        "session_id": "5f0e6ff1-1ff0-4b4e-8a4c-0e3d5b1f7c22", "is_anonymous": false,
    ]
}
