public import Core
internal import Cryptography

/// The API keys that open the gateway: opaque or fixed keys by their hashes, and every JWT that the key set verifies and
/// whose role is `anon` or `service_role`.
public struct KeyRing: Sendable {
    /// One configured key. Holds the hash only.
    public struct Entry: Sendable, Hashable {
        /// What operators call the key, for example `default` or `nightly-export`.
        public let name: String
        public let group: KeyGroup
        /// As ``OpaqueKey/hash(_:)`` makes it.
        public let hash: String

        /// A key of which the hash was stored.
        public init(name: String, group: KeyGroup, hash: String) {
            self.name = name
            self.group = group
            self.hash = hash
        }

        /// A key that is at hand, for example from the configuration.
        public init(name: String, group: KeyGroup, key: Secret<String>) {
            self.init(name: name, group: group, hash: OpaqueKey.hash(key.reveal()))
        }
    }

    private let entries: [(entry: Entry, digest: [UInt8])]
    private let verifier: TokenVerifier?
    private let cache = TokenCache(capacity: TokenLimits.legacyKeysCached)

    /// A ring of `entries` and, with a `verifier`, of legacy keys. Entries whose hash is not 64 hexadecimal digits match
    /// nothing.
    public init(entries: [Entry], verifier: TokenVerifier?) {
        self.entries = entries.map { ($0, Hex.decode($0.hash) ?? []) }
        self.verifier = verifier
    }

    /// The names and groups of the configured keys, in their order.
    public var configured: [Entry] { entries.map(\.entry) }

    /// What the presented key stands for at `now`; nil if it is none of ours, expired or altered. All configured keys
    /// are compared, each in constant time.
    public func classify(_ presented: String, now: Timestamp) -> PresentedKey? {
        guard !presented.isEmpty, presented.utf8.count <= TokenLimits.token.bytes else { return nil }
        let digest = Digest.hash(.sha256, of: presented)
        var found: Entry?
        for (entry, known) in entries where constantTimeEqual(digest, known) { found = entry }
        if let found {
            let isOpaque = OpaqueKey.claimedGroup(of: presented) != nil
            return PresentedKey(group: found.group, form: isOpaque ? .opaque(name: found.name) : .legacy)
        }
        guard OpaqueKey.claimedGroup(of: presented) == nil, let verifier,
            // Why a key is refused is not told: the answer to every wrong key is the same.
            let token = try? cache.verify(presented, with: verifier, now: now),
            let group = token.role.flatMap(KeyGroup.init(role:))
        else { return nil }
        return PresentedKey(group: group, form: .legacy)
    }
}

/// A key that the gateway knows.
public struct PresentedKey: Sendable, Hashable {
    /// How the key looks, which decides what services are told: a legacy key alone gives no bearer token.
    public enum Form: Sendable, Hashable {
        /// `sb_publishable_…` or `sb_secret_…`, under the name it is configured by.
        case opaque(name: String)
        /// A JWT.
        case legacy
    }

    public let group: KeyGroup
    public let form: Form

    public init(group: KeyGroup, form: Form) {
        self.group = group
        self.form = form
    }

    /// Whether the key is of the newer kind.
    public var isOpaque: Bool { form != .legacy }
}
