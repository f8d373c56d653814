import Core
import Cryptography
import Gateway
import HTTPTypes
import Postgres
import TestSupport
import Testing

@testable import Auth

@Suite struct `Pieces of external sign-in` {
    @Test(
        arguments: [
            (
                LinkingDecision.Facts(owner: "o", similar: [("google", "x")], users: ["y"]), "github",
                .existing(userID: "o")
            ),
            (
                LinkingDecision.Facts(similar: [("google", "x"), ("github", "x")], users: ["y"]), "gitlab",
                .link(userID: "x")
            ),
            (LinkingDecision.Facts(similar: [("google", "x"), ("github", "z")]), "gitlab", .ambiguous),
            (LinkingDecision.Facts(users: ["y"]), "google", .link(userID: "y")),
            (LinkingDecision.Facts(users: ["y", "z"]), "google", .ambiguous),
            (LinkingDecision.Facts(similar: [("sso:1", "x")]), "google", .create(email: "a@b.co")),
            (LinkingDecision.Facts(similar: [("sso:1", "x")], users: ["y"]), "sso:2", .create(email: "a@b.co")),
            (LinkingDecision.Facts(similar: [("sso:1", "x")]), "sso:1", .link(userID: "x")),
            (LinkingDecision.Facts(isAddressTaken: true), "google", .create(email: "")),
            (LinkingDecision.Facts(isAddressTaken: true), "sso:1", .create(email: "a@b.co")),
            (LinkingDecision.Facts(), "google", .create(email: "a@b.co")),
        ] as [(LinkingDecision.Facts, String, LinkingDecision)])
    func `decide whose an identity is`(facts: LinkingDecision.Facts, provider: String, decision: LinkingDecision) {
        #expect(LinkingDecision.decide(facts, provider: provider, email: "a@b.co") == decision)
    }

