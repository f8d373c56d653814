import Core
import Cryptography
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `The token endpoint of the OAuth server` {
    @Test func `gives tokens for a code and nothing about the user`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let user = try await auth.signUp()
            let answer = try await auth.redeem(try await auth.code(client, by: user), client)
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.keys == ["access_token", "token_type", "expires_in", "refresh_token", "scope"])
            #expect(answer["token_type"] == "bearer" && answer["expires_in"] == 3600)
            #expect(answer["scope"] == "openid email")
            #expect(answer.header("Cache-Control") == "no-store")
            let claims = auth.claims(answer["access_token"]?.string)
            #expect(claims["sub"] == .string(user.userID) && claims["client_id"] == .string(client.id))
            #expect(claims["scope"] == "openid email")
            #expect(claims["amr"]?.array?.first?["method"] == "oauth_provider/authorization_code")
            #expect(claims["session_id"]?.string != user.sessionID)
            #expect(user.claims["client_id"] == nil && user.claims["scope"] == nil)
            #expect(
                try await auth.value(
                    "select oauth_client_id || ' ' || scopes from auth.sessions where oauth_client_id is not null")
                    == "\(client.id) openid email")
            #expect(
                try await auth.value(
                    """
                    select payload->'traits'->>'client_id' from auth.audit_log_entries
                    where payload->>'action' = 'login' and payload->'traits'->>'client_id' is not null
                    """) == client.id)
            let read = try await auth.send(.get, "/user", bearer: answer["access_token"]?.string)
            #expect(read["id"] == .string(user.userID))
        }
    }

    @Test func `takes each client's own way to authenticate, in a form or as JSON`() async throws {
        try await AuthHarness.runOAuth { auth in
            let user = try await auth.signUp()
            for method in ["client_secret_basic", "client_secret_post", "none"] {
                let client = try await auth.client(["token_endpoint_auth_method": .string(method)])
                var parameters: JSONObject = [
                    "grant_type": "authorization_code", "code_verifier": .string(PlayedProof.verifier),
                ]
                if method != "client_secret_basic" { parameters["client_id"] = .string(client.id) }
                if method == "client_secret_post" { parameters["client_secret"] = .string(client.secret ?? "") }
                var headers = method == "client_secret_basic" ? client.basic : [:]

                parameters["code"] = .string(try await auth.code(client, by: user))
                let form = Dictionary(uniqueKeysWithValues: parameters.members.map { ($0.key, $0.value.string) })
                #expect(try await auth.exchange(form, headers: headers).status == 200, "\(method)")

                parameters["code"] = .string(try await auth.code(client, by: user))
                headers["Content-Type"] = "application/json; charset=utf-8"
                let answer = try await auth.send(
                    .post, "/oauth/token", .object(parameters), key: .some(nil), headers: headers)
                #expect(answer.status == 200, "\(method) \(answer.text)")
            }
        }
    }

    @Test func `refuses clients that are not who they say, or say it in another way`() async throws {
        try await AuthHarness.runOAuth { auth in
            let basic = try await auth.client()
            let post = try await auth.client(["token_endpoint_auth_method": "client_secret_post"])
            let open = try await auth.client(["token_endpoint_auth_method": "none"])
            let grant: [String: String?] = ["grant_type": "refresh_token", "refresh_token": "abcdefghijkl"]
            func asking(_ parameters: [String: String?], _ headers: [String: String] = [:]) async throws -> String {
                try await auth.exchange(grant.merging(parameters) { $1 }, headers: headers).fault
            }
            func header(_ text: String) -> [String: String] {
                ["Authorization": "Basic " + Base64.encode(Array(text.utf8))]
            }
            #expect(try await asking([:]) == "400 invalid_client")
            #expect(try await asking(["client_id": "x"]) == "400 invalid_client")
            #expect(try await asking(["client_id": UUIDText.zero]) == "400 invalid_client")
            // The right secret in the wrong way, a wrong or missing secret in the right way.
            #expect(try await asking(["client_id": basic.id, "client_secret": basic.secret]) == "400 invalid_client")
            #expect(try await asking(["client_id": basic.id]) == "400 invalid_client")
            #expect(try await asking([:], post.basic) == "401 invalid_client")
            #expect(try await asking(["client_id": post.id]) == "400 invalid_client")
            #expect(try await asking(["client_id": post.id, "client_secret": "wrong"]) == "400 invalid_client")
            #expect(try await asking(["client_id": post.id, "client_secret": basic.secret]) == "400 invalid_client")
            #expect(try await asking(["client_id": open.id, "client_secret": "any"]) == "400 invalid_client")
            #expect(try await asking([:], header("\(open.id):")) == "401 invalid_client")
            #expect(try await asking([:], header("\(basic.id):wrong")) == "401 invalid_client")
            #expect(try await asking([:], header("\(basic.id):")) == "401 invalid_client")
            #expect(try await asking([:], header(basic.id)) == "401 invalid_client")
            #expect(try await asking([:], header("x:y")) == "401 invalid_client")
            #expect(try await asking([:], ["Authorization": "Basic !"]) == "401 invalid_client")
            #expect(try await asking([:], ["Authorization": "Basic"]) == "401 invalid_client")
            #expect(try await asking(["client_secret": basic.secret], basic.basic) == "400 invalid_request")
            #expect(try await asking(["client_id": open.id], basic.basic) == "400 invalid_request")
            // Past the client: the refresh token is wrong.
            #expect(try await asking(["client_id": basic.id], basic.basic) == "400 invalid_grant")
            #expect(try await asking(["client_id": open.id]) == "400 invalid_grant")
            let told = try await auth.exchange(grant, headers: header("\(basic.id):wrong"))
            #expect(told.header("WWW-Authenticate") == "Basic realm=\"oauth\"")
            try await auth.owner.run("update auth.oauth_clients set deleted_at = now()")
            #expect(try await asking(["client_id": open.id]) == "400 invalid_client")
        }
    }

    @Test func `refuses requests that are none`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let narrow = try await auth.client(["grant_types": ["authorization_code"]])
            #expect(try await auth.exchange([:], headers: client.basic).fault == "400 invalid_request")
            #expect(try await auth.exchange(["grant_type": ""], headers: client.basic).fault == "400 invalid_request")
            for grant in ["password", "client_credentials", "implicit"] {
                let answer = try await auth.exchange(["grant_type": grant], headers: client.basic)
                #expect(answer.fault == "400 unsupported_grant_type")
            }
            #expect(
                try await auth.exchange(["grant_type": "refresh_token", "refresh_token": "a"], headers: narrow.basic)
                    .fault
                    == "400 unauthorized_client")
            #expect(try await auth.redeem("", client).fault == "400 invalid_request")
            #expect(
                try await auth.exchange(["grant_type": "refresh_token"], headers: client.basic).fault
                    == "400 invalid_request")
            for (body, type) in [
                ("grant_type=a&grant_type=b", "application/x-www-form-urlencoded"), ("a=%zz", "text/plain"),
                ("{", "application/json"), ("[]", "application/json"), ("", "application/json"),
                (#"{"grant_type":"a\u0000"}"#, "application/json"),
            ] {
                let headers = client.basic.merging(["Content-Type": type]) { $1 }
                let answer = try await auth.send(.post, "/oauth/token", raw: body, headers: headers)
                #expect(answer.fault == "400 invalid_request", "\(body)")
                #expect(answer["error_description"]?.string?.isEmpty == false)
            }
            // Secrets in the query would end in logs: nothing is read from there.
            let query = try await auth.send(.post, "/oauth/token?grant_type=refresh_token&client_id=\(client.id)")
            #expect(query.fault == "400 invalid_request")
        }
    }

    @Test func `redeems a code only for the client, place and proof it was made for`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let other = try await auth.client()
            let user = try await auth.signUp()
            let code = try await auth.code(client, ["resource": "https://api.example.org"], by: user)
            let wrong = String(repeating: "w", count: 43)
            #expect(try await auth.redeem("unknown", client).fault == "400 invalid_grant")
            #expect(try await auth.redeem(OAuthSecret.hash(code), client).fault == "400 invalid_grant")
            #expect(try await auth.redeem(code, other).fault == "400 invalid_grant")
            for changes in [
                ["redirect_uri": "https://evil.org/callback"], ["redirect_uri": PlayedClient.redirectURI + "/"],
                ["code_verifier": nil], ["code_verifier": ""], ["code_verifier": .some(wrong)],
                ["code_verifier": .some(PlayedProof.challenge)], ["resource": "https://other.example.org"],
            ] as [[String: String?]] {
                #expect(try await auth.redeem(code, client, changes).fault == "400 invalid_grant", "\(changes)")
            }
            #expect(try await auth.value("select count(*) from auth.sessions where oauth_client_id is not null") == "0")
            #expect(try await auth.redeem(code, client, ["resource": "https://api.example.org"]).status == 200)
        }
    }

    @Test func `takes no code after its time, of a banned user or of nobody`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let user = try await auth.signUp()
            let late = try await auth.code(client, by: user)
            auth.clock.advance(by: .seconds(300))
            #expect(try await auth.redeem(late, client).fault == "400 invalid_grant")
            let code = try await auth.code(client, by: user)
            try await auth.owner.run("update auth.users set banned_until = 'infinity'")
            #expect(try await auth.redeem(code, client).fault == "400 invalid_grant")
            try await auth.owner.run("update auth.users set banned_until = null")
            try await auth.owner.run("update auth.oauth_authorizations set user_id = null")
            #expect(try await auth.redeem(code, client).fault == "400 invalid_grant")
            try await auth.owner.run("delete from auth.users")
            #expect(try await auth.redeem(code, client).fault == "400 invalid_grant")
            #expect(try await auth.value("select count(*) from auth.sessions") == "0")
        }
    }

    @Test func `ends what a code gave when the code is presented again`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let other = try await auth.client()
            let user = try await auth.signUp()
            let code = try await auth.code(client, by: user)
            let first = try await auth.redeem(code, client)
            let next = try await auth.refresh(first["refresh_token"]?.string ?? "", client)
            #expect(next.status == 200)
            // Another client that has got hold of the code is refused and ends nothing.
            #expect(try await auth.redeem(code, other).fault == "400 invalid_grant")
            #expect(try await auth.send(.get, "/user", bearer: next["access_token"]?.string).status == 200)
            #expect(try await auth.redeem(code, client).fault == "400 invalid_grant")
            #expect(
                try await auth.send(.get, "/user", bearer: next["access_token"]?.string).refusal
                    == "403 session_not_found")
            #expect(try await auth.refresh(next["refresh_token"]?.string ?? "", client).fault == "400 invalid_grant")
            #expect(auth.observer.warnings.count == 1)
            // The user's own session is none of its business.
            #expect(try await auth.send(.get, "/user", bearer: user.accessToken).status == 200)
        }
    }

    @Test func `gives one session for fifty redemptions at once`() async throws {
        try await AuthHarness.runOAuth(connections: 10) { auth in
            let client = try await auth.client()
            let code = try await auth.code(client, by: try await auth.signUp())
            let faults = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let answer = try await auth.redeem(code, client)
                        return answer.status == 200 ? "200" : answer.fault
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(faults.filter { $0 == "200" }.count == 1)
            #expect(faults.filter { $0 == "400 invalid_grant" }.count == 49)
        }
    }

    // MARK: Refresh

    @Test func `refreshes a session for its own client alone`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let other = try await auth.client()
            let user = try await auth.signUp()
            let first = try await auth.redeem(try await auth.code(client, by: user), client)
            let token = first["refresh_token"]?.string ?? ""
            #expect(try await auth.refresh(token, other).fault == "400 invalid_grant")
            #expect(try await auth.refresh(token).fault == "400 invalid_client")
            #expect(try await auth.refresh(user.refreshToken, client).fault == "400 invalid_grant")
            let second = try await auth.refresh(token, client)
            #expect(second.keys == ["access_token", "token_type", "expires_in", "refresh_token", "scope"])
            #expect(second["refresh_token"] != first["refresh_token"])
            let claims = auth.claims(second["access_token"]?.string)
            #expect(claims["client_id"] == .string(client.id) && claims["scope"] == "openid email")
            #expect(
                claims["session_id"] == auth.claims(first["access_token"]?.string)["session_id"])
            #expect(try await auth.refresh(user.refreshToken).status == 200)
        }
    }

    @Test func `names every dead refresh token in the words of OAuth`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let user = try await auth.signUp()
            let first =
                try await auth.redeem(try await auth.code(client, by: user), client)["refresh_token"]?.string ?? ""
            let second = try await auth.refresh(first, client)["refresh_token"]?.string ?? ""
            let third = try await auth.refresh(second, client)["refresh_token"]?.string ?? ""
            for token in ["x", "!!!!!!!!!!!!!!", "abcdefghijkl"] {
                #expect(try await auth.refresh(token, client).fault == "400 invalid_grant")
            }
            try await auth.owner.run("update auth.users set banned_until = 'infinity'")
            #expect(try await auth.refresh(third, client).fault == "400 invalid_grant")
            try await auth.owner.run("update auth.users set banned_until = null")
            auth.clock.advance(by: .seconds(60))
            #expect(try await auth.refresh(first, client).fault == "400 invalid_grant")
            // Reuse has ended the family.
            #expect(try await auth.refresh(third, client).fault == "400 invalid_grant")
        }
    }

    @Test func `counts refresh tokens of version 2 in the same way`() async throws {
        try await AuthHarness.runOAuth({ $0.refreshTokenVersion = 2 }) { auth in
            let client = try await auth.client()
            let other = try await auth.client()
            let user = try await auth.signUp()
            let first =
                try await auth.redeem(try await auth.code(client, by: user), client)["refresh_token"]?.string ?? ""
            #expect(CountedRefreshToken(first)?.counter == 0)
            #expect(try await auth.refresh(first, other).fault == "400 invalid_grant")
            #expect(try await auth.refresh(first).fault == "400 invalid_client")
            #expect(try await auth.refresh(user.refreshToken, client).fault == "400 invalid_grant")
            let second = try await auth.refresh(first, client)["refresh_token"]?.string ?? ""
            #expect(CountedRefreshToken(second)?.counter == 1)
            for (owner, expected) in [(other, "200"), (client, "400 invalid_grant")] {
                let revoked = try await auth.exchange(
                    ["token": second], headers: owner.basic, path: "/oauth/revoke")
                #expect(revoked.status == 200)
                let answer = try await auth.refresh(second, client)
                #expect((answer.status == 200 ? "200" : answer.fault) == expected)
            }
        }
    }

    @Test func `gives no refresh token to a client that may not use one`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client(["grant_types": ["authorization_code"]])
            let answer = try await auth.redeem(try await auth.code(client, by: try await auth.signUp()), client)
            #expect(answer.status == 200 && answer["refresh_token"] == nil)
        }
    }

    // MARK: Revocation

    @Test func `takes tokens back with all that belongs to them`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let other = try await auth.client()
            let user = try await auth.signUp()
            func revoke(_ token: String?, _ client: PlayedClient) async throws -> Answer {
                try await auth.exchange(["token": token], headers: client.basic, path: "/oauth/revoke")
            }
            for member in ["refresh_token", "access_token"] {
                let answer = try await auth.redeem(try await auth.code(client, by: user), client)
                let token = answer[member]?.string
                let bearer = answer["access_token"]?.string
                for stranger in [try await revoke(token, other), try await revoke("unknown-token", client)] {
                    #expect(stranger.status == 200 && stranger.text.isEmpty)
                }
                #expect(try await auth.send(.get, "/user", bearer: bearer).status == 200)
                #expect(try await revoke(token, client).status == 200)
                #expect(try await auth.send(.get, "/user", bearer: bearer).refusal == "403 session_not_found")
                #expect(try await revoke(token, client).status == 200)
            }
            #expect(try await revoke(user.accessToken, client).status == 200)
            #expect(try await revoke(user.refreshToken, client).status == 200)
            #expect(try await revoke("a.b.c", client).status == 200)
            #expect(try await auth.send(.get, "/user", bearer: user.accessToken).status == 200)
            #expect(try await revoke(nil, client).fault == "400 invalid_request")
            #expect(
                try await auth.exchange(["token": "a", "client_id": UUIDText.zero], path: "/oauth/revoke").fault
                    == "400 invalid_client")
        }
    }
}
