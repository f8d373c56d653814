import Auth
import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `The admin routes` {
    private func create(_ auth: AuthHarness, _ body: JSON) async throws -> Answer {
        try await auth.send(.post, "/admin/users", body, bearer: auth.serviceKey)
    }

    private func change(_ auth: AuthHarness, _ id: String, _ body: JSON) async throws -> Answer {
        try await auth.send(.put, "/admin/users/\(id)", body, bearer: auth.serviceKey)
    }

    @Test func `create users with exactly the metadata that was sent`() async throws {
        try await AuthHarness.run { auth in
            let answer = try await create(
                auth,
                [
                    "id": "0F8FAD5B-D9CB-469F-A165-70867728950E", "email": "New@Example.org", "phone": "+49 1701234567",
                    "password": "abc", "email_confirm": true, "user_metadata": ["a": 1], "app_metadata": ["b": 2],
                    "role": "radiologist", "ban_duration": "24h",
                ])
            #expect(answer.status == 200)
            #expect(answer["id"] == "0f8fad5b-d9cb-469f-a165-70867728950e")
            #expect(answer["email"] == "new@example.org" && answer["phone"] == "491701234567")
            #expect(answer["role"] == "radiologist")
            #expect(answer["user_metadata"] == ["a": 1])
            #expect(answer["app_metadata"] == ["b": 2, "provider": "email", "providers": ["email", "phone"]])
            #expect(answer["email_confirmed_at"] != nil && answer["phone_confirmed_at"] == nil)
            #expect(answer["identities"]?.array?.count == 2)
            #expect(answer["banned_until"]?.string == auth.clock.now().advanced(by: .seconds(86_400)).rfc3339())
            // Admins may set weak passwords; the ban holds.
            let login = try await auth.send(
                .post, "/token?grant_type=password", ["email": "new@example.org", "password": "abc"])
            #expect(login.refusal == "400 user_banned")
            auth.clock.advance(by: .seconds(86_401))
            #expect(try await auth.signIn("new@example.org", password: "abc").answer.status == 200)
        }
    }

    @Test func `take over bcrypt hashes and refuse others clearly`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            let hash = try #require(try await auth.value("select encrypted_password from auth.users"))
            let answer = try await create(
                auth, ["email": "moved@example.org", "password_hash": .string(hash), "email_confirm": true])
            #expect(answer.status == 200)
            #expect(try await auth.signIn("moved@example.org").answer.status == 200)
            for bad in [
                "$argon2id$v=19$m=65536,t=2,p=1$c2FsdA$aGFzaA", "$2b$31$" + String(repeating: "a", count: 53), "x",
            ] {
                #expect(
                    try await create(auth, ["email": "b@b.co", "password_hash": .string(bad)]).refusal
                        == "400 validation_failed")
            }
        }
    }

    @Test func `refuse what cannot be a user`() async throws {
        try await AuthHarness.run { auth in
            let taken = try await auth.signUp()
            _ = try await create(auth, ["phone": "491701234567"])
            for (body, refusal) in [
                ([:], "400 validation_failed"), (["email": "no address"], "400 validation_failed"),
                (["phone": "0170"], "400 validation_failed"),
                (["email": "a@b.co", "id": "7"], "400 validation_failed"),
                (["email": "a@b.co", "ban_duration": "soon"], "400 validation_failed"),
                (["email": "a@b.co", "password": "x", "password_hash": "y"], "400 validation_failed"),
                (["email": "a@b.co", "user_metadata": "x"], "400 bad_json"),
                (["email": "DOCTOR@example.org"], "422 email_exists"), (["phone": "491701234567"], "422 phone_exists"),
                (["email": "a@b.co", "id": .string(taken.userID)], "422 user_already_exists"),
            ] as [(JSON, String)] {
                let answer = try await create(auth, body)
                #expect(answer.refusal == refusal, "\(body): \(answer.text)")
            }
            #expect(try await auth.value("select count(*) from auth.users") == "2")
        }
    }

    @Test func `read, change and delete one user`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp(data: ["keep": 1, "drop": 2])
            _ = try await auth.signUp("taken@example.org")
            let id = signedIn.userID
            let read = try await auth.send(.get, "/admin/users/\(id)", bearer: auth.secretKey)
            #expect(read.status == 200 && read["email"]?.string == AuthHarness.email)

            for (body, refusal) in [
                (["email": "taken@example.org"], "422 email_exists"), (["password": "short"], "422 weak_password"),
                (["ban_duration": "-1h"], "400 validation_failed"), (["email": "x"], "400 validation_failed"),
            ] as [(JSON, String)] {
                #expect(try await change(auth, id, body).refusal == refusal, "\(body)")
            }
            let changed = try await change(
                auth, id,
                [
                    "email": "moved@example.org", "user_metadata": ["drop": nil, "new": 3],
                    "app_metadata": ["plan": "x"],
                ])
            #expect(changed.status == 200 && changed["email"] == "moved@example.org")
            #expect(changed["user_metadata"]?["drop"] == nil && changed["user_metadata"]?["new"] == 3)
            #expect(changed["app_metadata"] == ["plan": "x", "provider": "email", "providers": ["email"]])
            #expect(try await auth.send(.get, "/user", bearer: signedIn.accessToken).status == 200)

            #expect(try await change(auth, id, ["password": "set by admin"]).status == 200)
            #expect(try await auth.send(.get, "/user", bearer: signedIn.accessToken).refusal == "403 session_not_found")
            let again = try await auth.signIn("moved@example.org", password: "set by admin")

            #expect(try await change(auth, id, ["ban_duration": "87600h"]).status == 200)
            #expect(try await auth.send(.get, "/user", bearer: again.accessToken).refusal == "403 user_banned")
            #expect(try await auth.refresh(again.refreshToken).refusal == "400 user_banned")
            #expect(try await change(auth, id, ["ban_duration": "none"])["banned_until"] == nil)
            #expect(try await auth.send(.get, "/user", bearer: again.accessToken).status == 200)

            let gone = try await auth.send(.delete, "/admin/users/\(id)", bearer: auth.serviceKey)
            #expect(gone.status == 200 && gone.text == "{}")
            #expect(try await auth.send(.get, "/user", bearer: again.accessToken).refusal == "403 user_not_found")
            for method in ["GET", "PUT", "DELETE"] {
                let answer = try await auth.send(
                    method == "GET" ? .get : method == "PUT" ? .put : .delete, "/admin/users/\(id)", [:],
                    bearer: auth.serviceKey)
                #expect(answer.refusal == "404 user_not_found", "\(method)")
                let malformed = try await auth.send(
                    method == "GET" ? .get : method == "PUT" ? .put : .delete, "/admin/users/7", [:],
                    bearer: auth.serviceKey)
                #expect(malformed.refusal == "404 validation_failed", "\(method)")
            }
        }
    }

    @Test func `soft deletion keeps the id and nothing personal`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp(data: ["name": "A. Doctor"])
            let answer = try await auth.send(
                .delete, "/admin/users/\(signedIn.userID)", ["should_soft_delete": true], bearer: auth.serviceKey)
            #expect(answer.status == 200)
            let row = try #require(
                try await auth.value(
                    "select row_to_json(u)::text || (select json_agg(i) from auth.identities i) from auth.users u"))
            #expect(!row.contains("Doctor") && !row.contains("doctor@") && row.contains(signedIn.userID))
            #expect(
                try await auth.value(
                    "select email = translate(encode(sha256(convert_to(id::text || \(AuthHarness.email), 'UTF8')), 'base64'), '+/=', '-_') from auth.users"
                )
                    == "t")
            #expect(try await auth.value("select deleted_at is not null from auth.users") == "t")
            #expect(try await auth.refresh(signedIn.refreshToken).refusal == "400 refresh_token_not_found")
            #expect(try await auth.signUp().userID != signedIn.userID)
        }
    }

    @Test func `list users by page, filter and order`() async throws {
        try await AuthHarness.run { auth in
            for index in 0..<5 {
                _ = try await auth.signUp("u\(index)@example.org", data: ["full_name": .string("Person \(index)")])
                auth.clock.advance(by: .seconds(1))
            }
            func list(_ query: String) async throws -> Answer {
                try await auth.send(.get, "/admin/users" + query, bearer: auth.serviceKey)
            }
            func emails(_ answer: Answer) -> [String] {
                (answer["users"]?.array ?? []).compactMap { $0["email"]?.string?.prefix(2).description }
            }
            let all = try await list("")
            #expect(all.keys == ["users", "aud"] && all["aud"] == "authenticated")
            #expect(emails(all) == ["u4", "u3", "u2", "u1", "u0"])
            #expect(all["users"]?.array?.first?["identities"] == .null)
            #expect(all.header("X-Total-Count") == "5")
            let page = try await list("?page=2&per_page=2")
            #expect(emails(page) == ["u2", "u1"])
            #expect(
                page.header("Link")
                    == "</admin/users?page=3&per_page=2>; rel=\"next\", </admin/users?page=3&per_page=2>; rel=\"last\"")
            #expect(emails(try await list("?sort=created_at%20asc&per_page=1")) == ["u0"])
            #expect(emails(try await list("?filter=PERSON%203")) == ["u3"])
            #expect(emails(try await list("?filter=u1@")) == ["u1"])
            #expect(emails(try await list("?filter=%25")) == [])
            #expect(emails(try await list("?page=9")) == [])
            for bad in ["?page=-1", "?per_page=x", "?sort=email"] {
                #expect(try await list(bad).refusal == "400 validation_failed", "\(bad)")
            }
            let other = try await auth.send(
                .get, "/admin/users", bearer: auth.serviceKey, headers: ["X-JWT-AUD": "elsewhere"])
            #expect(other["users"] == all["users"] && other["aud"] == "authenticated")
        }
    }
}