    @Test func `choose the address that is left`() {
        typealias Left = UnlinkedEmail.Left
        let none = Left(email: "", isVerified: false)
        let doubtful = Left(email: "d@b.co", isVerified: false)
        let proven = Left(email: "p@b.co", isVerified: true)
        #expect(UnlinkedEmail.candidates(current: "d@b.co", left: [none, doubtful, proven]) == [.keep])
        #expect(
            UnlinkedEmail.candidates(current: "x@b.co", left: [none, doubtful, proven, none]) == [
                .replace(email: "p@b.co", isVerified: true), .replace(email: "d@b.co", isVerified: false),
                .replace(email: "", isVerified: false),
            ])
        #expect(UnlinkedEmail.candidates(current: "", left: [none]) == [.keep])
    }

    @Test(arguments: [
        ("https://a.co", "https://a.co?code=1"), ("https://a.co/", "https://a.co/?code=1"),
        ("https://a.co/?", "https://a.co/?code=1"), ("https://a.co/?x=1", "https://a.co/?x=1&code=1"),
        ("https://a.co/?code=0&x=%20+&code", "https://a.co/?x=%20+&code=1"), ("app://open#old", "app://open?code=1"),
        ("app:open?x#y?z", "app:open?x&code=1"),
    ])
    func `add to a target without touching what is there`(target: String, expected: String) {
        var location = RedirectLocation(target)
        location.setQuery([("code", "1")])
        #expect(location.text == expected)
    }

    @Test func `encode whatever stands in a fragment`() {
        var location = RedirectLocation("https://a.co")
        location.setFragment([("e", "a b&c#d=\"é\r\n"), ("sb", "")])
        #expect(location.text == "https://a.co#e=a%20b%26c%23d%3D%22%C3%A9%0D%0A&sb=")
    }

    @Test(arguments: [
        ("google", true), ("custom:clinic-2", true), ("clinic_x", true), ("", false), ("custom:", false),
        ("sso:x", false), ("Clinic", false), ("a b", false), ("email", false), ("phone", false),
        (String(repeating: "a", count: 65), false),
    ])
    func `know what a provider may be called`(name: String, isValid: Bool) {
        #expect(ExternalConfiguration.isValidName(name) == isValid)
    }

    /// Whatever is sent as an ID token ends in a refusal, never in a crash.
    @Test(arguments: 0..<40 as Range<UInt64>) func `refuse random ID tokens`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let real = try ScriptedProvider().idToken(ScriptedProvider.claims())
        let keys = ProviderKeys([
            "keys": [.object(try #require(try ScriptedProvider.shared(.rs256, "rsa").verificationKey.publicJWK))]
        ])
        let now = ManualClock().now()
        #expect(try IDToken(real).verified(with: keys, now: now).subject == "117")
        for _ in 0..<25 {
            var bytes = Array(real.utf8)
            for _ in 0...Int.random(in: 0..<3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0x20..<0x7F, using: &generator)
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0x20..<0x7F, using: &generator), at: place)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            guard text != real else { continue }
            #expect(throws: IDTokenFault.self) { try IDToken(text).verified(with: keys, now: now) }
        }
    }

    /// An answer of a provider is whatever the provider, or who sits in its place, sends.
    @Test(arguments: 0..<20 as Range<UInt64>) func `read random token answers`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let bytes = (0..<Int.random(in: 0..<60, using: &generator)).map { _ in
                Array(#"{}[]":,&=%+access_token"#.utf8).randomElement(using: &generator) ?? 0
            }
            do throws(ProviderFailure) {
                let tokens = try ProviderTokens(WebResponse(status: 200, headers: [], body: bytes))
                #expect(!tokens.accessToken.isEmpty)
            } catch {
                #expect(error.cause.hasPrefix("the exchange of a code: status 200"))
            }
        }
    }

    @Test func `read a token answer that is a form`() throws {
        let body = Array("access_token=gho%5F1&scope=a%2Cb&token_type=bearer".utf8)
        #expect(try ProviderTokens(WebResponse(status: 200, headers: [], body: body)).accessToken == "gho_1")
    }

    @Test func `leave out what is too large to be carried in access tokens`() throws {
        let long = String(repeating: "x", count: 3000)
        let profile = try ExternalProfile(
            subject: "1", emails: [], [("name", "n"), ("picture", "data:" + long)],
            custom: ["big": .string(long + long)])
        #expect(profile.claims["name"] == "n")
        #expect(profile.claims["picture"] == nil && profile.claims["custom_claims"] == nil)
        #expect(throws: ProviderFailure.self) { try ExternalProfile(subject: "", emails: [], []) }
    }

    static let id = "0f8fad5b-d9cb-469f-a165-70867728950e"

    @Test func `are statements that the migrated schema takes`() async throws {
        let now = Timestamp(seconds: 1_790_000_000)
        let profile = try ExternalProfile(subject: "1", emails: [], [])
        let id = Self.id
        let tokens = try ProviderTokens(
            WebResponse(status: 200, headers: [], body: Array(#"{"access_token":"x"}"#.utf8)))
        let statements: [SQL] =
            FlowStatements.claim(id: id, now: now)
            + [
                FlowStatements.begin(NewFlow(id: id, provider: "google", target: ""), now: now),
                FlowStatements.finish(id: id, userID: id, tokens: tokens, now: now), FlowStatements.lock(code: "x"),
                FlowStatements.delete(id: id),
                FlowStatements.keepVerifier(id: id, provider: "x", verifier: "y", now: now),
                FlowStatements.takeVerifier(id: id, provider: "x"),
                PendingLinkStatements.keep(flowID: id, profile, now: now), PendingLinkStatements.take(flowID: id),
                ExternalIdentityStatements.lockUser(id: id),
                ExternalIdentityStatements.insert(profile, provider: "x", userID: id, now: now),
                ExternalIdentityStatements.update(profile, provider: "x", now: now),
                ExternalIdentityStatements.delete(id: id, userID: id),
                ExternalIdentityStatements.setEmail(userID: id, email: "", now: now),
                ExternalIdentityStatements.makePermanent(userID: id, now: now),
                ExternalIdentityStatements.unconfirmEmail(userID: id, now: now),
                ExternalIdentityStatements.removePhone(userID: id, now: now),
                ExternalIdentityStatements.findInvitation(token: "x", sentAfter: now),
                ExternalIdentityStatements.takeInvitation(token: "x", sentAfter: now),
            ] + AuthConfiguration().flowPurge(now: now)
            + ExternalIdentityStatements.facts(provider: "x", subject: "1", emails: ["a@b.co"], email: "a@b.co")
            + ExternalIdentityStatements.stripUnproven(
                profile, provider: "x", userID: id, isMailKept: true, now: now)
        try await AuthHarness.run { auth in
            for (index, statement) in statements.enumerated() {
                do throws(DatabaseError) {
                    try await auth.pool.run(SQL(trustedText: "prepare external_\(index) as \(statement.text)"))
                } catch {
                    Issue.record("\(error.serverError?.message ?? error.logText): \(statement.text)")
                }
            }
        }
    }
}
