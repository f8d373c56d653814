import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `Enrolling a factor` {
    @Test func `gives a secret, its address and its picture, once`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let answer = try await auth.enroll(
                user, ["factor_type": "totp", "friendly_name": "telephone", "issuer": nil, "unknown": 1])
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.keys == ["id", "type", "friendly_name", "totp"])
            #expect((answer["type"], answer["friendly_name"]) == ("totp", "telephone"))
            #expect(answer["totp"]?.object?.members.map(\.key) == ["qr_code", "secret", "uri"])
            #expect(
                answer["totp"]?["uri"]?.string?.hasPrefix("otpauth://totp/app.example.org:doctor%40example.org?")
                    == true)
            #expect(answer.header("Cache-Control") == "no-store")
            let factors = try await auth.user(user)["factors"]?.array ?? []
            #expect(factors.count == 1)
            let shown = try #require(factors.first?.object)
            #expect(
                shown.members.map(\.key) == [
                    "id", "created_at", "updated_at", "status", "friendly_name", "factor_type", "phone",
                    "last_challenged_at",
                ])
            #expect((shown["status"], shown["last_challenged_at"], shown["phone"]) == ("unverified", .null, ""))
            #expect(
                try await auth.value(
                    """
                    select payload #>> '{traits,factor_type}' from auth.audit_log_entries
                    where payload ->> 'action' = 'factor_in_progress'
                    """) == "totp")
        }
    }

    @Test func `takes the issuer that the app names`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let answer = try await auth.enroll(user, ["factor_type": "totp", "issuer": "MedMitra Pune"])
            #expect(answer["totp"]?["uri"]?.string?.contains("issuer=MedMitra%20Pune") == true)
            #expect(answer["friendly_name"] == "")
        }
    }

    private static let unreadable: [(JSON, String)] = [
        ([:], "400 validation_failed"), (["factor_type": "sms"], "400 validation_failed"),
        (["factor_type": 1], "400 bad_json"), (["factor_type": "totp", "friendly_name": []], "400 bad_json"),
        (
            ["factor_type": "totp", "friendly_name": .string(String(repeating: "n", count: 256))],
            "400 validation_failed"
        ),
        (["factor_type": "totp", "issuer": .string(String(repeating: "i", count: 121))], "400 validation_failed"),
        (["factor_type": "phone"], "400 validation_failed"),
        (["factor_type": "phone", "phone": "not a number"], "400 validation_failed"),
    ]

    @Test(arguments: unreadable)
    func `refuses what it cannot read`(body: JSON, refusal: String) async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            #expect(try await auth.enroll(user, body).refusal == refusal)
            #expect(try await auth.send(.post, "/factors", raw: "", bearer: user.accessToken).refusal == "400 bad_json")
        }
    }

    @Test func `refuses kinds that are switched off`() async throws {
        let none = FactorConfiguration.Availability(isEnrollable: false, isVerifiable: true)
        try await AuthHarness.run({
            AuthHarness.factors(&$0)
            $0.factors.totp = none
            $0.factors.phone = none
            $0.factors.webAuthn = none
        }) { auth in
            let user = try await auth.signUp()
            for (kind, code) in [
                ("totp", "mfa_totp_enroll_not_enabled"), ("phone", "mfa_phone_enroll_not_enabled"),
                ("webauthn", "mfa_webauthn_enroll_not_enabled"),
            ] {
                let answer = try await auth.enroll(user, ["factor_type": .string(kind), "phone": "911234567890"])
                #expect(answer.refusal == "422 \(code)")
            }
        }
    }

    @Test func `refuses those who are nobody, anonymous or without a session`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            #expect(try await auth.send(.post, "/factors", ["factor_type": "totp"]).refusal == "401 no_authorization")
            let anonymous = try await auth.enroll(try await auth.anonymous())
            #expect(anonymous.refusal == "403 no_authorization")
            #expect(anonymous["msg"] == "Anonymous user not allowed to perform these actions")
            let user = try await auth.signUp()
            var claims = user.claims
            claims["session_id"] = nil
            let token = try auth.token(claims)
            let answer = try await auth.send(.post, "/factors", ["factor_type": "totp"], bearer: token)
            #expect(answer.refusal == "403 session_not_found")
        }
    }

    @Test func `refuses a name that another factor has, empty ones too`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            for name in ["", "telephone"] {
                #expect(
                    try await auth.enroll(user, ["factor_type": "totp", "friendly_name": .string(name)]).status == 200)
                let again = try await auth.enroll(user, ["factor_type": "totp", "friendly_name": .string(name)])
                #expect(again.refusal == "422 mfa_factor_name_conflict")
                #expect(
                    again["msg"] == .string("A factor with the friendly name \"\(name)\" for this user already exists"))
            }
            // Names are the user's own.
            let other = try await auth.signUp("other@example.org")
            #expect(try await auth.enroll(other, ["factor_type": "totp", "friendly_name": "telephone"]).status == 200)
        }
    }

    @Test func `forgets unverified factors after five minutes, unless a challenge waits`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let waiting = try await auth.enrollTOTP(user, name: "waiting")
            _ = try await auth.enrollTOTP(user, name: "forgotten")
            auth.clock.advance(by: .seconds(200))
            _ = try await auth.challengeID(user, waiting.id)
            auth.clock.advance(by: .seconds(101))
            _ = try await auth.enrollTOTP(user, name: "forgotten")
            #expect(
                try await auth.value("select string_agg(friendly_name, ' ' order by created_at) from auth.mfa_factors")
                    == "waiting forgotten")
        }
    }

    @Test func `stops at the most factors, however many are asked for at once`() async throws {
        try await AuthHarness.run(
            {
                AuthHarness.factors(&$0)
                $0.factors.enrolledMax = 3
            }, connections: 10
        ) { auth in
            let user = try await auth.signUp()
            let answers = try await together(20) { index in
                try await auth.enroll(user, ["factor_type": "totp", "friendly_name": .string("\(index)")])
            }
            #expect(answers.count { $0.status == 200 } == 3)
            #expect(
                answers.filter { $0.status != 200 }.allSatisfy { $0.refusal == "422 too_many_enrolled_mfa_factors" })
        }
    }

    @Test func `stops at the most verified factors`() async throws {
        try await AuthHarness.run({
            AuthHarness.factors(&$0)
            $0.factors.verifiedMax = 1
        }) { auth in
            let (user, _) = try await auth.raisedUser()
            let answer = try await auth.enroll(user, ["factor_type": "totp", "friendly_name": "second"])
            #expect(answer.refusal == "422 too_many_enrolled_mfa_factors")
        }
    }

    @Test func `takes the second level once there is a verified factor`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let (raised, _) = try await auth.raisedUser()
            let low = try await auth.signIn()
            #expect(low.claims["aal"] == "aal1")
            let refused = try await auth.enroll(low, ["factor_type": "totp", "friendly_name": "thief"])
            #expect(refused.refusal == "403 insufficient_aal")
            #expect(try await auth.enroll(raised, ["factor_type": "totp", "friendly_name": "second"]).status == 200)
        }
    }

    @Test func `by telephone answers with the number as it was sent`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let answer = try await auth.enroll(
                user, ["factor_type": "phone", "friendly_name": "mobile", "phone": "+91 12345 67890"])
            #expect(answer.keys == ["id", "type", "friendly_name", "phone"])
            #expect((answer["type"], answer["phone"]) == ("phone", "+91 12345 67890"))
            #expect(try await auth.value("select phone from auth.mfa_factors") == "911234567890")
        }
    }

    @Test func `by telephone replaces an unverified factor and keeps a verified one`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let body: JSON = ["factor_type": "phone", "friendly_name": "mobile", "phone": "911234567890"]
            let first = try await auth.enroll(user, body)
            let second = try await auth.enroll(user, body)
            #expect((first.status, second.status) == (200, 200))
            #expect(try await auth.value("select id from auth.mfa_factors") == second["id"]?.string)
            try await auth.owner.run("update auth.mfa_factors set status = 'verified'")
            #expect(try await auth.enroll(user, body).refusal == "422 mfa_verified_factor_exists")
        }
    }

    @Test func `of a security key makes a factor that waits for one`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let answer = try await auth.enroll(
                try await auth.signUp(), ["factor_type": "webauthn", "friendly_name": "key"])
            #expect(answer.keys == ["id", "type", "friendly_name"])
            #expect(answer["type"] == "webauthn")
        }
    }
}
