internal import Synchronization

/// A shared key for HMAC that keeps a few keyed contexts, because setting one up costs more than
/// authenticating a token with it.
final class HMACKey: Sendable {
    let secret: [UInt8]
    private let digest: DigestAlgorithm
    private let slots: [Slot]

    init(secret: [UInt8], digest: DigestAlgorithm = .sha256) {
        self.secret = secret
        self.digest = digest
        slots = (0..<Limits.hmacContextsKept).map { _ in Slot() }
    }

    func authenticate(_ message: Span<UInt8>) -> [UInt8] {
        for slot in slots {
            let code = slot.context.withLockIfAvailable { context in
                if context == nil { context = HMACContext(key: secret, algorithm: digest) }
                return context?.authenticate(message)
            }
            if let code, let code { return code }
        }
        var context = HMACContext(key: secret, algorithm: digest)
        return context.authenticate(message)
    }

    private final class Slot: Sendable {
        let context = Mutex<HMACContext?>(nil)
    }
}
