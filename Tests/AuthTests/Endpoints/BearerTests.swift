import Auth
import Core
import Cryptography
import HTTPTypes
import Postgres
import Testing
import Tokens

@Suite struct `Bearer tokens` {
    private func claims(_ signedIn: SignedIn, _ change: (inout JSONObject) -> Void) -> JSONObject {
        var claims = signedIn.claims
        change(&claims)
        return claims
    }

    @Test func `are refused by everything that is wrong with them`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            let parts = signedIn.accessToken.split(separator: ".").map(String.init)
            func segment(_ json: JSON) -> String { Base64URL.encode(json.bytes) }
            let foreign = TokenIssuer(key: try SigningKey.generate(.hs256))
            let rsa = TokenIssuer(key: try SigningKey.generate(.es256, keyID: "foreign"))
            let attacks: [(name: String, token: String, refusal: String)] = [
                ("no JWT", "garbage", "403 bad_jwt"), ("two segments", "a.b", "403 bad_jwt"),
                ("unsigned", segment(["alg": "none", "typ": "JWT"]) + "." + parts[1] + ".", "403 bad_jwt"),
                ("signature stripped", parts[0] + "." + parts[1] + ".", "403 bad_jwt"),
                ("alg none with signature", segment(["alg": "none"]) + "." + parts[1] + "." + parts[2], "403 bad_jwt"),
                ("other algorithm", segment(["alg": "HS512"]) + "." + parts[1] + "." + parts[2], "403 bad_jwt"),
                (
                    "payload changed",
                    parts[0] + "." + segment(.object(claims(signedIn) { $0["role"] = "service_role" })) + "."
                        + parts[2],
                    "403 bad_jwt"
                ),
                ("foreign key", try foreign.sign(claims: signedIn.claims), "403 bad_jwt"),
                ("algorithm of no key", try rsa.sign(claims: signedIn.claims), "403 bad_jwt"),
                (
                    "expired", try auth.token(claims(signedIn) { $0["exp"] = .int(auth.clock.now().seconds) }),
                    "403 bad_jwt"
                ),
                ("no subject", try auth.token(claims(signedIn) { $0["sub"] = nil }), "403 bad_jwt"),
                ("subject no UUID", try auth.token(claims(signedIn) { $0["sub"] = "1234567890" }), "400 bad_jwt"),
                (
                    "unknown subject",
                    try auth.token(claims(signedIn) { $0["sub"] = "0f8fad5b-d9cb-469f-a165-70867728950e" }),
                    "403 user_not_found"
                ),
                (
                    "unknown session",
                    try auth.token(claims(signedIn) { $0["session_id"] = "0f8fad5b-d9cb-469f-a165-70867728950e" }),
                    "403 session_not_found"
                ),
                ("session no UUID", try auth.token(claims(signedIn) { $0["session_id"] = "x" }), "403 bad_jwt"),
                ("anon key", auth.anonKey, "403 bad_jwt"), ("service key", auth.serviceKey, "403 bad_jwt"),
                ("publishable key", auth.publishableKey, "403 bad_jwt"),
            ]
            for attack in attacks {
                for (method, path) in [("GET", "/user"), ("PUT", "/user"), ("POST", "/logout")] {
                    let answer = try await auth.send(
                        method == "GET" ? .get : method == "PUT" ? .put : .post, path, [:], bearer: attack.token)
                    #expect(answer.refusal == attack.refusal, "\(attack.name) at \(method) \(path): \(answer.text)")
                }
            }
            let garbage = try await auth.send(.get, "/user", bearer: "garbage")
            #expect(garbage["msg"]?.string?.hasPrefix("invalid JWT: unable to parse or verify signature") == true)
            #expect(
                try await auth.send(.get, "/user", bearer: auth.anonKey)["msg"] == "invalid claim: missing sub claim")
        }
    }

    @Test func `are asked for, whatever key is sent`() async throws {
        try await AuthHarness.run { auth in
            for key in [auth.anonKey, auth.serviceKey] {
                let answer = try await auth.send(.get, "/user", key: key)
                #expect(answer.refusal == "401 no_authorization")
                #expect(answer["msg"] == "This endpoint requires a valid Bearer token")
            }
            let basic = try await auth.send(.get, "/user", headers: ["Authorization": "Basic dTpw"])
            #expect(basic.refusal == "401 no_authorization")
            #expect(try await auth.send(.get, "/user", key: .some(nil)).status == 401)
        }
    }

    @Test func `end with the user, the session or a ban, at once`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            let other = try await auth.signUp("other@example.org")
            func read() async throws -> Answer { try await auth.send(.get, "/user", bearer: signedIn.accessToken) }
            #expect(try await read().status == 200)
            #expect(
                try await auth.send(.get, "/user", headers: ["Authorization": "bearer \(signedIn.accessToken)"]).status
                    == 200)

            try await auth.owner.run(
                "update auth.users set banned_until = '2100-01-01' where id = \(signedIn.userID)::uuid")
            #expect(try await read().refusal == "403 user_banned")
            try await auth.owner.run("update auth.users set banned_until = '2000-01-01'")
            #expect(try await read().status == 200)

            // Another user's session does not stand in for the token's own.
            let mixed = try auth.token(claims(signedIn) { $0["session_id"] = .string(other.sessionID) })
            #expect(try await auth.send(.get, "/user", bearer: mixed).refusal == "403 session_not_found")

            try await auth.owner.run("delete from auth.sessions where id = \(signedIn.sessionID)::uuid")
            #expect(try await read().refusal == "403 session_not_found")
            try await auth.owner.run("delete from auth.users where id = \(signedIn.userID)::uuid")
            #expect(try await read().refusal == "403 user_not_found")
        }
    }

    @Test func `open admin routes by role alone, and only while their session lives`() async throws {
        try await AuthHarness.run { auth in
            let signedIn = try await auth.signUp()
            let hour = auth.clock.now().seconds + 3600
            let cases: [(name: String, token: String?, refusal: Int)] = [
                ("nothing", nil, 401), ("a user", signedIn.accessToken, 403), ("the anon key", auth.anonKey, 403),
                ("the publishable key", auth.publishableKey, 403), ("garbage", "garbage", 403),
                ("the service key", auth.serviceKey, 200), ("the secret key", auth.secretKey, 200),
                (
                    "a key without end and with a strange subject",
                    try auth.token(["role": "supabase_admin", "sub": "1234567890"]), 200
                ),
                (
                    "an expired key", try auth.token(["role": "service_role", "exp": .int(auth.clock.now().seconds)]),
                    403
                ),
                (
                    "an admin's session",
                    try auth.token(
                        claims(signedIn) {
                            $0["role"] = "service_role"; $0["exp"] = .int(hour)
                        }), 200
                ),
                (
                    "an admin's ended session",
                    try auth.token([
                        "role": "service_role", "sub": .string(signedIn.userID),
                        "session_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
                    ]), 403
                ),
            ]
            for entry in cases {
                let answer = try await auth.send(.get, "/admin/users", bearer: entry.token)
                #expect(answer.status == entry.refusal, "\(entry.name): \(answer.text)")
            }
            let refused = try await auth.send(.get, "/admin/users", bearer: signedIn.accessToken)
            #expect(refused.refusal == "403 not_admin")
            #expect(refused["msg"] == "User not allowed")
            try await auth.owner.run("update auth.sessions set not_after = '2000-01-01'")
            let ended = try await auth.send(
                .get, "/admin/users", bearer: try auth.token(claims(signedIn) { $0["role"] = "service_role" }))
            #expect(ended.refusal == "403 session_expired")
        }
    }

    /// A session that could not be refreshed any more opens nothing to an administrator either.
    @Test(arguments: ["timebox", "inactivity"])
    func `of an administrator end with the session's time`(limit: String) async throws {
        try await AuthHarness.run {
            $0.isEmailAutoconfirmed = true
            $0.accessTokenLifetime = .seconds(86_400)
            if limit == "timebox" { $0.sessionTimebox = .seconds(100) } else { $0.sessionInactivityMax = .seconds(100) }
        } _: { auth in
            let signedIn = try await auth.signUp()
            let token = try auth.token(claims(signedIn) { $0["role"] = "service_role" })
            auth.clock.advance(by: .seconds(99))
            #expect(try await auth.send(.get, "/admin/users", bearer: token).status == 200)
            auth.clock.advance(by: .seconds(2))
            #expect(try await auth.send(.get, "/admin/users", bearer: token).refusal == "403 session_expired")
            #expect(try await auth.send(.get, "/admin/users", bearer: auth.serviceKey).status == 200)
        }
    }
}
