import Auth
import Core
import Cryptography
import HTTPTypes
import Testing
import Tokens

@Suite struct `What the service says about itself` {
    @Test func `is its health, its settings and its public keys`() async throws {
        try await AuthHarness.run {
            $0.areAnonymousUsersEnabled = true
        } _: { auth in
            let health = try await auth.send(.get, "/health")
            #expect(health.keys == ["version", "name", "description"] && health["name"] == "GoTrue")

            let settings = try await auth.send(.get, "/settings")
            #expect(
                settings.keys == [
                    "external", "disable_signup", "mailer_autoconfirm", "phone_autoconfirm", "sms_provider",
                    "saml_enabled", "saml_private_key_next_configured", "passkeys_enabled",
                ])
            #expect(settings["external"]?["anonymous_users"] == true && settings["external"]?["google"] == false)
            #expect(settings["mailer_autoconfirm"] == false)

            // A page of the browser may ask, so no key is needed; a shared secret is never told.
            let keys = try await auth.send(.get, "/.well-known/jwks.json", key: .some(nil))
            #expect(keys.json == ["keys": []])
            #expect(keys.header("Cache-Control") == "public, max-age=600")
        }
    }

    @Test func `asks for an API key everywhere but where browsers navigate`() async throws {
        try await AuthHarness.run { auth in
            for path in ["/health", "/settings", "/user", "/signup", "/admin/users"] {
                let answer = try await auth.send(.get, path, key: .some(nil))
                #expect(answer.status == 401, "\(path)")
                #expect(answer["message"] == "No API key found in request")
            }
            for (path, status) in [("/verify", 400), ("/callback", 303), ("/authorize", 400)] {
                #expect(try await auth.send(.get, path, key: .some(nil)).status == status, "\(path)")
            }
        }
    }

    @Test func `lets browsers read the headers that carry error codes`() async throws {
        try await AuthHarness.run { auth in
            let answer = try await auth.send(.get, "/user", headers: ["Origin": "http://localhost:3000"])
            #expect(answer.header("Access-Control-Expose-Headers") == "X-Total-Count, Link, X-Supabase-Api-Version")
        }
    }

    @Test func `speaks the newer dialect from 2024 on`() async throws {
        try await AuthHarness.run { auth in
            for (version, isNew) in [
                ("2024-01-01", true), ("2025-06-30", true), ("2023-12-31", false), ("", false), ("latest", false),
                ("2024-13-01", false), ("2024-1-1", false), ("2024-01-01x", false), ("9999-99-99", false),
            ] {
                let answer = try await auth.send(.get, "/user", headers: ["X-Supabase-Api-Version": version])
                #expect(answer.keys == (isNew ? ["code", "message"] : ["code", "error_code", "msg"]), "\(version)")
                #expect(answer.header("X-Supabase-Api-Version") == (isNew ? "2024-01-01" : nil), "\(version)")
            }
        }
    }

    @Test func `refuses bodies over a mebibyte`() async throws {
        try await AuthHarness.run { auth in
            let body = #"{"data":""# + String(repeating: "x", count: 1 << 20) + #""}"#
            let answer = try await auth.send(.post, "/signup", raw: body)
            #expect(answer.refusal == "413 request_entity_too_large")
        }
    }

    @Test func `is 503 while the database is away, so that clients try again`() async throws {
        try await AuthHarness.run({ $0.isEmailAutoconfirmed = true }, isDatabaseAway: true) { auth in
            let token = try auth.token(["sub": "0f8fad5b-d9cb-469f-a165-70867728950e"])
            for answer in [
                try await auth.send(.get, "/user", bearer: token), try await auth.refresh("abcdefghijkl"),
                try await auth.send(.post, "/signup", ["email": "a@b.co", "password": "secret1"]),
                try await auth.send(
                    .post, "/token?grant_type=password", ["email": "a@b.co", "password": "secret1"]),
            ] {
                #expect(answer.refusal == "503 unexpected_failure", "\(answer.text)")
                #expect(answer["error_id"] == "request-of-the-test")
            }
            #expect(auth.observer.causes.count == 4)
        }
    }
}
