public import Core
internal import Cryptography
internal import Synchronization

/// Remembers tokens that verified, so that a client's next request with the same token costs one hash. Bounded: the
/// token unused for longest leaves first. An entry is believed only while the token is valid and only for the key set
/// that verified it. Tokens are kept by their SHA-256, never as text.
public final class TokenCache: Sendable {
    private let entries: Mutex<LeastRecentlyUsed<TokenFingerprint, Entry>>

    /// A cache of at most `capacity` tokens (at least one); with claims each takes about 3 KiB.
    public init(capacity: Int = 4096) {
        entries = Mutex(LeastRecentlyUsed(capacity: max(1, capacity)))
    }

    /// What `verifier` says of `token` at `now`, perhaps from memory. Throws as ``TokenVerifier/verify(_:now:)``;
    /// refusals are not remembered.
    public func verify(_ token: String, with verifier: TokenVerifier, now: Timestamp) throws(TokenError)
        -> VerifiedToken
    {
        let count = token.utf8.count
        guard count <= TokenLimits.token.bytes else {
            throw .tooLarge(bytes: count, bytesMax: TokenLimits.token.bytes)
        }
        let fingerprint = TokenFingerprint(of: token)
        let generation = verifier.keys.generation
        if let entry = entries.withLock({ $0[fingerprint] }), entry.generation == generation {
            try entry.token.checkTimes(at: now)
            return entry.token
        }
        let verified = try verifier.verify(token, now: now)
        entries.withLock { $0.set(Entry(token: verified, generation: generation), for: fingerprint) }
        return verified
    }

    /// Tokens remembered.
    public var count: Int { entries.withLock { $0.count } }

    private struct Entry: Sendable {
        let token: VerifiedToken
        let generation: UInt64
    }
}

/// The SHA-256 of a token, in a form that hashes fast.
struct TokenFingerprint: Sendable, Hashable {
    private let words: [4 of UInt64]

    init(of token: String) {
        let digest = Digest.hash(.sha256, of: Array(token.utf8))
        var words: [4 of UInt64] = [0, 0, 0, 0]
        for (index, byte) in digest.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        self.words = words
    }

    static func == (left: TokenFingerprint, right: TokenFingerprint) -> Bool {
        left.words.indices.allSatisfy { left.words[$0] == right.words[$0] }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(words[0]) }
}
