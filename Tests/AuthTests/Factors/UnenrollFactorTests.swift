import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `Unenrolling a factor` {
    @Test func `takes the second level for a verified one, and ends it`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let (raised, factor) = try await auth.raisedUser()
            let second = try await auth.raise(try await auth.signIn(), factor)
            let low = try await auth.signIn()
            let refused = try await auth.unenroll(low, factor.id)
            #expect(refused.refusal == "422 insufficient_aal")
            #expect(refused["msg"] == "AAL2 required to unenroll verified factor")
            let answer = try await auth.unenroll(raised, factor.id)
            #expect((answer.status, answer.text) == (200, "{\"id\":\"\(factor.id)\"}"))
            // Both sessions that stood on it fall back, and say so at the next refresh.
            for session in [raised, second] {
                let refreshed = try SignedIn(await auth.refresh(session.refreshToken))
                #expect(refreshed.claims["aal"] == "aal1")
                #expect(refreshed.claims["amr"]?.array?.compactMap { $0["method"]?.string } == ["password"])
                #expect(refreshed.user["factors"] == nil)
            }
            #expect(try await auth.unenroll(raised, factor.id).refusal == "404 mfa_factor_not_found")
            #expect(try await auth.value("select count(*) from medmitra.mfa_factor_guards") == "0")
            // The level is looked up, not read from the token.
            let late = try await auth.enrollTOTP(raised)
            try await auth.owner.run("update auth.mfa_factors set status = 'verified'")
            #expect(try await auth.unenroll(raised, late.id).refusal == "422 insufficient_aal")
        }
    }

    @Test func `of an unverified one takes nothing but the session`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let thief = try await auth.signUp("thief@example.org")
            #expect(try await auth.unenroll(thief, factor.id).refusal == "404 mfa_factor_not_found")
            #expect(try await auth.unenroll(user, "nonsense").refusal == "404 validation_failed")
            #expect(try await auth.send(.delete, "/factors/\(factor.id)").refusal == "401 no_authorization")
            #expect(try await auth.unenroll(user, factor.id).status == 200)
            #expect(
                try await auth.value(
                    "select payload #>> '{traits,factor_status}' from auth.audit_log_entries where payload ->> 'action' = 'factor_unenrolled'"
                ) == "unverified")
        }
    }

    @Test func `leaves sessions that stand on another factor as they are`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let (raised, first) = try await auth.raisedUser()
            let second = try await auth.enrollTOTP(raised, name: "second")
            let both = try await auth.raise(raised, second)
            #expect(both.claims["amr"]?.array?.count == 2)
            #expect(try await auth.unenroll(both, first.id).status == 200)
            #expect(try SignedIn(await auth.refresh(both.refreshToken)).claims["aal"] == "aal2")
        }
    }

    @Test func `guards the account's address and password until then`() async throws {
        try await AuthHarness.run {
            AuthHarness.factors(&$0)
            $0.phone.isEnabled = true
        } _: { auth in
            let (raised, factor) = try await auth.raisedUser()
            let low = try await auth.signIn()
            #expect(
                try await auth.send(.put, "/user", ["phone": "491701234567"], bearer: low.accessToken).refusal
                    == "401 insufficient_aal")
            let change: JSON = ["password": "another good one"]
            let refused = try await auth.send(.put, "/user", change, bearer: low.accessToken)
            #expect(refused.refusal == "401 insufficient_aal")
            #expect(
                try await auth.send(.put, "/user", ["email": "new@example.org"], bearer: low.accessToken).refusal
                    == "401 insufficient_aal")
            #expect(try await auth.unenroll(raised, factor.id).status == 200)
            #expect(try await auth.send(.put, "/user", change, bearer: raised.accessToken).status == 200)
        }
    }
}
