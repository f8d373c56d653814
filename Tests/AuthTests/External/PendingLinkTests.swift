import Core
import Gateway
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `Linking by hand with a code exchange` {
    /// Goes the way from the app to the provider and back, in whosever browser.
    private func link(
        _ harness: ExternalHarness, _ claims: JSONObject = ScriptedProvider.claims(), bearer: String
    ) async throws -> Landed {
        harness.provider.expect(.init(claims: claims), for: "link")
        let answer = try await harness.auth.send(
            .get,
            "/user/identities/authorize?provider=google&skip_http_redirect=true"
                + "&code_challenge=\(ExternalHarness.challenge)&code_challenge_method=s256", bearer: bearer)
        let url = try #require(answer["url"]?.string, "\(answer.text)")
        let state = try #require(url.split(separator: "&").first { $0.hasPrefix("state=") }?.dropFirst(6))
        return try await harness.callback("code=link&state=\(state)")
    }

    private func providers(_ harness: ExternalHarness, _ userID: String) async throws -> JSON? {
        try await harness.user(userID)["app_metadata"]?["providers"]
    }

    @Test func `links nothing before the app exchanges the code`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
            $0.mail.notices = [.identityLinked]
        } _: { harness in
            let user = try await harness.auth.signUp()
            let landed = try await link(harness, bearer: user.accessToken)
            let code = try #require(landed.query["code"], "\(landed.location)")
            #expect(try await providers(harness, user.userID) == ["email"])
            let guess = try await harness.exchange(code, verifier: String(repeating: "w", count: 43))
            #expect(guess.refusal == "400 bad_code_verifier")
            #expect(try await providers(harness, user.userID) == ["email"])
            #expect(harness.auth.mailer.sent.isEmpty)

            let linked = try SignedIn(await harness.exchange(code))
            #expect(linked.userID == user.userID)
            let identities = (linked.user["identities"]?.array ?? []).compactMap { $0["provider"]?.string }
            #expect(identities.sorted() == ["email", "google"])
            #expect(linked.answer["provider_token"] != nil)
            #expect(try await providers(harness, user.userID) == ["email", "google"])
            #expect(harness.auth.mailer.sent.map(\.kind) == [.identityLinked])
            #expect(try await harness.exchange(code).refusal == "404 flow_state_not_found")
            #expect(try await harness.count("select count(*) from medmitra.pending_links") == 0)
            // Now it is a way in.
            #expect(try await harness.signIn().userID == user.userID)
        }
    }

    @Test func `by fifty at once links once`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let user = try await harness.auth.signUp()
            let code = try #require(try await link(harness, bearer: user.accessToken).query["code"])
            let counts = try await statuses(50) { try await harness.exchange(code).status }
            #expect(counts[200] == 1 && counts.values.reduce(0, +) == 50, "\(counts)")
            #expect(try await harness.count("select count(*) from auth.identities where provider = 'google'") == 1)
        }
    }

    @Test func `says what speaks against it as early as it can`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
            $0.areAnonymousUsersEnabled = true
        } _: { harness in
            let user = try await harness.auth.signUp()
            let early = try #require(try await link(harness, bearer: user.accessToken).query["code"])
            // Meanwhile somebody signs in with the identity.
            let owner = try await harness.signIn()
            #expect(try await harness.exchange(early).refusal == "422 identity_already_exists")
            #expect(try await providers(harness, user.userID) == ["email"])
            for bearer in [user.accessToken, owner.accessToken] {
                let landed = try await link(harness, bearer: bearer)
                #expect(landed.query["error_code"] == "identity_already_exists")
            }
            let anonymous = try SignedIn(await harness.auth.send(.post, "/signup", [:]))
            let taken = try await link(
                harness, ScriptedProvider.claims("118", email: AuthHarness.email), bearer: anonymous.accessToken)
            #expect(taken.query["error_code"] == "email_exists")
        }
    }

    @Test func `gives an anonymous user an address only if it is proven`() async throws {
        try await ExternalHarness.run {
            $0.areAnonymousUsersEnabled = true
        } _: { harness in
            let first = try SignedIn(await harness.auth.send(.post, "/signup", [:]))
            let unproven = try await link(
                harness, ScriptedProvider.claims(isVerified: false), bearer: first.accessToken)
            let answer = try await harness.exchange(try #require(unproven.query["code"]))
            #expect(answer["error_code"] == "email_not_confirmed", "\(answer.text)")
            #expect(harness.auth.mailer.sent.map(\.kind) == [.confirmation])
            let second = try SignedIn(await harness.auth.send(.post, "/signup", [:]))
            let proven = try await link(
                harness, ScriptedProvider.claims("118", email: "other@example.org"), bearer: second.accessToken)
            let linked = try SignedIn(await harness.exchange(try #require(proven.query["code"])))
            #expect(linked.userID == second.userID)
            #expect(linked.user["is_anonymous"] == false && linked.user["email"] == "other@example.org")
        }
    }

    @Test func `leaves nothing behind when nobody exchanges the code`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let user = try await harness.auth.signUp()
            _ = try await link(harness, bearer: user.accessToken)
            #expect(try await harness.count("select count(*) from medmitra.pending_links") == 1)
            harness.auth.clock.advance(by: .seconds(3600))
            try await AuthMaintenance(
                database: harness.auth.pool, clock: harness.auth.clock, observer: harness.auth.observer,
                configuration: harness.auth.endpoints.configuration
            ).purge()
            #expect(try await harness.count("select count(*) from medmitra.pending_links") == 0)
        }
    }
}
