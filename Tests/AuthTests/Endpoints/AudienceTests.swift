import Auth
import Core
import HTTPTypes
import Postgres
import Testing

/// `X-JWT-AUD` is anybody's to send, so it says nothing about accounts.
@Suite struct `An audience that is not configured` {
    private static let other = ["X-JWT-AUD": "somebody-elses"]

    @Test(arguments: ["/otp", "/magiclink", "/recover", "/signup"])
    func `does not tell who has an account`(path: String) async throws {
        try await AuthHarness.run({ _ in }) { auth in
            _ = try await auth.confirmedUser("known@example.org")
            for address in ["known@example.org", "unknown@example.org"] {
                let answer = try await auth.send(
                    .post, path, ["email": .string(address), "password": "a password"], headers: Self.other)
                #expect(answer.status == 200, "\(address) \(answer.text)")
            }
        }
    }

    @Test func `is nobody's`() async throws {
        try await AuthHarness.run {
            $0.isEmailAutoconfirmed = true
            $0.areAnonymousUsersEnabled = true
        } _: { auth in
            for body: JSON in [["email": "a@example.org", "password": "secret1"], [:]] {
                let made = try SignedIn(await auth.send(.post, "/signup", body, headers: Self.other))
                #expect(made.user["aud"] == "authenticated" && made.claims["aud"] == "authenticated")
            }
            let signedIn = try await auth.send(
                .post, "/token?grant_type=password", ["email": "a@example.org", "password": "secret1"],
                headers: Self.other)
            #expect(signedIn.status == 200)
            // Not that of a bearer either: an ID token's audience is a client.
            let foreign = try auth.token(["sub": .string(try SignedIn(signedIn).userID), "aud": "a-client"])
            let taken = try await auth.send(
                .post, "/signup", ["email": "a@example.org", "password": "secret1"], bearer: foreign)
            #expect(taken.refusal == "422 user_already_exists")
        }
    }

    @Test func `is not an admin's to look through`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            let invited = try await auth.send(
                .post, "/invite", ["email": .string(AuthHarness.email)], bearer: auth.serviceKey, headers: Self.other)
            #expect(invited.refusal == "422 email_exists")
            let made = try await auth.send(
                .post, "/admin/users", ["email": "new@example.org"], bearer: auth.serviceKey, headers: Self.other)
            #expect(made["aud"] == "authenticated")
        }
    }
}
