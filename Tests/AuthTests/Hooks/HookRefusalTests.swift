import Auth
import Core
import HTTPTypes
import Postgres
import Testing

/// What clients hear when a hook is why something is refused.
@Suite struct `Hooks that refuse` {
    @Test func `a right second factor end all sessions`() async throws {
        let targets = try Hooks.web(.mfaVerificationAttempt)
        let web = ScriptedWeb { _, count throws(WebFailure) in
            switch count {
            case 1: .json(["decision": "reject", "message": "Not from here"])
            case 2: .json(["decision": "reject"])
            default: .json(["decision": "continue"])
            }
        }
        try await AuthHarness.run(
            { [targets] in
                AuthHarness.factors(&$0)
                $0.hooks.targets = targets
            }, web: web
        ) { auth in
            var user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            for text in ["Not from here", "Further MFA verification attempts will be rejected."] {
                auth.clock.advance(by: .seconds(60))
                let challenge = try await auth.challengeID(user, factor.id)
                let refused = try await auth.verify(user, factor.id, challenge: challenge, code: auth.code(factor))
                #expect(refused.refusal == "403 mfa_verification_rejected" && refused["msg"]?.string == text)
                #expect(web.requests.last?.json["valid"] == true)
                #expect(web.requests.last?.json["factor_id"] == .string(factor.id))
                #expect(try await auth.user(user).refusal == "403 session_not_found")
                #expect(try await auth.value("select status from auth.mfa_factors") == "unverified")
                user = try await auth.signIn()
            }
            // A wrong code stays wrong whatever the hook says.
            let challenge = try await auth.challengeID(user, factor.id)
            let wrong = try await auth.verify(user, factor.id, challenge: challenge, code: auth.wrongCode(factor))
            #expect(wrong.refusal == "422 mfa_verification_failed")
            #expect(web.requests.last?.json["valid"] == false)
            #expect(try await auth.raise(user, factor).claims["aal"] == "aal2")
        }
    }

    @Test func `by an answer that is too large refuse the sign-up, functions too`() async throws {
        let targets = try Hooks.function(.beforeUserCreated)
        try await AuthHarness.run({ [targets] in
            $0.isEmailAutoconfirmed = true
            $0.hooks.targets = targets
        }) { auth in
            try await Hooks.define("return jsonb_build_object('a', repeat('x', 204801));", in: auth)
            let answer = try await auth.send(
                .post, "/signup", ["email": .string(AuthHarness.email), "password": "secret1"])
            #expect(answer.refusal == "422 hook_payload_over_size_limit", "\(answer.text)")
            #expect(try await auth.value("select count(*) from auth.users") == "0")
        }
    }

    @Test(arguments: [nil, "text/html", "application/jsonp"])
    func `by an answer that is not JSON refuse the sign-up with a code`(type: String?) async throws {
        let targets = try Hooks.web(.beforeUserCreated)
        let web = ScriptedWeb { _, _ throws(WebFailure) in
            WebResponse(status: 200, headers: type.map { [("content-type", $0)] } ?? [], body: Array("{}".utf8))
        }
        try await AuthHarness.run(
            { [targets] in
                $0.isEmailAutoconfirmed = true
                $0.hooks.targets = targets
            }, web: web
        ) { auth in
            let answer = try await auth.send(
                .post, "/signup", ["email": .string(AuthHarness.email), "password": "secret1"])
            #expect(answer.refusal == "400 hook_payload_invalid_content_type", "\(answer.text)")
            #expect(try await auth.value("select count(*) from auth.users") == "0")
        }
    }
}
