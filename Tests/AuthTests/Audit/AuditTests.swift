import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `The audit log` {
    /// The actions in their order of storing.
    private func actions(_ auth: AuthHarness) async throws -> [String] {
        try await auth.owner.run(
            "select payload ->> 'action' from auth.audit_log_entries order by created_at, ctid"
        ).rows.map { row in try row.text(0) }
    }

    @Test func `tells what accounts and sessions went through`() async throws {
        try await AuthHarness.run { auth async throws in
            func tick() { auth.clock.advance(by: .seconds(1)) }
            let signedUp = try await auth.signUp()
            tick()
            let signedIn = try await auth.signIn()
            tick()
            let refreshed = try SignedIn(await auth.refresh(signedIn.refreshToken))
            tick()
            _ = try await auth.send(.put, "/user", ["data": ["a": 1]], bearer: refreshed.accessToken)
            tick()
            _ = try await auth.send(.put, "/user", ["password": "another one"], bearer: refreshed.accessToken)
            tick()
            _ = try await auth.send(.post, "/logout", bearer: refreshed.accessToken)
            #expect(
                try await actions(auth) == [
                    "user_signedup", "login", "login", "token_revoked", "token_refreshed", "user_modified",
                    "user_updated_password", "logout",
                ])
            #expect(
                try await auth.value(
                    "select payload::text || ip_address from auth.audit_log_entries order by created_at, ctid offset 2 limit 1"
                )
                    == #"{"action":"login","actor_id":"\#(signedUp.userID)","actor_username":"doctor@example.org","#
                    + #""actor_via_sso":false,"log_type":"account","traits":{"provider":"email"}}192.0.2.7"#)
        }
    }

    @Test func `tells what admins did, and to whom`() async throws {
        try await AuthHarness.run { auth async throws in
            let made = try await auth.send(
                .post, "/admin/users", ["email": "a@b.co", "password": "secret words"], bearer: auth.serviceKey)
            let id = made["id"]?.string ?? ""
            auth.clock.advance(by: .seconds(1))
            _ = try await auth.send(.put, "/admin/users/\(id)", ["role": "x"], bearer: auth.secretKey)
            auth.clock.advance(by: .seconds(1))
            _ = try await auth.send(.delete, "/admin/users/\(id)", [:], bearer: auth.serviceKey)
            #expect(try await actions(auth) == ["user_signedup", "user_modified", "user_deleted"])
            let rows = try await auth.owner.run(
                """
                select payload ->> 'actor_username', payload -> 'traits' ->> 'user_email',
                    payload -> 'traits' ->> 'user_id' from auth.audit_log_entries
                """
            ).rows
            for row in rows {
                #expect(try (row.text(0), row.text(1), row.text(2)) == ("service_role", "a@b.co", id))
            }
            #expect(
                try await auth.value(
                    "select string_agg(payload::text, '') like '%secret%' from auth.audit_log_entries") == "f")
        }
    }

    @Test func `says nothing of what was refused or undone`() async throws {
        try await AuthHarness.run { auth async throws in
            _ = try await auth.signUp()
            let before = try await actions(auth)
            _ = try await auth.send(
                .post, "/token?grant_type=password", ["email": .string(AuthHarness.email), "password": "wrong"])
            _ = try await auth.send(.post, "/signup", ["email": .string(AuthHarness.email), "password": "long enough"])
            _ = try await auth.send(.delete, "/admin/users/\(Self.nobody)", [:], bearer: auth.serviceKey)
            #expect(try await actions(auth) == before)
        }
    }

    private static let nobody = "0f8fad5b-d9cb-469f-a165-70867728950e"

    @Test func `tells of sign-ups that wait for confirmation and of repeated ones`() async throws {
        try await AuthHarness.run({ _ in }) { auth async throws in
            let form: JSON = ["email": .string(AuthHarness.email), "password": .string(AuthHarness.password)]
            _ = try await auth.send(.post, "/signup", form)
            auth.clock.advance(by: .seconds(61))
            _ = try await auth.send(.post, "/signup", form)
            try await auth.owner.run("update auth.users set email_confirmed_at = now()")
            auth.clock.advance(by: .seconds(61))
            _ = try await auth.send(.post, "/signup", form)
            #expect(
                try await actions(auth) == [
                    "user_confirmation_requested", "user_confirmation_requested", "user_repeated_signup",
                ])
        }
    }

    @Test func `tells of nonces that were asked for, by mail and by phone`() async throws {
        try await AuthHarness.run {
            $0.isEmailAutoconfirmed = true
            $0.phone.isEnabled = true
            $0.phone.isAutoconfirmed = true
        } _: { auth async throws in
            let phone: JSON = "491701234567"
            for user in [
                try await auth.signUp(),
                try SignedIn(await auth.send(.post, "/signup", ["phone": phone, "password": "secret1"])),
            ] {
                try await auth.owner.run("delete from auth.audit_log_entries")
                #expect(try await auth.send(.get, "/reauthenticate", bearer: user.accessToken).status == 200)
                #expect(try await actions(auth) == ["user_reauthenticate_requested"])
                #expect(
                    try await auth.value(
                        "select payload ->> 'actor_id' || (payload ->> 'log_type') from auth.audit_log_entries")
                        == user.userID + "user")
            }
        }
    }

    @Test func `tells of second factors from the first to the last`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth async throws in
            let user = try await auth.signUp()
            let factor = try await auth.enrollTOTP(user)
            try await auth.owner.run("delete from auth.audit_log_entries")
            let challenge = try await auth.challengeID(user, factor.id)
            #expect(try await actions(auth) == ["challenge_created"])
            #expect(
                try await auth.value("select payload -> 'traits' ->> 'factor_id' from auth.audit_log_entries")
                    == factor.id)
            auth.clock.advance(by: .seconds(60))
            _ = try await auth.verify(user, factor.id, challenge: challenge, code: auth.code(factor))
            auth.clock.advance(by: .seconds(1))
            let renamed = try await auth.send(
                .put, "/admin/users/\(user.userID)/factors/\(factor.id)", ["friendly_name": "tablet"],
                bearer: auth.serviceKey)
            #expect(renamed.status == 200)
            #expect(try await actions(auth).last == "factor_updated")
            let row = try await auth.value(
                """
                select concat_ws(' ', payload ->> 'actor_username', payload ->> 'log_type',
                    payload -> 'traits' ->> 'user_id', payload -> 'traits' ->> 'factor_id')
                from auth.audit_log_entries where payload ->> 'action' = 'factor_updated'
                """)
            #expect(row == "service_role factor \(user.userID) \(factor.id)")
        }
    }

    @Test func `can be switched off`() async throws {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.isAuditStored = false
        } _: { auth async throws in
            let signedIn = try await auth.signUp()
            _ = try await auth.refresh(signedIn.refreshToken)
            #expect(try await actions(auth) == [])
        }
    }

    @Test func `is read page by page, newest first, by author, action or type`() async throws {
        try await AuthHarness.run { auth async throws in
            for number in 1...3 {
                auth.clock.advance(by: .seconds(1))
                _ = try await auth.signUp("doctor\(number)@example.org")
            }
            func read(_ query: String) async throws -> Answer {
                try await auth.send(.get, "/admin/audit\(query)", bearer: auth.serviceKey)
            }
            let first = try await read("?page=1&per_page=4")
            #expect(first.status == 200)
            #expect(first.json.array?.count == 4)
            #expect(first.json.array?.first?["payload"]?["actor_username"] == "doctor3@example.org")
            #expect(
                first.json.array?.first?.object?.members.map(\.key) == ["id", "payload", "created_at", "ip_address"])
            #expect(first.header("X-Total-Count") == "6")
            #expect(
                first.header("Link")
                    == #"</admin/audit?page=2&per_page=4>; rel="next", </admin/audit?page=2&per_page=4>; rel="last""#)
            #expect(try await read("?page=2&per_page=4").json.array?.count == 2)
            for (query, count) in [
                ("author:doctor2", 2), ("author:DOCTOR2@", 2), ("action:login", 3), ("type:team", 3), ("type:x", 0),
                ("author:", 6),
                ("author:%25", 0),
            ] {
                #expect(try await read("?query=\(query)").json.array?.count == count, "\(query)")
            }
            for query in ["?query=nothing", "?query=ip:1", "?page=x", "?per_page=-1"] {
                #expect(try await read(query).refusal == "400 validation_failed", "\(query)")
            }
        }
    }

    @Test func `is for admins`() async throws {
        try await AuthHarness.run { auth async throws in
            let signedIn = try await auth.signUp()
            #expect(try await auth.send(.get, "/admin/audit").refusal == "401 no_authorization")
            #expect(try await auth.send(.get, "/admin/audit", bearer: auth.anonKey).refusal == "403 not_admin")
            #expect(try await auth.send(.get, "/admin/audit", bearer: signedIn.accessToken).refusal == "403 not_admin")
        }
    }
}
