import Core
import Cryptography
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `A project restored from the hosted platform` {
    private func withDump(_ body: @Sendable (AuthHarness) async throws -> Void) async throws {
        try await AuthHarness.run { auth in
            for statement in RestoredDump.statements { try await auth.owner.run(SQL(trustedText: statement)) }
            try await body(auth)
        }
    }

    @Test(arguments: RestoredDump.passwords)
    func `signs its users in whatever their hash`(email: String, password: String) async throws {
        try await withDump { auth in
            let signedIn = try await auth.signIn(email, password: password)
            #expect(signedIn.user["user_metadata"]?["full_name"]?.string?.hasPrefix("Old ") == true)
            #expect(signedIn.user["identities"]?.array?.count == 1)
            #expect(signedIn.user["created_at"] == "2024-03-01T10:00:00.000000Z")
            let wrong = try await auth.send(
                .post, "/token?grant_type=password", ["email": .string(email), "password": .string(password + "x")])
            #expect(wrong.refusal == "400 invalid_credentials")
            #expect(try await auth.send(.get, "/user", bearer: signedIn.accessToken).status == 200)
        }
    }

    @Test func `keeps those signed in who were, by tokens of version 1`() async throws {
        try await withDump { auth in
            let next = try SignedIn(await auth.refresh(RestoredDump.currentToken))
            #expect(next.claims["amr"]?.array?.first?["method"] == "password")
            // From now on the database holds digests.
            #expect(
                try await auth.value("select count(*) from auth.refresh_tokens where token = \(next.refreshToken)")
                    == "0")
            // A client that lost this answer gets the same one again, one from before the family's last.
            #expect(try SignedIn(await auth.refresh(RestoredDump.currentToken)).refreshToken == next.refreshToken)
            let third = try SignedIn(await auth.refresh(next.refreshToken))
            #expect(try await auth.refresh(RestoredDump.revokedToken).refusal == "400 refresh_token_already_used")
            #expect(try await auth.refresh(third.refreshToken).refusal == "400 refresh_token_not_found")
        }
    }

    @Test func `repeats the answer that was lost before the move`() async throws {
        try await withDump { auth in
            let again = try SignedIn(await auth.refresh(RestoredDump.revokedToken))
            #expect(again.refreshToken == RestoredDump.currentToken)
        }
    }

    @Test func `takes tokens of the older form, in rows that are mostly empty`() async throws {
        try await withDump { auth in
            let next = try SignedIn(await auth.refresh(RestoredDump.longToken))
            #expect(next.user["email"] == "Argon2i@Old.example")
            #expect(try await auth.refresh(next.refreshToken).status == 200)
        }
    }

    @Test func `keeps those signed in who were, by tokens of version 2`() async throws {
        try await withDump { auth in
            let key = try #require(Base64URL.decode(RestoredDump.countedKey))
            let token = try #require(
                CountedRefreshToken.make(
                    sessionID: RestoredDump.countedSession, counter: RestoredDump.counter, key: key))
            let next = try SignedIn(await auth.refresh(token))
            #expect(next.claims["aal"] == "aal2")
            #expect(try SignedIn(await auth.refresh(next.refreshToken)).sessionID == RestoredDump.countedSession)
        }
    }

    @Test func `does not take a stored digest for a token`() async throws {
        try await withDump { auth in
            _ = try await auth.refresh(RestoredDump.currentToken)
            let stored = try await auth.value(
                "select token from auth.refresh_tokens where not revoked order by id desc")
            let answer = try await auth.refresh(try #require(stored))
            #expect(answer.refusal == "400 validation_failed")
        }
    }

    @Test func `lets admins bring hashes along, and refuses such that could never be checked`() async throws {
        try await withDump { auth in
            for (index, (_, password)) in RestoredDump.passwords.enumerated() {
                let hash = try await auth.value(
                    """
                    select encrypted_password from auth.users where email not like 'new%' order by id
                    offset \(index)::int limit 1
                    """)
                let email = "new\(index)@old.example"
                let made = try await auth.send(
                    .post, "/admin/users",
                    ["email": .string(email), "password_hash": .string(try #require(hash)), "email_confirm": true],
                    bearer: auth.serviceKey)
                #expect(made.status == 200)
                _ = try await auth.signIn(email, password: password)
                let id = made["id"]?.string ?? ""
                let changed = try await auth.send(
                    .put, "/admin/users/\(id)", ["password_hash": .string(try #require(hash))], bearer: auth.serviceKey)
                #expect(changed.status == 200)
            }
            for hash in [
                "$argon2id$v=19$m=2097152,t=3,p=4$c29tZXNhbHQ$NfEnUOuUpb7F2fQkgFUG4g", "$1$salt$hash", "plain",
                "$argon2d$v=19$m=16,t=3,p=1$c29tZXNhbHQ$NfEnUOuUpb7F2fQkgFUG4g",
                "$fbscrypt$v=1,n=24,r=8,p=1,ss=Bw==,sk=AAAA$AAAA$AAAA", "$2a$20$" + String(repeating: "a", count: 53),
            ] {
                let refused = try await auth.send(
                    .post, "/admin/users", ["email": "x@old.example", "password_hash": .string(hash)],
                    bearer: auth.serviceKey)
                #expect(refused.refusal == "400 validation_failed", "\(hash)")
            }
        }
    }
}
