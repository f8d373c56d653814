import Core
import Cryptography
import Testing
import Tokens

@Suite struct KeyRingTests {
    let publishable = OpaqueKey.generate(.anon)
    let secret = OpaqueKey.generate(.service)
    let export = OpaqueKey.generate(.service)

    private func ring() throws -> KeyRing {
        KeyRing(
            entries: [
                KeyRing.Entry(name: "default", group: .anon, key: publishable),
                KeyRing.Entry(name: "default", group: .service, key: secret),
                KeyRing.Entry(name: "export", group: .service, hash: OpaqueKey.hash(export.reveal())),
            ], verifier: try Workbench.verifier())
    }

    @Test func `configured opaque keys stand for their groups under their names`() throws {
        let ring = try ring()
        #expect(
            ring.classify(publishable.reveal(), now: Workbench.now)
                == PresentedKey(group: .anon, form: .opaque(name: "default")))
        #expect(
            ring.classify(secret.reveal(), now: Workbench.now)
                == PresentedKey(group: .service, form: .opaque(name: "default")))
        #expect(
            ring.classify(export.reveal(), now: Workbench.now)
                == PresentedKey(group: .service, form: .opaque(name: "export")))
    }

    @Test func `a revoked key opens nothing while its neighbours do`() throws {
        let ring = KeyRing(
            entries: [KeyRing.Entry(name: "default", group: .service, key: secret)],
            verifier: try Workbench.verifier())
        #expect(ring.classify(export.reveal(), now: Workbench.now) == nil)
        #expect(ring.classify(secret.reveal(), now: Workbench.now)?.group == .service)
    }

    @Test(arguments: [
        (#"{"role":"anon","iss":"supabase","exp":1760000000}"#, KeyGroup?.some(.anon)),
        (#"{"role":"service_role","iss":"supabase"}"#, .some(.service)), (#"{"role":"anon"}"#, .some(.anon)),
        (#"{"role":"authenticated","sub":"u1"}"#, nil), (#"{"role":"supabase_admin"}"#, nil), (#"{"role":null}"#, nil),
        ("{}", nil), (#"{"role":"anon","exp":1750000000}"#, nil), (#"{"role":"Anon"}"#, nil),
    ])
    func `any verified token of the two roles is a legacy key, others are not`(
        claims: String, group: KeyGroup?
    ) throws {
        let key = Workbench.forge(claims: claims)
        let expected = group.map { PresentedKey(group: $0, form: .legacy) }
        #expect(try ring().classify(key, now: Workbench.now) == expected)
        let ring = try ring()
        for _ in 0..<3 { #expect(ring.classify(key, now: Workbench.now) == expected) }
    }

    @Test func `a legacy key stops working in the second it expires`() throws {
        let ring = try ring()
        let key = Workbench.forge(claims: #"{"role":"service_role","exp":1750000005}"#)
        #expect(ring.classify(key, now: Workbench.now)?.group == .service)
        #expect(ring.classify(key, now: Timestamp(seconds: 1_750_000_005)) == nil)
    }

    @Test func `forged, foreign and garbled keys open nothing`() throws {
        let ring = try ring()
        let foreign = Workbench.forge(
            claims: #"{"role":"service_role"}"#, secret: Array(Workbench.otherSecret.utf8))
        let unsigned =
            Workbench.segment(#"{"alg":"none"}"#) + "." + Workbench.segment(#"{"role":"service_role"}"#) + "."
        let known = secret.reveal()
        let texts = [
            "", " ", "null", foreign, unsigned, known + "x", String(known.dropLast()), known.uppercased(), " " + known,
            OpaqueKey.generate(.service).reveal(), OpaqueKey.hash(known), String(repeating: "a", count: 1 << 20),
        ]
        for text in texts { #expect(ring.classify(text, now: Workbench.now) == nil) }
    }

    @Test func `without a verifier legacy keys are no keys`() {
        let ring = KeyRing(entries: [KeyRing.Entry(name: "default", group: .anon, key: publishable)], verifier: nil)
        #expect(ring.classify(Workbench.forge(claims: #"{"role":"anon"}"#), now: Workbench.now) == nil)
        #expect(ring.classify(publishable.reveal(), now: Workbench.now)?.isOpaque == true)
    }

    @Test func `an entry whose hash is garbled matches nothing`() {
        let ring = KeyRing(
            entries: [
                KeyRing.Entry(name: "bad", group: .service, hash: ""),
                KeyRing.Entry(name: "worse", group: .service, hash: "zz"),
            ], verifier: nil)
        for text in ["", "zz", "sb_secret_"] { #expect(ring.classify(text, now: Workbench.now) == nil) }
    }
}
