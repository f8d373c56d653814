import Auth
import Core
import Cryptography
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `The refresh grant` {
    @Test func `rotates the token and keeps the session`() async throws {
        try await AuthHarness.run { auth in
            let first = try await auth.signUp(data: ["name": "before"])
            auth.clock.advance(by: .seconds(1800))
            try await auth.owner.run(
                "update auth.users set raw_user_meta_data = '{\"name\": \"after\"}', role = 'radiologist'")
            let second = try SignedIn(await auth.refresh(first.refreshToken))
            #expect(second.refreshToken != first.refreshToken)
            #expect(second.sessionID == first.sessionID)
            #expect(second.claims["amr"] == first.claims["amr"])
            #expect(second.claims["exp"]?.int == auth.clock.now().seconds + 3600)
            // Read again at every refresh.
            #expect(second.claims["user_metadata"] == ["name": "after"])
            #expect(second.claims["role"] == "radiologist")
            #expect(
                try await auth.value(
                    "select string_agg(token || ':' || revoked || ':' || coalesce(parent, ''), ':' order by id) from auth.refresh_tokens"
                )
                    // Whoever reads the table has no token.
                    == [first.refreshToken, "true", "", second.refreshToken, "false", first.refreshToken]
                    .map { $0.count == 12 ? RefreshTokens.stored($0) : $0 }.joined(separator: ":"))
        }
    }

    @Test func `gives the same successor to a client that lost its answer, however late`() async throws {
        try await AuthHarness.run { auth in
            let first = try await auth.signUp()
            let second = try SignedIn(await auth.refresh(first.refreshToken))
            auth.clock.advance(by: .seconds(86_400))
            let again = try SignedIn(await auth.refresh(first.refreshToken))
            #expect(again.refreshToken == second.refreshToken)
            #expect(try await auth.value("select count(*) from auth.refresh_tokens") == "2")
        }
    }

    @Test func `lets many concurrent refreshes of one token converge`() async throws {
        try await AuthHarness.run({ $0.isEmailAutoconfirmed = true }, connections: 10) { auth in
            let first = try await auth.signUp()
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<20 { group.addTask { try await auth.refresh(first.refreshToken) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(Set(answers.compactMap { $0["refresh_token"]?.string }).count == 1)
            #expect(try await auth.value("select count(*) from auth.refresh_tokens where not revoked") == "1")
            #expect(try await auth.value("select count(*) from auth.refresh_tokens") == "2")
        }
    }

    @Test func `a reused refresh token revokes its family, although it is refused`() async throws {
        try await AuthHarness.run { auth in
            let first = try await auth.signUp()
            let second = try SignedIn(await auth.refresh(first.refreshToken))
            auth.clock.advance(by: .seconds(60))
            let third = try SignedIn(await auth.refresh(second.refreshToken))
            auth.clock.advance(by: .seconds(5))
            let reused = try await auth.refresh(first.refreshToken)
            #expect(reused.refusal == "400 refresh_token_already_used")
            #expect(reused["msg"] == "Invalid Refresh Token: Already Used")
            #expect(auth.observer.warnings.count == 1)
            // The newest token dies too, young as it is, and with the session its access tokens.
            #expect(try await auth.refresh(third.refreshToken).refusal == "400 refresh_token_not_found")
            #expect(try await auth.refresh(second.refreshToken).refusal == "400 refresh_token_not_found")
            #expect(try await auth.value("select count(*) from auth.sessions") == "0")
            #expect(
                try await auth.send(.get, "/user", bearer: third.accessToken).refusal == "403 session_not_found")
        }
    }

    @Test func `grants an ancestor one more token within the interval`() async throws {
        try await AuthHarness.run { auth in
            let first = try await auth.signUp()
            let second = try SignedIn(await auth.refresh(first.refreshToken))
            let third = try SignedIn(await auth.refresh(second.refreshToken))
            auth.clock.advance(by: .seconds(10))
            let fourth = try SignedIn(await auth.refresh(first.refreshToken))
            #expect(![first.refreshToken, second.refreshToken, third.refreshToken].contains(fourth.refreshToken))
            #expect(try await auth.refresh(third.refreshToken).status == 200)
            #expect(try await auth.refresh(fourth.refreshToken).status == 200)
        }
    }

    @Test func `without rotation reuse is refused and the family lives`() async throws {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.isRefreshTokenRotationEnabled = false
        } _: { auth in
            let first = try await auth.signUp()
            let second = try SignedIn(await auth.refresh(first.refreshToken))
            let third = try SignedIn(await auth.refresh(second.refreshToken))
            auth.clock.advance(by: .seconds(60))
            #expect(try await auth.refresh(first.refreshToken).refusal == "400 refresh_token_already_used")
            #expect(try await auth.refresh(third.refreshToken).status == 200)
        }
    }

    @Test func `races between reuse and rotation never leave a live token behind`() async throws {
        try await AuthHarness.run { auth in
            for _ in 0..<5 {
                let first = try await auth.signUp(
                    "r\(SecureRandom.text(length: 8, alphabet: SecureRandom.digits))@b.co")
                let second = try SignedIn(await auth.refresh(first.refreshToken))
                let third = try SignedIn(await auth.refresh(second.refreshToken))
                auth.clock.advance(by: .seconds(60))
                async let thief = auth.refresh(first.refreshToken)
                async let owner = auth.refresh(third.refreshToken)
                _ = try await (thief, owner)
                #expect(
                    try await auth.value(
                        "select count(*) from auth.refresh_tokens where not revoked and session_id = \(first.sessionID)::uuid"
                    )
                        == "0")
            }
        }
    }

    @Test func `refuses what is no token of ours`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            for (body, refusal) in [
                ("{}", "400 validation_failed"), (#"{"refresh_token":null}"#, "400 validation_failed"),
                (#"{"refresh_token":"short"}"#, "400 validation_failed"),
                (#"{"refresh_token":"abcdefghijk\u0000"}"#, "400 validation_failed"),
                (#"{"refresh_token":"abc'; drop ta"}"#, "400 validation_failed"),
                (#"{"refresh_token":7}"#, "400 bad_json"), ("", "400 bad_json"),
                (#"{"refresh_token":"abcdefghijkl"}"#, "400 refresh_token_not_found"),
                (#"{"refresh_token":"LD1nDyZ2vbE1KRhZqYkYwQ"}"#, "400 refresh_token_not_found"),
            ] {
                let answer = try await auth.send(.post, "/token?grant_type=refresh_token", raw: body)
                #expect(answer.refusal == refusal, "\(body): \(answer.text)")
            }
            let unknown = try await auth.refresh("abcdefghijkl")
            #expect(unknown["msg"] == "Invalid Refresh Token: Refresh Token Not Found")
            #expect(try await auth.refresh("short")["msg"] == "Refresh token is not valid")
        }
    }

    @Test func `checks the user and the session`() async throws {
        try await AuthHarness.run { auth in
            let token = try await auth.signUp().refreshToken
            try await auth.owner.run("update auth.users set banned_until = '2100-01-01'")
            #expect(try await auth.refresh(token).refusal == "400 user_banned")
            try await auth.owner.run("update auth.users set banned_until = null")
            try await auth.owner.run("update auth.sessions set not_after = '2000-01-01'")
            let ended = try await auth.refresh(token)
            #expect(ended.refusal == "400 session_expired")
            #expect(ended["msg"] == "Invalid Refresh Token: Session Expired")
            try await auth.owner.run("update auth.refresh_tokens set session_id = null")
            #expect(try await auth.refresh(token).refusal == "400 session_not_found")
            try await auth.owner.run("delete from auth.users")
            try await auth.owner.run("delete from auth.refresh_tokens")
            #expect(try await auth.refresh(token).refusal == "400 refresh_token_not_found")
        }
    }

    @Test func `ends sessions by timebox, inactivity and newer login`() async throws {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.sessionInactivityMax = .seconds(100)
            configuration.sessionTimebox = .seconds(250)
            configuration.isSessionSinglePerUser = true
        } _: { auth in
            let first = try await auth.signUp()
            auth.clock.advance(by: .seconds(90))
            let second = try SignedIn(await auth.refresh(first.refreshToken))
            auth.clock.advance(by: .seconds(90))
            let third = try SignedIn(await auth.refresh(second.refreshToken))
            auth.clock.advance(by: .seconds(10))
            let newer = try await auth.signIn()
            #expect(
                try await auth.refresh(third.refreshToken)["msg"]
                    == "Invalid Refresh Token: Session Expired (Revoked by Newer Login)")
            #expect(try await auth.refresh(newer.refreshToken).status == 200)
            auth.clock.advance(by: .seconds(65))
            #expect(try await auth.refresh(third.refreshToken)["msg"] == "Invalid Refresh Token: Session Expired")
            auth.clock.advance(by: .seconds(60))
            #expect(
                try await auth.refresh(newer.refreshToken)["msg"]
                    == "Invalid Refresh Token: Session Expired (Inactivity)")
        }
    }

    @Test func `gives up on a session that somebody else holds`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            try await auth.owner.transaction { transaction in
                try await transaction.run("select id from auth.sessions for update")
                let answer = try await auth.refresh(signedIn.refreshToken)
                #expect(answer.refusal == "409 conflict")
            }
            #expect(try await auth.refresh(signedIn.refreshToken).status == 200)
        }
    }

    // MARK: Version 2

    private func makeCounted(_ auth: AuthHarness, _ signedIn: SignedIn, counter: Int) async throws -> [UInt8] {
        let key = SecureRandom.bytes(32)
        try await auth.owner.run(
            """
            update auth.sessions
            set refresh_token_hmac_key = \(Base64URL.encode(key)), refresh_token_counter = \(counter)::bigint
            where id = \(signedIn.sessionID)::uuid
            """)
        return key
    }

    @Test func `takes version 2 tokens of a restored database`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            let key = try await makeCounted(auth, signedIn, counter: 7)
            func token(_ counter: Int) throws -> String {
                try #require(CountedRefreshToken.make(sessionID: signedIn.sessionID, counter: counter, key: key))
            }
            let next = try SignedIn(await auth.refresh(token(7)))
            #expect(next.refreshToken == (try token(8)))
            #expect(next.sessionID == signedIn.sessionID)
            // A lost answer.
            #expect(try SignedIn(await auth.refresh(token(7))).refreshToken == (try token(8)))
            #expect(try await auth.refresh(token(9)).refusal == "400 refresh_token_not_found")
            let forged = try #require(
                CountedRefreshToken.make(
                    sessionID: signedIn.sessionID, counter: 8, key: [UInt8](repeating: 1, count: 32)))
            #expect(try await auth.refresh(forged).refusal == "400 refresh_token_not_found")
            // From the past: the session ends.
            auth.clock.advance(by: .seconds(60))
            #expect(try await auth.refresh(token(2)).refusal == "400 refresh_token_already_used")
            #expect(try await auth.refresh(token(8)).refusal == "400 refresh_token_not_found")
            #expect(try await auth.value("select count(*) from auth.sessions") == "0")
        }
    }

    @Test func `issues version 2 tokens where they are configured, which count and leave no token behind`() async throws
    {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.refreshTokenVersion = 2
        } _: { auth in
            let first = try await auth.signUp()
            #expect(CountedRefreshToken(first.refreshToken)?.counter == 0)
            #expect(CountedRefreshToken(first.refreshToken)?.sessionID == first.sessionID)
            let signedIn = try await auth.signIn()
            let second = try SignedIn(await auth.refresh(signedIn.refreshToken))
            #expect(CountedRefreshToken(second.refreshToken)?.counter == 1)
            #expect(try SignedIn(await auth.refresh(signedIn.refreshToken)).refreshToken == second.refreshToken)
            #expect(try await auth.value("select count(*) from auth.refresh_tokens") == "0")
            // Every bit of it counts.
            let bytes = try #require(Base64URL.decode(second.refreshToken))
            for index in bytes.indices {
                var altered = bytes
                altered[index] ^= 1
                #expect(try await auth.refresh(Base64URL.encode(altered)).status == 400)
            }
            #expect(try await auth.refresh(second.refreshToken).status == 200)
        }
    }

    @Test func `of a session that somebody else's key made tells no token again, and goes on`() async throws {
        try await AuthHarness.run { auth in
            let first = try await auth.signUp()
            let second = try SignedIn(await auth.refresh(first.refreshToken))
            // As after a rotation of the secret: the successor can no longer be told from its digest.
            try await auth.owner.run(
                "update auth.refresh_tokens set token = \(RefreshTokens.stored("unknown12345")) where not revoked")
            let again = try SignedIn(await auth.refresh(first.refreshToken))
            #expect(again.refreshToken != second.refreshToken)
            #expect(try await auth.refresh(again.refreshToken).status == 200)
        }
    }

    @Test func `gives each ancestor's late child a token of its own, and can repeat it`() async throws {
        try await AuthHarness.run { auth in
            let first = try await auth.signUp()
            let second = try SignedIn(await auth.refresh(first.refreshToken))
            _ = try await auth.refresh(second.refreshToken)
            var seen: Set<String> = [first.refreshToken, second.refreshToken]
            for _ in 0..<4 {
                let late = try SignedIn(await auth.refresh(first.refreshToken))
                // The newest active token is its child now, so a lost answer is repeated.
                #expect(try SignedIn(await auth.refresh(first.refreshToken)).refreshToken == late.refreshToken)
                #expect(seen.insert(late.refreshToken).inserted)
                _ = try await auth.refresh(late.refreshToken)
            }
        }
    }

    @Test func `successors are plausible tokens and differ by token, sibling and key`() {
        let key = ServiceKey(Secret(Array(repeating: 7, count: 32)))
        var seen: Set<String> = []
        for number in 0..<200 {
            for sibling in 0..<3 {
                let successor = RefreshTokens.successor(of: "token\(number)", sibling: sibling, key: key)
                #expect(successor.count == 12)
                #expect(RefreshTokens.isPlausible(successor))
                #expect(successor == RefreshTokens.successor(of: "token\(number)", sibling: sibling, key: key))
                #expect(seen.insert(successor).inserted)
            }
        }
        #expect(
            RefreshTokens.successor(of: "x", sibling: 0, key: key)
                != RefreshTokens.successor(of: "x", sibling: 0, key: .random()))
        #expect(!RefreshTokens.isPlausible(RefreshTokens.stored("abcdefghijkl")))
    }
}
