internal import Core
internal import Gateway
internal import Tokens

/// The gateway's view of the configured keys.
struct KeyRecognition: KeyRecognizer {
    let ring: KeyRing
    let clock: any WallClock

    init(_ keys: InstallationKeys, additional: [KeyRing.Entry], verifier: TokenVerifier, clock: any WallClock) {
        let configured: [KeyRing.Entry] = [
            .init(name: "publishable", group: .anon, key: keys.publishableKey),
            .init(name: "secret", group: .service, key: keys.secretKey),
            .init(name: "anon", group: .anon, key: keys.anonKey),
            .init(name: "service_role", group: .service, key: keys.serviceRoleKey),
        ]
        ring = KeyRing(entries: configured + additional, verifier: verifier)
        self.clock = clock
    }

    func recognize(_ presented: String) -> PresentedKey? { ring.classify(presented, now: clock.now()) }
}
