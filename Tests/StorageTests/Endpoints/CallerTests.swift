import Core
import HTTPTypes
import Postgres
import Testing
import Tokens

@Suite struct `Callers` {
    @Test func `what proves nothing is refused in storage's words`() async throws {
        try await StorageHarness.run { harness in
            let missing = try await harness.send(.get, "/bucket", as: nil)
            #expect(
                missing.text
                    == #"{"statusCode":"400","error":"Error","message":"headers must have required property 'authorization'","code":"InvalidRequest"}"#
            )
            let expired = try harness.issuer.sign(claims: [
                "role": "authenticated", "exp": .int(harness.clock.now().seconds),
            ])
            for (token, message) in [
                ("garbage", "Invalid Compact JWS"), ("a.b.c", "Invalid Compact JWS"),
                (expired, "\"exp\" claim timestamp check failed"),
                (harness.anonKey.dropLast(10) + "AAAAAAAAAA", "signature verification failed"),
                ("sb_secret_unknown", "Invalid Compact JWS"),
            ] {
                let answer = try await harness.send(.get, "/bucket", as: token)
                #expect(answer.outcome == "400 403 AccessDenied")
                #expect(answer["error"] == "Unauthorized")
                #expect(answer["message"] == .string(message), "\(token.prefix(20))")
            }
        }
    }

    @Test func `a key alone acts as its role, and an empty authorization as none`() async throws {
        try await StorageHarness.run { harness in
            let key = try await harness.send(.get, "/bucket", as: nil, headers: ["apikey": harness.serviceKey])
            #expect(key.json.array?.isEmpty == false)
            let anon = try await harness.send(.get, "/bucket", as: nil, headers: ["apikey": harness.anonKey])
            #expect(anon.json == [])
            let empty = try await harness.send(
                .get, "/bucket", as: nil, headers: ["apikey": harness.serviceKey, "authorization": ""])
            #expect(empty.outcome == "400 400 InvalidRequest")
        }
    }

    @Test func `a token cannot name a role beyond a caller's reach`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            for role in [
                "postgres", "supabase_admin", "supabase_storage_admin", "authenticator", "medmitra_service",
                "supabase_auth_admin", "none", "no such role", "",
            ] {
                let token = try harness.token(of: StorageHarness.alice, role: role)
                let answer = try await harness.upload("files/x", "x", as: token)
                #expect(answer.status == 400, "\(role): \(answer.text)")
            }
            #expect(try await harness.count("select count(*) from storage.objects") == 0)
        }
    }

    @Test func `optional credentials that are bad count as none`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("open", ["public": true])
            try await harness.bucket("shut")
            for bucket in ["open", "shut"] { _ = try await harness.upload("\(bucket)/x", "x", as: harness.serviceKey) }
            #expect(try await harness.send(.get, "/object/open/x", as: "garbage").text == "x")
            #expect(try await harness.send(.get, "/object/shut/x", as: "garbage").outcome == "400 404 NoSuchBucket")
            #expect(
                try await harness.send(.get, "/object/public/shut/x", as: harness.serviceKey).outcome
                    == "400 404 NoSuchBucket")
            let bad = try await harness.send(.get, "/object/authenticated/open/x", as: "garbage")
            #expect(bad.outcome == "400 403 AccessDenied")
        }
    }

    @Test func `an unknown route is told by its name`() async throws {
        try await StorageHarness.run { harness in
            let answer = try await harness.send(.get, "/nothing/here", as: nil)
            #expect(answer.outcome == "404 404 InvalidRequest")
            #expect(answer["message"] == "Route GET:/nothing/here not found")
            #expect(try await harness.send(.get, "/status", as: nil).status == 200)
        }
    }
}
