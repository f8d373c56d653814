import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `A token from before the second factor` {
    @Test func `does nothing that takes the second level, though its session has it`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let early = try await auth.signUp()
            let factor = try await auth.enrollTOTP(early)
            let raised = try await auth.raise(early, factor)
            #expect(early.sessionID == raised.sessionID)
            for body: JSON in [["password": "another1"], ["email": "new@example.org"]] {
                let answer = try await auth.send(.put, "/user", body, bearer: early.accessToken)
                #expect(answer.refusal == "401 insufficient_aal")
            }
            let enrolled = try await auth.enroll(early, ["factor_type": "totp", "friendly_name": "mine"])
            #expect(enrolled.refusal == "403 insufficient_aal")
            #expect(try await auth.unenroll(early, factor.id).refusal == "422 insufficient_aal")
            let second = try await auth.enrollTOTP(raised, name: "second")
            let challenge = try await auth.challengeID(raised, second.id)
            let verified = try await auth.verify(early, second.id, challenge: challenge, code: auth.code(second))
            #expect(verified.refusal == "403 insufficient_aal", "\(verified.text)")
            // What takes no second level goes on.
            #expect(try await auth.send(.put, "/user", ["data": ["a": 1]], bearer: early.accessToken).status == 200)
            let changed = try await auth.send(.put, "/user", ["password": "another1"], bearer: raised.accessToken)
            #expect(changed.status == 200)
            #expect(try await auth.unenroll(raised, factor.id).status == 200)
        }
    }
}
