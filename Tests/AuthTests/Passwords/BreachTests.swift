import Auth
import Core
import Cryptography
import HTTPTypes
import Testing

@Suite struct `Breached passwords` {
    /// Knows one password, or nothing at all.
    struct Breaches: BreachedPasswords {
        var isAway = false
        let known = Hex.encode(Digest.hash(.sha1, of: "password1")).uppercased()

        func contains(hash: String) async throws(BreachLookupFailure) -> Bool {
            if isAway { throw BreachLookupFailure(cause: "away") }
            return hash == known
        }
    }

    @Test func `are refused at sign-up and change, and reported at sign-in`() async throws {
        try await AuthHarness.run(breaches: Breaches()) { auth in
            let refused = try await auth.send(.post, "/signup", ["email": "a@b.co", "password": "password1"])
            #expect(refused.refusal == "422 weak_password")
            #expect(refused["weak_password"]?["reasons"] == ["pwned"])
            #expect(
                refused["msg"] == "Password is known to be weak and easy to guess, please choose a different one.")
            let user = try await auth.signUp()
            #expect(
                try await auth.send(.put, "/user", ["password": "password1"], bearer: user.accessToken).refusal
                    == "422 weak_password")
            #expect(
                try await auth.send(
                    .put, "/admin/users/\(user.userID)", ["password": "password1"], bearer: auth.serviceKey
                ).refusal == "422 weak_password")
            // Set before the breach was known.
            _ = try await auth.send(
                .post, "/admin/users", ["email": "old@b.co", "password": "password1", "email_confirm": true],
                bearer: auth.serviceKey)
            let signedIn = try await auth.signIn("old@b.co", password: "password1")
            #expect(signedIn.answer["weak_password"]?["reasons"] == ["pwned"])
        }
    }

    @Test func `that cannot be looked up are taken, unless it has to be known`() async throws {
        try await AuthHarness.run(breaches: Breaches(isAway: true)) { auth in
            _ = try await auth.signUp()
            #expect(auth.observer.warnings == ["breached passwords cannot be looked up: away"])
        }
        try await AuthHarness.run(
            {
                $0.isEmailAutoconfirmed = true
                $0.isBreachLookupRequired = true
            }, breaches: Breaches(isAway: true)
        ) { auth in
            let answer = try await auth.send(.post, "/signup", ["email": "a@b.co", "password": "secret1"])
            #expect(answer.refusal == "500 unexpected_failure")
            #expect(answer["msg"] == "Unable to perform password strength check with HaveIBeenPwned.org.")
        }
    }
}
