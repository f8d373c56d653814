import Auth
import Core
import Postgres
import Testing

@testable import Auth

@Suite struct `Sessions below the level their user can reach` {
    private func withLimit(_ configuration: inout AuthConfiguration) {
        AuthHarness.factors(&configuration)
        configuration.factors.lowAssuranceMax = .seconds(600)
    }

    @Test func `end after the time they are given, tokens included`() async throws {
        try await AuthHarness.run({ withLimit(&$0) }) { auth in
            let (raised, factor) = try await auth.raisedUser()
            let low = try await auth.signIn()
            #expect(low.answer["expires_in"]?.int == 600)
            #expect(low.claims["exp"]?.int == auth.clock.now().seconds + 600)
            #expect(low.answer["expires_at"] == low.claims["exp"])
            auth.clock.advance(by: .seconds(400))
            let refreshed = try SignedIn(await auth.refresh(low.refreshToken))
            #expect(refreshed.answer["expires_in"]?.int == 200)
            auth.clock.advance(by: .seconds(201))
            let expired = try await auth.refresh(refreshed.refreshToken)
            #expect(expired.refusal == "400 session_expired")
            #expect(
                expired["msg"]
                    == "Invalid Refresh Token: Session Expired (Low AAL: User Needs MFA Verification)")
            // The raised one is not meant.
            let other = try SignedIn(await auth.refresh(raised.refreshToken))
            #expect(other.answer["expires_in"]?.int == 3600)
            #expect(try await auth.raise(try await auth.signIn(), factor).answer["expires_in"]?.int == 3600)
        }
    }

    @Test func `are those of users with a verified factor only`() async throws {
        try await AuthHarness.run({ withLimit(&$0) }) { auth in
            let user = try await auth.signUp()
            _ = try await auth.enrollTOTP(user)
            #expect(try await auth.signIn().answer["expires_in"]?.int == 3600)
            auth.clock.advance(by: .seconds(700))
            #expect(try await auth.refresh(user.refreshToken).status == 200)
        }
    }

    @Test func `live on where no limit is set`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            _ = try await auth.raisedUser()
            let low = try await auth.signIn()
            auth.clock.advance(by: .seconds(86_400))
            #expect(try SignedIn(await auth.refresh(low.refreshToken)).claims["aal"] == "aal1")
        }
    }

    @Test func `come after idle ones and before outrun ones in the order of reasons`() {
        let now = Timestamp(seconds: 10_000)
        let policy = SessionPolicy(
            timebox: .seconds(5000), inactivityMax: .seconds(500), lowAssuranceMax: .seconds(600), isSinglePerUser: true
        )
        func expiry(age: Int, idle: Int, below: Bool = true) -> SessionExpiry? {
            policy.expiry(
                createdAt: Timestamp(seconds: 10_000 - age), notAfter: nil,
                lastUsedAt: Timestamp(seconds: 10_000 - idle),
                isBelowReach: below, isOutrun: true, now: now)
        }
        #expect(expiry(age: 5001, idle: 0) == .ended)
        #expect(expiry(age: 601, idle: 501) == .inactive)
        #expect(expiry(age: 601, idle: 0) == .unraised)
        #expect(expiry(age: 600, idle: 0) == .outrun)
        #expect(expiry(age: 601, idle: 0, below: false) == .outrun)
    }
}
