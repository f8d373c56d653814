internal import Synchronization
internal import Tokens

/// The keys that open the gateway at this moment: the configured ones and those that `medmitra keys create` made.
final class LiveKeyRing: Sendable {
    private let configured: [KeyRing.Entry]
    private let verifier: TokenVerifier
    private let ring: Mutex<KeyRing>
    private let replacements = Atomic<UInt64>(0)

    init(configured: [KeyRing.Entry], verifier: TokenVerifier) {
        self.configured = configured
        self.verifier = verifier
        ring = Mutex(KeyRing(entries: configured, verifier: verifier))
    }

    /// Changes after the keys did.
    var generation: UInt64 { replacements.load(ordering: .acquiring) }

    var current: KeyRing { ring.withLock { $0 } }

    /// Replaces the named keys; what is no longer among them is refused from now on.
    func replace(named: [KeyRing.Entry]) {
        let next = KeyRing(entries: configured + named, verifier: verifier)
        ring.withLock { $0 = next }
        replacements.wrappingAdd(1, ordering: .releasing)
    }
}
