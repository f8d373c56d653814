import Core
import Cryptography
import Testing
import Tokens

@Suite struct APIKeysTests {
    @Test func `secrets are long, plain and never the same`() {
        let secret = APIKeys.generateSecret().reveal()
        #expect(secret.utf8.count >= 40)
        #expect(secret.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        #expect(secret != APIKeys.generateSecret().reveal())
    }

    @Test(arguments: [(KeyGroup.anon, "anon"), (.service, "service_role")])
    func `legacy keys are tokens as Supabase makes them`(group: KeyGroup, role: String) throws {
        let issuer = try TokenIssuer(keys: Workbench.keys())
        let key = try APIKeys.legacy(group, issuer: issuer, now: Workbench.now).reveal()
        let token = try Workbench.verifier().verify(key, now: Workbench.now)
        #expect(token.claimsText == #"{"role":"\#(role)","iss":"supabase","iat":1750000000,"exp":2065360000}"#)
    }

    @Test func `opaque keys have their form, and a checksum that finds typing errors`() {
        for group in KeyGroup.allCases {
            for _ in 0..<50 {
                let key = OpaqueKey.generate(group).reveal()
                #expect(key.hasPrefix(OpaqueKey.prefix(of: group)))
                #expect(key.utf8.count == OpaqueKey.prefix(of: group).utf8.count + 31)
                #expect(OpaqueKey.isWellFormed(key))
                #expect(OpaqueKey.hasChecksum(key))
                #expect(!OpaqueKey.hasChecksum(key, reference: "another-project"))
                #expect(OpaqueKey.claimedGroup(of: key) == group)
            }
        }
    }

    /// Computed apart from this program: base64url(SHA-256("supabase-self-hosted|sb_secret_AAAAAAAAAAAAAAAAAAAAAA")) starts with this.
    @Test func `the checksum is the one of self-hosted installations`() {
        #expect(OpaqueKey.hasChecksum("sb_secret_AAAAAAAAAAAAAAAAAAAAAA_7cwZOLm2"))
        #expect(!OpaqueKey.hasChecksum("sb_secret_AAAAAAAAAAAAAAAAAAAAAB_7cwZOLm2"))
    }

    @Test(arguments: [
        "", "sb_", "sb_secret_", "sb_secret_short_12345678", "sb_secret_AAAAAAAAAAAAAAAAAAAAAA-12345678",
        "sb_secret_AAAAAAAAAAAAAAAAAAAAAA_1234567", "sb_secret_AAAAAAAAAAAAAAAAAAAAAA_123456789",
        "sb_secret_AAAAAAAAAAAAAAAAAAAAA=_12345678", "SB_SECRET_AAAAAAAAAAAAAAAAAAAAAA_12345678",
        "sb_other_AAAAAAAAAAAAAAAAAAAAAA_12345678", "sb_secret_AAAAAAAAAAAAAAAAAAAAé_12345678",
    ])
    func `other texts are no opaque keys`(text: String) {
        #expect(!OpaqueKey.isWellFormed(text))
        #expect(!OpaqueKey.hasChecksum(text))
    }

    @Test func `a hosted project's key has the form although its checksum is not ours`() {
        #expect(OpaqueKey.isWellFormed("sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH"))
        #expect(!OpaqueKey.hasChecksum("sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH"))
    }

    @Test func `the secrets and keys that everybody knows are recognised`() throws {
        let demo = "your-super-secret-jwt-token-with-at-least-32-characters-long"
        #expect(APIKeys.isDemoSecret(demo))
        #expect(APIKeys.isDemoSecret("super-secret-jwt-token-with-at-least-32-characters-long"))
        #expect(!APIKeys.isDemoSecret(Workbench.secret))
        let demoKey = Workbench.forge(
            claims: #"{"role":"anon","iss":"supabase-demo","iat":1641769200,"exp":1799535600}"#,
            secret: Array(demo.utf8))
        #expect(APIKeys.isDemoKey(demoKey))
        #expect(APIKeys.isDemoKey("sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz"))
        #expect(!APIKeys.isDemoKey(OpaqueKey.generate(.service).reveal()))
        #expect(!APIKeys.isDemoKey(Workbench.forge(claims: #"{"role":"anon"}"#)))
        #expect(!APIKeys.isDemoKey(""))
    }
}
