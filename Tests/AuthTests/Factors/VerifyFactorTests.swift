import Auth
import Core
import Cryptography
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `Verifying a factor` {
    @Test func `raises the session to the second level`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let challenge = try await auth.challengeID(user, factor.id)
            auth.clock.advance(by: .seconds(20))
            let raised = try SignedIn(
                await auth.verify(user, factor.id, challenge: challenge, code: auth.code(factor)))
            #expect(raised.sessionID == user.sessionID)
            #expect(raised.claims["aal"] == "aal2")
            #expect(raised.claims["amr"]?.array?.compactMap { $0["method"]?.string } == ["totp", "password"])
            #expect(raised.claims["amr"]?.array?.first?["timestamp"]?.int == auth.clock.now().seconds)
            #expect(raised.refreshToken != user.refreshToken)
            #expect(raised.user["factors"]?.array?.first?["status"] == "verified")
            #expect(raised.answer["token_type"] == "bearer")
            #expect(raised.answer["expires_in"]?.int == 3600)
            #expect(
                try await auth.value("select aal || (factor_id = \(factor.id)::uuid)::text from auth.sessions")
                    == "aal2true")
            // The level stays over refreshes, and a new sign-in begins at the first again.
            let refreshed = try SignedIn(await auth.refresh(raised.refreshToken))
            #expect(refreshed.claims["aal"] == "aal2" && refreshed.claims["amr"] == raised.claims["amr"])
            #expect(try await auth.signIn().claims["aal"] == "aal1")
            #expect(
                try await auth.value(
                    """
                    select count(*) from auth.audit_log_entries
                    where payload ->> 'action' = 'verification_attempted' and payload #>> '{traits,factor_id}' = \(factor.id)
                    """) == "1")
        }
    }

    @Test func `does not let the refresh token from before rise with it`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let raised = try await auth.raise(user, try await auth.enrollTOTP(user))
            #expect(try await auth.refresh(user.refreshToken).refusal == "400 refresh_token_already_used")
            #expect(try await auth.refresh(raised.refreshToken).status == 400)
        }
    }

    @Test func `moves counted refresh tokens on by two`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let key = [UInt8](repeating: 5, count: 32)
            try await auth.owner.run(
                """
                update auth.sessions
                set refresh_token_counter = 7, refresh_token_hmac_key = \(Base64URL.encode(key))
                """)
            let raised = try await auth.raise(user, factor)
            let token = try #require(CountedRefreshToken(raised.refreshToken))
            #expect((token.counter, token.sessionID) == (9, user.sessionID))
            #expect(try await auth.value("select refresh_token_counter from auth.sessions") == "9")
            #expect(try SignedIn(await auth.refresh(raised.refreshToken)).claims["aal"] == "aal2")
            let old = try #require(CountedRefreshToken.make(sessionID: user.sessionID, counter: 7, key: key))
            auth.clock.advance(by: .seconds(60))
            #expect(try await auth.refresh(old).refusal == "400 refresh_token_already_used")
        }
    }

    @Test func `ends the user's other sessions of the first level, and nobody else's`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let first = try await auth.signUp()
            let factor = try await auth.enrollTOTP(first)
            let second = try await auth.signIn()
            let other = try await auth.signUp("other@example.org")
            let raised = try await auth.raise(second, factor)
            #expect(try await auth.user(first).refusal == "403 session_not_found")
            #expect(try await auth.refresh(first.refreshToken).refusal == "400 refresh_token_not_found")
            #expect(try await auth.user(other).status == 200)
            // One of the second level stays.
            let third = try await auth.raise(try await auth.signIn(), factor)
            #expect(try await auth.user(raised).status == 200)
            #expect(try await auth.user(third).status == 200)
        }
    }

    @Test func `removes the unverified factors of its kind and no others`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            _ = try await auth.enrollTOTP(user, name: "given up")
            _ = try await auth.enroll(
                user, ["factor_type": "phone", "friendly_name": "mobile", "phone": "911234567890"])
            let factor = try await auth.enrollTOTP(user, name: "taken")
            let raised = try await auth.raise(user, factor)
            #expect(
                raised.user["factors"]?.array?.compactMap { $0["friendly_name"]?.string }.sorted() == [
                    "mobile", "taken",
                ])
        }
    }

    // MARK: Refusals

    @Test func `refuses wrong codes in the original's words`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let challenge = try await auth.challengeID(user, factor.id)
            let wrong = try await auth.verify(user, factor.id, challenge: challenge, code: auth.wrongCode(factor))
            #expect(wrong.refusal == "422 mfa_verification_failed")
            #expect(wrong["msg"] == "Invalid TOTP code entered")
            // The challenge still stands, and spaces do not matter.
            let code = auth.code(factor)
            let right = try await auth.verify(
                user, factor.id, challenge: challenge, code: " \(code.prefix(3)) \(code.suffix(3))")
            #expect(right.status == 200, "\(right.text)")
        }
    }

    @Test func `refuses what it cannot read`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let path = "/factors/\(factor.id)/verify"
            func refusal(_ body: JSON) async throws -> String {
                try await auth.send(.post, path, body, bearer: user.accessToken).refusal
            }
            let zero = JSON.string(UUIDText.zero)
            #expect(try await refusal(["challenge_id": zero]) == "400 validation_failed")
            #expect(try await refusal(["challenge_id": zero, "code": " "]) == "400 validation_failed")
            #expect(try await refusal(["challenge_id": zero, "code": 123_456]) == "400 bad_json")
            #expect(try await refusal(["challenge_id": "no uuid", "code": "123456"]) == "400 bad_json")
            #expect(try await refusal(["code": "123456"]) == "422 mfa_factor_not_found")
            #expect(try await refusal(["challenge_id": zero, "code": "123456"]) == "422 mfa_factor_not_found")
            #expect(try await auth.send(.post, path, raw: "{", bearer: user.accessToken).refusal == "400 bad_json")
            #expect(try await auth.send(.post, path, ["code": "123456"]).refusal == "401 no_authorization")
        }
    }

    @Test func `finds only the user's own factors and their challenges`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let challenge = try await auth.challengeID(user, factor.id)
            let thief = try await auth.signUp("thief@example.org")
            let own = try await auth.enrollTOTP(thief)
            let foreign = try await auth.verify(thief, factor.id, challenge: challenge, code: auth.code(factor))
            #expect(foreign.refusal == "404 mfa_factor_not_found")
            let crossed = try await auth.verify(thief, own.id, challenge: challenge, code: auth.code(own))
            #expect(crossed.refusal == "422 mfa_factor_not_found")
        }
    }

    @Test func `refuses expired challenges`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let challenge = try await auth.challengeID(user, factor.id)
            auth.clock.advance(by: .seconds(301))
            let answer = try await auth.verify(user, factor.id, challenge: challenge, code: auth.code(factor))
            #expect(answer.refusal == "422 mfa_challenge_expired")
            #expect(answer["msg"]?.string?.hasPrefix("MFA challenge \(challenge) has expired") == true)
            #expect(try await auth.raise(user, factor).claims["aal"] == "aal2")
        }
    }

    @Test func `refuses challenges that were answered`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let challenge = try await auth.challengeID(user, factor.id)
            let raised = try SignedIn(
                await auth.verify(user, factor.id, challenge: challenge, code: auth.code(factor)))
            auth.clock.advance(by: .seconds(60))
            let again = try await auth.verify(raised, factor.id, challenge: challenge, code: auth.code(factor))
            #expect(again.refusal == "422 mfa_ip_address_mismatch")
        }
    }

    @Test func `refuses challenges of another address`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let challenge = try await auth.challengeID(user, factor.id)
            try await auth.owner.run("update auth.mfa_challenges set ip_address = '192.0.2.8'")
            let answer = try await auth.verify(user, factor.id, challenge: challenge, code: auth.code(factor))
            #expect(answer.refusal == "422 mfa_ip_address_mismatch")
            #expect(answer["msg"] == "Challenge and verify IP addresses mismatch.")
        }
    }

    @Test func `knows an address in every spelling`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let challenge = try await auth.challengeID(user, factor.id)
            try await auth.owner.run("update auth.mfa_challenges set ip_address = '2001:db8::1'")
            func isFromHere(_ address: String) async throws -> Bool {
                let found = try await auth.pool.run(
                    ChallengeStatements.find(id: challenge, factorID: factor.id, from: address))
                return try StoredChallenge(try #require(found.first)).isFromHere
            }
            #expect(try await isFromHere("2001:DB8:0:0:0:0:0:1"))
            #expect(try await !isFromHere("2001:db8::2"))
        }
    }

    @Test func `does not take a code again, for another challenge and in another session either`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let (raised, factor) = try await auth.raisedUser()
            let code = auth.code(factor)
            let before = auth.code(factor, stepsAhead: -1)
            let low = try await auth.signIn()
            for session in [raised, low] {
                for used in [code, before] {
                    let challenge = try await auth.challengeID(session, factor.id)
                    let answer = try await auth.verify(session, factor.id, challenge: challenge, code: used)
                    #expect(answer.refusal == "422 mfa_verification_failed")
                }
            }
            let challenge = try await auth.challengeID(low, factor.id)
            let next = try await auth.verify(
                low, factor.id, challenge: challenge, code: auth.code(factor, stepsAhead: 1))
            #expect(next.status == 200, "\(next.text)")
        }
    }

    @Test func `says so when a secret cannot be read`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            try await auth.owner.run("update auth.mfa_factors set secret = '{\"key_id\":\"a\"}'")
            let challenge = try await auth.challengeID(user, factor.id)
            let answer = try await auth.verify(user, factor.id, challenge: challenge, code: "123456")
            #expect(answer.refusal == "500 unexpected_failure")
            #expect(auth.observer.causes.contains { $0.contains("secret of a factor") })
        }
    }

    @Test func `refuses when the session or the factor is gone meanwhile`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let challenge = try await auth.challengeID(user, factor.id)
            try await auth.owner.run("delete from auth.sessions")
            let gone = try await auth.verify(user, factor.id, challenge: challenge, code: auth.code(factor))
            #expect(gone.refusal == "403 session_not_found")
            let again = try await auth.signIn()
            try await auth.owner.run("delete from auth.mfa_factors")
            let missing = try await auth.verify(again, factor.id, challenge: challenge, code: auth.code(factor))
            #expect(missing.refusal == "404 mfa_factor_not_found")
        }
    }
}
