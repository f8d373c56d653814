import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `Changes that other data stands against` {
    private static let table = """
        create table public.records (
            id int primary key, owner uuid not null constraint records_owner_fkey references auth.users (id))
        """

    @Test func `are the request's doing and not a failure of the server`() async throws {
        try await AuthHarness.run { auth async throws in
            let doctor = try await auth.signUp()
            _ = try await auth.signUp("other@example.org")
            try await auth.owner.run(SQL(trustedText: Self.table))
            try await auth.owner.run("insert into public.records values (1, \(doctor.userID)::uuid)")
            let kept = try await auth.send(.delete, "/admin/users/\(doctor.userID)", [:], bearer: auth.serviceKey)
            #expect(kept.refusal == "422 conflict")
            #expect(kept["msg"]?.string?.contains("records_owner_fkey") == true)
            #expect(kept["msg"]?.string?.contains(doctor.userID) == false)
            #expect(try await auth.value("select count(*) from auth.users") == "2")
            // Not even the log says that it went.
            #expect(
                try await auth.value(
                    "select count(*) from auth.audit_log_entries where payload ->> 'action' = 'user_deleted'") == "0")
            try await auth.owner.run(
                "alter table auth.users add constraint no_guests check (role <> 'guest')")
            for (method, path) in [(HTTPRequest.Method.put, "/admin/users/\(doctor.userID)"), (.post, "/admin/users")] {
                let refused = try await auth.send(
                    method, path, ["email": "third@example.org", "role": "guest"], bearer: auth.serviceKey)
                #expect(refused.refusal == "422 conflict")
            }
            let taken = try await auth.send(
                .put, "/admin/users/\(doctor.userID)", ["email": "other@example.org"], bearer: auth.serviceKey)
            #expect(taken.refusal == "422 email_exists")
        }
    }

    @Test func `a banned user is out at the next request, whatever is at hand`() async throws {
        try await AuthHarness.run { auth async throws in
            let doctor = try await auth.signUp()
            let banned = try await auth.send(
                .put, "/admin/users/\(doctor.userID)", ["ban_duration": "24h"], bearer: auth.serviceKey)
            #expect(banned.status == 200)
            for (method, path) in [(HTTPRequest.Method.get, "/user"), (.put, "/user"), (.post, "/logout")] {
                let answer = try await auth.send(method, path, [:], bearer: doctor.accessToken)
                #expect(answer.refusal == "403 user_banned")
            }
            #expect(try await auth.refresh(doctor.refreshToken).refusal == "400 user_banned")
            let again = try await auth.send(
                .post, "/token?grant_type=password",
                ["email": .string(AuthHarness.email), "password": .string(AuthHarness.password)])
            #expect(again.refusal == "400 user_banned")
        }
    }
}
