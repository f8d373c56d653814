import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `Challenging a factor` {
    @Test func `answers with an id that can be answered for five minutes`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let answer = try await auth.challenge(user, factor.id, ["channel": nil])
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.keys == ["id", "type", "expires_at"])
            #expect(answer["type"] == "totp")
            #expect(answer["expires_at"]?.int == auth.clock.now().seconds + 300)
            #expect(try await auth.challenge(user, factor.id, nil).status == 200)
            #expect(try await auth.user(user)["factors"]?.array?.first?["last_challenged_at"]?.string != nil)
            #expect(
                try await auth.value("select distinct host(ip_address) from auth.mfa_challenges") == "192.0.2.7")
        }
    }

    @Test func `finds only the user's own factors`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let factor = try await auth.enrollTOTP(try await auth.signUp())
            let thief = try await auth.signUp("thief@example.org")
            #expect(try await auth.challenge(thief, factor.id).refusal == "404 mfa_factor_not_found")
            #expect(try await auth.challenge(thief, UUIDText.zero).refusal == "404 mfa_factor_not_found")
            let malformed = try await auth.challenge(thief, "invalid-factor-id")
            #expect(malformed.refusal == "404 validation_failed")
            #expect(malformed["msg"] == "factor_id must be an UUID")
            #expect(
                try await auth.send(.post, "/factors/\(factor.id)/challenge", [:]).refusal == "401 no_authorization")
            let anonymous = try await auth.anonymous()
            #expect(try await auth.challenge(anonymous, factor.id).refusal == "403 no_authorization")
        }
    }

    @Test func `is refused for kinds that are switched off`() async throws {
        try await AuthHarness.run({
            AuthHarness.factors(&$0)
            let none = FactorConfiguration.Availability(isEnrollable: true, isVerifiable: false)
            $0.factors.totp = none
            $0.factors.phone = none
            $0.factors.webAuthn = none
        }) { auth in
            let user = try await auth.signUp()
            for (kind, code) in [
                ("totp", "mfa_totp_verify_not_enabled"), ("phone", "mfa_phone_verify_not_enabled"),
                ("webauthn", "mfa_webauthn_verify_not_enabled"),
            ] {
                let enrolled = try await auth.enroll(
                    user, ["factor_type": .string(kind), "friendly_name": .string(kind), "phone": "911234567890"])
                let id = try #require(enrolled["id"]?.string)
                #expect(try await auth.challenge(user, id).refusal == "422 \(code)")
                let body: JSON = [
                    "challenge_id": .string(UUIDText.zero), "code": "123456",
                    "webauthn": [
                        "type": "create",
                        "credential_response": [
                            "id": "YQ", "type": "public-key",
                            "response": [
                                "clientDataJSON":
                                    "eyJ0eXBlIjoiYSIsImNoYWxsZW5nZSI6IllRIiwib3JpZ2luIjoiYSJ9"
                            ],
                        ],
                    ],
                ]
                let verified = try await auth.send(.post, "/factors/\(id)/verify", body, bearer: user.accessToken)
                #expect(verified.refusal == "422 \(code)")
            }
        }
    }

    @Test func `works for many factors at the very same moment`() async throws {
        try await AuthHarness.run(AuthHarness.factors, connections: 8) { auth in
            let user = try await auth.signUp()
            var ids: [String] = []
            for index in 0..<8 { ids.append(try await auth.enrollTOTP(user, name: "\(index)").id) }
            let factors = ids
            let answers = try await together(40) { index in try await auth.challenge(user, factors[index % 8]) }
            #expect(answers.allSatisfy { $0.status == 200 })
        }
    }

    @Test func `takes old challenges along`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let (user, factor) = try await auth.raisedUser()
            _ = try await auth.challengeID(user, factor.id)
            auth.clock.advance(by: .seconds(25 * 3600))
            let later = try await auth.raise(try await auth.signIn(), factor)
            _ = try await auth.challengeID(later, factor.id)
            #expect(try await auth.value("select count(*) from auth.mfa_challenges") == "2")
        }
    }
}
