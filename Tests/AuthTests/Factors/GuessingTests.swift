import Auth
import Core
import Postgres
import Testing

@testable import Auth

/// What stands against those who know the password and try codes, and against answers that arrive many times.
@Suite struct `Guessing codes` {
    /// Tokens outlast the longest waits.
    private func patient(_ configuration: inout AuthConfiguration) {
        AuthHarness.factors(&configuration)
        configuration.accessTokenLifetime = .seconds(1_000_000)
    }

    @Test func `of one challenge ends after five`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let challenge = try await auth.challengeID(user, factor.id)
            for _ in 0..<FactorLimits.challengeAttemptsMax {
                let wrong = try await auth.verify(user, factor.id, challenge: challenge, code: auth.wrongCode(factor))
                #expect(wrong.refusal == "422 mfa_verification_failed")
            }
            let right = try await auth.verify(user, factor.id, challenge: challenge, code: auth.code(factor))
            #expect(right.refusal == "422 mfa_challenge_expired")
        }
    }

    @Test func `of one factor has to wait longer each time`() async throws {
        try await AuthHarness.run({ patient(&$0) }) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            func guess(_ code: String) async throws -> String {
                let challenge = try await auth.challengeID(user, factor.id)
                return try await auth.verify(user, factor.id, challenge: challenge, code: code).refusal
            }
            for _ in 0..<FactorLimits.freeFailures {
                #expect(try await guess(auth.wrongCode(factor)) == "422 mfa_verification_failed")
            }
            for wait in [30, 60, 120, 240, 480, 900, 900] {
                // The right code has to wait as well, or it would be told by it.
                auth.clock.advance(by: .seconds(wait - 1))
                #expect(try await guess(auth.code(factor)) == "429 over_request_rate_limit")
                auth.clock.advance(by: .seconds(1))
                #expect(try await guess(auth.wrongCode(factor)) == "422 mfa_verification_failed")
            }
            auth.clock.advance(by: .seconds(900))
            #expect(try await auth.raise(user, factor).claims["aal"] == "aal2")
            #expect(try await auth.value("select failures from medmitra.mfa_factor_guards") == "0")
        }
    }

    @Test func `is forgiven after a day`() async throws {
        try await AuthHarness.run({ patient(&$0) }) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            try await auth.owner.run(
                """
                insert into medmitra.mfa_factor_guards (factor_id, failures, failed_at)
                values (\(factor.id)::uuid, 40, \(auth.clock.now())::timestamptz)
                """)
            auth.clock.advance(by: .seconds(24 * 3600 + 1))
            let challenge = try await auth.challengeID(user, factor.id)
            _ = try await auth.verify(user, factor.id, challenge: challenge, code: auth.wrongCode(factor))
            #expect(try await auth.value("select failures from medmitra.mfa_factor_guards") == "1")
        }
    }

    @Test func `in parallel gets no further than one after the other`() async throws {
        try await AuthHarness.run(AuthHarness.factors, connections: 10) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let challenge = try await auth.challengeID(user, factor.id)
            let wrong = auth.wrongCode(factor)
            let answers = try await together(50) { _ in
                try await auth.verify(user, factor.id, challenge: challenge, code: wrong)
            }
            #expect(answers.count { $0.refusal == "422 mfa_verification_failed" } == FactorLimits.freeFailures)
            #expect(
                answers.allSatisfy {
                    ["422 mfa_verification_failed", "429 over_request_rate_limit", "422 mfa_challenge_expired"]
                        .contains($0.refusal)
                })
        }
    }

    @Test func `fifty right answers at once give one session`() async throws {
        try await AuthHarness.run(AuthHarness.factors, connections: 10) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let challenge = try await auth.challengeID(user, factor.id)
            let code = auth.code(factor)
            let answers = try await together(50) { _ in
                try await auth.verify(user, factor.id, challenge: challenge, code: code)
            }
            #expect(answers.count { $0.status == 200 } == 1)
            #expect(answers.allSatisfy { $0.status == 200 || [422, 429].contains($0.status) })
            #expect(try await auth.value("select count(*) from auth.refresh_tokens where not revoked") == "1")
        }
    }

    @Test func `one code for fifty challenges at once is taken once`() async throws {
        try await AuthHarness.run(AuthHarness.factors, connections: 10) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            var made: [String] = []
            for _ in 0..<50 { made.append(try await auth.challengeID(user, factor.id)) }
            let challenges = made
            let code = auth.code(factor)
            let answers = try await together(50) { index in
                try await auth.verify(user, factor.id, challenge: challenges[index], code: code)
            }
            #expect(answers.count { $0.status == 200 } == 1)
        }
    }
}
