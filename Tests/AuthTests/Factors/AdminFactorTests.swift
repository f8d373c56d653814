import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `An admin's view of factors` {
    private func admin(
        _ auth: AuthHarness, _ method: HTTPRequest.Method, _ user: String, _ rest: String = "", _ body: JSON? = nil
    ) async throws -> Answer {
        try await auth.send(method, "/admin/users/\(user)/factors\(rest)", body, bearer: auth.serviceKey)
    }

    @Test func `lists them without their secrets`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            #expect(try await admin(auth, .get, user.userID).text == "[]")
            let factor = try await auth.enrollTOTP(user, name: "telephone")
            let answer = try await admin(auth, .get, user.userID)
            let listed = try #require(answer.json.array)
            #expect(listed.count == 1 && listed.first?["id"] == .string(factor.id))
            #expect(listed.first?["friendly_name"] == "telephone")
            let secret = try #require(await auth.value("select secret from auth.mfa_factors"))
            #expect(!answer.text.contains(secret))
        }
    }

    @Test func `deletes them and answers with what was there`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let (raised, factor) = try await auth.raisedUser()
            let answer = try await admin(auth, .delete, raised.userID, "/\(factor.id)")
            #expect((answer.status, answer["id"], answer["status"]) == (200, .string(factor.id), "verified"))
            #expect(try SignedIn(await auth.refresh(raised.refreshToken)).claims["aal"] == "aal1")
            #expect(
                try await admin(auth, .delete, raised.userID, "/\(factor.id)").refusal == "404 mfa_factor_not_found")
            #expect(
                try await auth.value(
                    "select payload ->> 'actor_username' from auth.audit_log_entries where payload ->> 'action' = 'factor_deleted'"
                ) == "service_role")
        }
    }

    @Test func `renames them and changes numbers`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let totp = try await auth.enrollTOTP(user, name: "telephone")
            let phone = try #require(
                await auth.enroll(user, ["factor_type": "phone", "friendly_name": "mobile", "phone": "911234567890"])[
                    "id"]?
                    .string)
            let renamed = try await admin(
                auth, .put, user.userID, "/\(totp.id)", ["friendly_name": "tablet", "phone": "919999999999"])
            #expect((renamed.status, renamed["friendly_name"], renamed["phone"]) == (200, "tablet", ""))
            let moved = try await admin(auth, .put, user.userID, "/\(phone)", ["phone": "+919999999999"])
            #expect((moved["friendly_name"], moved["phone"]) == ("mobile", "919999999999"))
            let taken = try await admin(auth, .put, user.userID, "/\(phone)", ["friendly_name": "tablet"])
            #expect(taken.refusal == "422 mfa_factor_name_conflict")
            let malformed = try await admin(auth, .put, user.userID, "/\(phone)", ["phone": "none"])
            #expect(malformed.refusal == "400 validation_failed")
            let long = JSON.string(String(repeating: "n", count: 256))
            #expect(
                try await admin(auth, .put, user.userID, "/\(phone)", ["friendly_name": long]).refusal
                    == "400 validation_failed")
        }
    }

    @Test func `is for admins, and for factors of the user it names`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            let other = try await auth.signUp("other@example.org")
            for (method, rest) in [(HTTPRequest.Method.get, ""), (.put, "/\(factor.id)"), (.delete, "/\(factor.id)")] {
                let path = "/admin/users/\(user.userID)/factors\(rest)"
                #expect(try await auth.send(method, path, [:], bearer: user.accessToken).refusal == "403 not_admin")
                #expect(try await auth.send(method, path, [:], bearer: auth.anonKey).refusal == "403 not_admin")
                #expect(try await auth.send(method, path, [:]).refusal == "401 no_authorization")
                #expect(try await admin(auth, method, "nonsense", rest, [:]).refusal == "404 validation_failed")
                #expect(try await admin(auth, method, UUIDText.zero, rest, [:]).refusal == "404 user_not_found")
                guard method != .get else { continue }
                #expect(try await admin(auth, method, other.userID, rest, [:]).refusal == "404 mfa_factor_not_found")
                #expect(try await admin(auth, method, user.userID, "/nonsense", [:]).refusal == "404 validation_failed")
            }
        }
    }
}
