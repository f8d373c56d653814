internal import Core
internal import Gateway
internal import Tokens

/// The gateway's view of the keys.
struct KeyRecognition: KeyRecognizer {
    let live: LiveKeyRing
    let clock: any WallClock

    init(_ keys: InstallationKeys, additional: [KeyRing.Entry], verifier: TokenVerifier, clock: any WallClock) {
        let configured: [KeyRing.Entry] = [
            .init(name: "publishable", group: .anon, key: keys.publishableKey),
            .init(name: "secret", group: .service, key: keys.secretKey),
            .init(name: "anon", group: .anon, key: keys.anonKey),
            .init(name: "service_role", group: .service, key: keys.serviceRoleKey),
        ]
        live = LiveKeyRing(configured: configured + additional, verifier: verifier)
        self.clock = clock
    }

    var generation: UInt64 { live.generation }

    func recognize(_ presented: String) -> PresentedKey? { live.current.classify(presented, now: clock.now()) }
}
