import Auth
import Core
import HTTPTypes
import Postgres
import Testing

/// Somebody signs up with another's address and waits for its owner to come.
@Suite struct `An account that somebody made for another's address` {
    private static let email: JSON = "owner@example.org"

    private func squat(_ auth: AuthHarness) async throws {
        let made = try await auth.send(
            .post, "/signup", ["email": Self.email, "password": "the attacker's", "data": ["a": 1]])
        #expect(made.status == 200)
        try await auth.owner.run(
            """
            insert into auth.identities (id, provider_id, user_id, identity_data, provider, created_at)
            select gen_random_uuid(), 'x', id, '{}', 'google', now() from auth.users;
            """)
        try await auth.owner.run(
            """
            insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at, secret)
            select gen_random_uuid(), id, 'totp', 'verified', now(), now(), 'x' from auth.users
            """)
        try await auth.owner.run(
            """
            insert into auth.sessions (id, user_id, created_at, updated_at)
            select '0f8fad5b-d9cb-469f-a165-70867728950e', id, now(), now() from auth.users
            """)
        auth.clock.advance(by: .seconds(61))
    }

    private func password(_ auth: AuthHarness, _ password: JSON) async throws -> String {
        try await auth.send(.post, "/token?grant_type=password", ["email": Self.email, "password": password]).refusal
    }

    @Test(arguments: ["/otp", "/magiclink", "/recover"], ["code", "link"])
    func `is the owner's alone once a mail let the owner in`(path: String, proof: String) async throws {
        try await AuthHarness.run({ _ in }) { auth in
            try await squat(auth)
            #expect(try await auth.send(.post, path, ["email": Self.email]).status == 200)
            // Nothing is taken from anybody by asking.
            #expect(try await password(auth, "the attacker's") == "400 email_not_confirmed")
            let mail = try auth.lastMail()
            let type = path == "/recover" ? "recovery" : "magiclink"
            let verified =
                proof == "code"
                ? try await auth.verify(path == "/recover" ? type : "email", mail)
                : try await auth.verify(type, link: mail.token.reveal())
            let owner = try SignedIn(verified)
            #expect(owner.user["email_confirmed_at"] != nil && owner.user["factors"] == nil)
            #expect(owner.user["identities"]?.array?.compactMap { $0["provider"]?.string } == ["email"])
            #expect(owner.user["app_metadata"]?["providers"] == ["email"])
            #expect(try await password(auth, "the attacker's") == "400 invalid_credentials")
            #expect(try await auth.value("select string_agg(id::text, ',') from auth.sessions") == owner.sessionID)
            let set = try await auth.send(.put, "/user", ["password": "the owner's"], bearer: owner.accessToken)
            #expect(set.status == 200, "\(set.text)")
            #expect(try await password(auth, "the owner's") == "200 -")
        }
    }

    @Test func `keeps its password when its own sign-up is confirmed`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            _ = try await auth.send(.post, "/signup", ["email": Self.email, "password": "my own secret"])
            _ = try SignedIn(await auth.verify("signup", try auth.lastMail()))
            #expect(try await password(auth, "my own secret") == "200 -")
            // Nor is a confirmed account's dropped.
            auth.clock.advance(by: .seconds(61))
            _ = try await auth.send(.post, "/otp", ["email": Self.email])
            _ = try SignedIn(await auth.verify("email", try auth.lastMail()))
            #expect(try await password(auth, "my own secret") == "200 -")
        }
    }
}
