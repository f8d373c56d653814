import Auth
import Core
import Cryptography
import HTTPTypes
import Postgres
import Testing

@testable import Auth

/// What users do with passkeys.
struct PasskeySteps {
    let auth: AuthHarness

    func begin(_ user: SignedIn) async throws -> Answer {
        try await auth.send(.post, "/passkeys/registration/options", [:], bearer: user.accessToken)
    }

    func finish(_ user: SignedIn, _ ceremony: Answer, _ credential: JSON) async throws -> Answer {
        try await auth.send(
            .post, "/passkeys/registration/verify",
            ["challenge_id": ceremony["challenge_id"] ?? .null, "credential": credential], bearer: user.accessToken)
    }

    /// A new passkey's id.
    func register(_ user: SignedIn, _ key: inout SoftwareAuthenticator) async throws -> String {
        let ceremony = try await begin(user)
        let answer = try await finish(user, ceremony, try key.create(ceremony["options"] ?? .null))
        return try #require(answer["id"]?.string, "\(ceremony.text) \(answer.text)")
    }

    func ask() async throws -> Answer { try await auth.send(.post, "/passkeys/authentication/options", [:]) }

    func signIn(_ ceremony: Answer, _ credential: JSON) async throws -> Answer {
        try await auth.send(
            .post, "/passkeys/authentication/verify",
            ["challenge_id": ceremony["challenge_id"] ?? .null, "credential": credential])
    }

    func signIn(
        _ key: inout SoftwareAuthenticator, _ change: (inout SoftwareAuthenticator.Story) -> Void = { _ in }
    ) async throws -> Answer {
        let ceremony = try await ask()
        return try await signIn(ceremony, try key.get(ceremony["options"] ?? .null, change))
    }

    func list(_ user: SignedIn) async throws -> Answer {
        try await auth.send(.get, "/passkeys", bearer: user.accessToken)
    }
}

@Suite struct `Registering a passkey` {
    @Test func `asks for a key that remembers the user`() async throws {
        try await AuthHarness.run({
            AuthHarness.factors(&$0)
            $0.factors.relyingPartyID = "example.org"
            $0.factors.relyingPartyName = "MedMitra"
        }) { auth in
            let user = try await auth.signUp(data: ["name": "Dr. Rao"])
            let answer = try await PasskeySteps(auth: auth).begin(user)
            #expect(answer.keys == ["challenge_id", "options", "expires_at"])
            #expect(answer["expires_at"]?.int == auth.clock.now().seconds + 300)
            let options = try #require(answer["options"])
            #expect(options["rp"] == ["name": "MedMitra", "id": "example.org"])
            #expect(options["user"]?["displayName"] == "Dr. Rao")
            #expect(
                options["authenticatorSelection"]
                    == ["requireResidentKey": true, "residentKey": "required", "userVerification": "preferred"])
            #expect(try await auth.send(.get, "/settings")["passkeys_enabled"] == true)
        }
    }

    @Test func `keeps it under the name of its maker`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let steps = PasskeySteps(auth: auth)
            let user = try await auth.signUp()
            let model = try #require(Hex.decode("d548826e79b4db40a3d811116f7e8349"))
            var key = try SoftwareAuthenticator(model: model)
            let ceremony = try await steps.begin(user)
            let answer = try await steps.finish(user, ceremony, try key.create(ceremony["options"] ?? .null))
            #expect(answer.keys == ["id", "friendly_name", "created_at"])
            #expect(answer["friendly_name"] == "Bitwarden")
            auth.clock.advance(by: .seconds(1))
            var plain = try SoftwareAuthenticator()
            _ = try await steps.register(user, &plain)
            #expect(
                try await steps.list(user).json.array?.compactMap { $0["friendly_name"]?.string } == [
                    "Bitwarden", "Passkey",
                ])
            #expect(
                try await steps.begin(user)["options"]?["excludeCredentials"]?.array?.count == 2)
            #expect(
                try await auth.value(
                    "select count(*) from auth.audit_log_entries where payload ->> 'action' = 'passkey_created'") == "2"
            )
        }
    }

    @Test func `uses a ceremony once, right or wrong, however often at once`() async throws {
        try await AuthHarness.run(AuthHarness.factors, connections: 10) { auth in
            let steps = PasskeySteps(auth: auth)
            let user = try await auth.signUp()
            var key = try SoftwareAuthenticator()
            let ceremony = try await steps.begin(user)
            let credential = try key.create(ceremony["options"] ?? .null)
            let answers = try await together(50) { _ in try await steps.finish(user, ceremony, credential) }
            #expect(answers.count { $0.status == 200 } == 1)
            #expect(
                answers.filter { $0.status != 200 }.allSatisfy { $0.refusal == "400 webauthn_challenge_not_found" })

            let second = try await steps.begin(user)
            let lie = try key.create(second["options"] ?? .null) { $0.origin = "https://evil.example" }
            #expect(try await steps.finish(user, second, lie).refusal == "400 webauthn_verification_failed")
            #expect(try await steps.finish(user, second, lie).refusal == "400 webauthn_challenge_not_found")
        }
    }

    @Test func `refuses ceremonies of somebody else, of another kind and of long ago`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let steps = PasskeySteps(auth: auth)
            let user = try await auth.signUp()
            let other = try await auth.signUp("other@example.org")
            var key = try SoftwareAuthenticator()
            let ceremony = try await steps.begin(user)
            let credential = try key.create(ceremony["options"] ?? .null)
            #expect(try await steps.finish(other, ceremony, credential).refusal == "400 webauthn_challenge_not_found")
            let signIn = try await steps.ask()
            let asked = try key.create(signIn["options"] ?? .null)
            #expect(try await steps.finish(user, signIn, asked).refusal == "400 webauthn_challenge_not_found")
            #expect(try await steps.signIn(ceremony, credential).refusal == "400 webauthn_challenge_not_found")
            auth.clock.advance(by: .seconds(301))
            let late = try await steps.finish(user, ceremony, credential)
            #expect(late.refusal == "400 webauthn_challenge_expired")
            #expect(late["msg"] == "Challenge has expired")
        }
    }

    @Test func `refuses what it cannot read`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let bodies: [(JSON, String)] = [
                ([:], "400 validation_failed"), (["challenge_id": .string(UUIDText.zero)], "400 validation_failed"),
                (["challenge_id": "no uuid", "credential": [:]], "400 validation_failed"),
                (["challenge_id": .string(UUIDText.zero), "credential": "text"], "400 bad_json"),
                (["challenge_id": .string(UUIDText.zero), "credential": [:]], "400 webauthn_challenge_not_found"),
            ]
            for path in ["/passkeys/registration/verify", "/passkeys/authentication/verify"] {
                for (body, refusal) in bodies {
                    let answer = try await auth.send(.post, path, body, bearer: user.accessToken)
                    #expect(answer.refusal == refusal, "\(path) \(body)")
                }
            }
            let ceremony = try await PasskeySteps(auth: auth).begin(user)
            #expect(
                try await PasskeySteps(auth: auth).finish(user, ceremony, ["id": "a"]).refusal
                    == "400 webauthn_verification_failed")
        }
    }

    @Test func `refuses one that is registered, to anybody`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let steps = PasskeySteps(auth: auth)
            let user = try await auth.signUp()
            let other = try await auth.signUp("other@example.org")
            var key = try SoftwareAuthenticator()
            _ = try await steps.register(user, &key)
            let ceremony = try await steps.begin(other)
            let answer = try await steps.finish(other, ceremony, try key.create(ceremony["options"] ?? .null))
            #expect(answer.refusal == "422 webauthn_credential_exists")
        }
    }

    @Test func `stops at the most, however many at once`() async throws {
        try await AuthHarness.run(
            {
                AuthHarness.factors(&$0)
                $0.factors.passkeysMax = 2
            }, connections: 8
        ) { auth in
            let steps = PasskeySteps(auth: auth)
            let user = try await auth.signUp()
            var prepared: [(Answer, JSON)] = []
            for _ in 0..<8 {
                var key = try SoftwareAuthenticator()
                let ceremony = try await steps.begin(user)
                prepared.append((ceremony, try key.create(ceremony["options"] ?? .null)))
            }
            let ready = prepared
            let answers = try await together(8) { index in
                try await steps.finish(user, ready[index].0, ready[index].1)
            }
            #expect(answers.count { $0.status == 200 } == 2)
            #expect(answers.count { $0.refusal == "422 too_many_passkeys" } == 6)
            #expect(try await steps.begin(user).refusal == "422 too_many_passkeys")
        }
    }

    @Test func `is for people with a session, an account and their second factor`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let steps = PasskeySteps(auth: auth)
            #expect(
                try await auth.send(.post, "/passkeys/registration/options", [:]).refusal == "401 no_authorization")
            #expect(try await steps.begin(try await auth.anonymous()).refusal == "403 no_authorization")
            let (raised, _) = try await auth.raisedUser()
            let low = try await auth.signIn()
            for answer in [try await steps.begin(low), try await steps.finish(low, try await steps.begin(raised), [:])]
            {
                #expect(answer.refusal == "403 insufficient_aal")
                #expect(answer["msg"] == "AAL2 session is required to manage passkeys when MFA is enabled")
            }
            #expect(try await steps.begin(raised).status == 200)
            try await auth.owner.run("update auth.users set is_sso_user = true where id = \(raised.userID)::uuid")
            #expect(try await steps.begin(raised).refusal == "422 validation_failed")
        }
    }

    @Test func `does not exist where passkeys are off`() async throws {
        try await AuthHarness.run { auth in
            let user = try await auth.signUp()
            let routes: [(HTTPRequest.Method, String)] = [
                (.post, "/passkeys/registration/options"), (.post, "/passkeys/registration/verify"),
                (.post, "/passkeys/authentication/options"), (.post, "/passkeys/authentication/verify"),
                (.get, "/passkeys"), (.patch, "/passkeys/\(UUIDText.zero)"), (.delete, "/passkeys/\(UUIDText.zero)"),
            ]
            for (method, path) in routes {
                let answer = try await auth.send(method, path, [:], bearer: user.accessToken)
                #expect(answer.refusal == "404 passkey_disabled", "\(path)")
                #expect(try await auth.send(method, path, [:]).refusal == "404 passkey_disabled", "\(path)")
            }
            #expect(try await auth.send(.get, "/settings")["passkeys_enabled"] == false)
        }
    }
}

@Suite struct `Signing in with a passkey` {
    @Test func `gives a session to whom the key belongs`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let steps = PasskeySteps(auth: auth)
            let user = try await auth.signUp()
            var key = try SoftwareAuthenticator()
            _ = try await steps.register(user, &key)
            let ceremony = try await steps.ask()
            #expect(ceremony.keys == ["challenge_id", "options", "expires_at"])
            #expect(ceremony["options"]?["rpId"] == "app.example.org")
            #expect(ceremony["options"]?["allowCredentials"] == nil)
            auth.clock.advance(by: .seconds(5))
            let signedIn = try SignedIn(await steps.signIn(ceremony, try key.get(ceremony["options"] ?? .null)))
            #expect(signedIn.userID == user.userID && signedIn.sessionID != user.sessionID)
            #expect(signedIn.claims["aal"] == "aal1")
            #expect(signedIn.claims["amr"]?.array?.first?["method"] == "passkey")
            #expect(try await auth.refresh(signedIn.refreshToken).status == 200)
            #expect(
                try await steps.list(user).json.array?.first?["last_used_at"] == .string(auth.clock.now().rfc3339()))
            #expect(try await auth.value("select sign_count from auth.webauthn_credentials") == "1")
            #expect(
                try await auth.value(
                    "select count(*) from auth.audit_log_entries where payload ->> 'action' = 'login' and payload #> '{traits,passkey_id}' is not null"
                ) == "1")
        }
    }

    @Test func `uses a ceremony once, however often at once`() async throws {
        try await AuthHarness.run(AuthHarness.factors, connections: 10) { auth in
            let steps = PasskeySteps(auth: auth)
            var key = try SoftwareAuthenticator()
            _ = try await steps.register(try await auth.signUp(), &key)
            let ceremony = try await steps.ask()
            let assertion = try key.get(ceremony["options"] ?? .null)
            let answers = try await together(50) { _ in try await steps.signIn(ceremony, assertion) }
            #expect(answers.count { $0.status == 200 } == 1)
            #expect(
                answers.filter { $0.status != 200 }.allSatisfy { $0.refusal == "400 webauthn_challenge_not_found" })
        }
    }

    @Test func `refuses keys that are not registered, deleted, copied or somebody else's`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let steps = PasskeySteps(auth: auth)
            let user = try await auth.signUp()
            let other = try await auth.signUp("other@example.org")
            var key = try SoftwareAuthenticator()
            let id = try await steps.register(user, &key)
            let refusal = "400 webauthn_verification_failed"
            var stranger = try SoftwareAuthenticator()
            _ = try stranger.create(["user": ["id": .string(Base64URL.encode(Array(user.userID.utf8)))]])
            #expect(try await steps.signIn(&stranger).refusal == refusal)
            var forged = try SoftwareAuthenticator(credentialID: key.credentialID)
            _ = try forged.create(["user": ["id": .string(Base64URL.encode(Array(user.userID.utf8)))]])
            #expect(try await steps.signIn(&forged).refusal == refusal)
            for handle in [other.userID, UUIDText.zero, "nobody", nil] {
                #expect(try await steps.signIn(&key) { $0.userHandle = handle }.refusal == refusal)
            }
            #expect(try await steps.signIn(&key) { $0.count = 100 }.status == 200)
            #expect(try await steps.signIn(&key) { $0.count = 100 }.refusal == refusal)
            let deleted = try await auth.send(.delete, "/passkeys/\(id)", bearer: user.accessToken)
            #expect(deleted.status == 204)
            #expect(try await steps.signIn(&key) { $0.count = 101 }.refusal == refusal)
        }
    }

    @Test func `refuses every lie`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let steps = PasskeySteps(auth: auth)
            var key = try SoftwareAuthenticator()
            _ = try await steps.register(try await auth.signUp(), &key)
            let lies: [(inout SoftwareAuthenticator.Story) -> Void] = [
                { $0.origin = "https://evil.example" }, { $0.relyingPartyID = "evil.example" }, { $0.flags = 0 },
                { $0.challenge = Base64URL.encode(SecureRandom.bytes(32)) }, { $0.type = "webauthn.create" },
                { $0.signsOther = true }, { $0.crossOrigin = true },
            ]
            for lie in lies { #expect(try await steps.signIn(&key, lie).refusal == "400 webauthn_verification_failed") }
            let ceremony = try await steps.ask()
            auth.clock.advance(by: .seconds(301))
            let late = try await steps.signIn(ceremony, try key.get(ceremony["options"] ?? .null))
            #expect(late.refusal == "400 webauthn_challenge_expired")
        }
    }

    @Test func `refuses users who may not sign in`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let steps = PasskeySteps(auth: auth)
            let user = try await auth.signUp()
            var key = try SoftwareAuthenticator()
            _ = try await steps.register(user, &key)
            func refusal(_ change: SQL, undo: SQL) async throws -> String {
                try await auth.owner.run(change)
                let refusal = try await steps.signIn(&key).refusal
                try await auth.owner.run(undo)
                return refusal
            }
            #expect(
                try await refusal(
                    "update auth.users set banned_until = 'infinity'", undo: "update auth.users set banned_until = null"
                )
                    == "403 user_banned")
            #expect(
                try await refusal(
                    "update auth.users set email_confirmed_at = null",
                    undo: "update auth.users set email_confirmed_at = now()") == "403 email_not_confirmed")
            #expect(
                try await refusal(
                    "update auth.users set phone = '911234567890'", undo: "update auth.users set phone = null")
                    == "403 phone_not_confirmed")
            #expect(
                try await refusal(
                    "update auth.users set deleted_at = now()", undo: "update auth.users set deleted_at = null")
                    == "400 webauthn_verification_failed")
            #expect(try await steps.signIn(&key).status == 200)
            // A soft deletion takes them along.
            let path = "/admin/users/\(user.userID)"
            _ = try await auth.send(.delete, path, ["should_soft_delete": true], bearer: auth.serviceKey)
            #expect(try await auth.value("select count(*) from auth.webauthn_credentials") == "0")
        }
    }

    @Test func `sweeps ceremonies that nobody finished`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let steps = PasskeySteps(auth: auth)
            for _ in 0..<30 { _ = try await steps.ask() }
            auth.clock.advance(by: .seconds(2 * 3600))
            _ = try await steps.ask()
            #expect(try await auth.value("select count(*) from auth.webauthn_challenges") == "11")
        }
    }
}

@Suite struct `Managing passkeys` {
    @Test func `lists, renames and deletes one's own`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let steps = PasskeySteps(auth: auth)
            let user = try await auth.signUp()
            let other = try await auth.signUp("other@example.org")
            #expect(try await steps.list(user).text == "[]")
            var key = try SoftwareAuthenticator()
            let id = try await steps.register(user, &key)
            let listed = try #require(await steps.list(user).json.array?.first)
            #expect(listed.object?.members.map(\.key) == ["id", "friendly_name", "created_at"])
            #expect(try await steps.list(other).text == "[]")

            func send(_ method: HTTPRequest.Method, _ id: String, _ body: JSON? = nil, _ who: SignedIn) async throws
                -> Answer
            {
                try await auth.send(method, "/passkeys/\(id)", body, bearer: who.accessToken)
            }
            let renamed = try await send(.patch, id, ["friendly_name": "Ward laptop"], user)
            #expect((renamed.status, renamed["friendly_name"], renamed["id"]) == (200, "Ward laptop", .string(id)))
            for unknown in [UUIDText.zero, "nonsense"] {
                #expect(
                    try await send(.patch, unknown, ["friendly_name": "x"], user).refusal == "404 validation_failed")
                #expect(try await send(.delete, unknown, nil, user).refusal == "404 validation_failed")
            }
            // Somebody else's are not there.
            #expect(try await send(.patch, id, ["friendly_name": "x"], other).refusal == "404 validation_failed")
            #expect(try await send(.delete, id, nil, other).refusal == "404 validation_failed")
            #expect(try await send(.patch, id, [:], user).refusal == "400 validation_failed")
            let long = JSON.string(String(repeating: "n", count: 121))
            #expect(try await send(.patch, id, ["friendly_name": long], user).refusal == "400 validation_failed")
            #expect(try await auth.send(.get, "/passkeys").refusal == "401 no_authorization")
            #expect(try await send(.delete, id, nil, user).status == 204)
            #expect(try await steps.list(user).text == "[]")
            #expect(
                try await auth.value(
                    """
                    select string_agg(payload ->> 'action', ' ' order by payload ->> 'action') from auth.audit_log_entries
                    where payload ->> 'action' like 'passkey%'
                    """) == "passkey_created passkey_deleted passkey_updated")
        }
    }

    @Test func `takes the second factor to delete`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let (raised, _) = try await auth.raisedUser()
            var key = try SoftwareAuthenticator()
            let id = try await PasskeySteps(auth: auth).register(raised, &key)
            let low = try await auth.signIn()
            let refused = try await auth.send(.delete, "/passkeys/\(id)", bearer: low.accessToken)
            #expect(refused.refusal == "403 insufficient_aal")
            #expect(try await auth.send(.delete, "/passkeys/\(id)", bearer: raised.accessToken).status == 204)
        }
    }

    @Test func `of anybody is for admins`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let other = try await auth.signUp("other@example.org")
            var key = try SoftwareAuthenticator()
            let id = try await PasskeySteps(auth: auth).register(user, &key)
            let path = "/admin/users/\(user.userID)/passkeys"
            let listed = try await auth.send(.get, path, bearer: auth.serviceKey)
            #expect(listed.json.array?.first?["id"] == .string(id))
            for (method, path) in [(HTTPRequest.Method.get, path), (.delete, path + "/" + id)] {
                #expect(try await auth.send(method, path, bearer: user.accessToken).refusal == "403 not_admin")
                #expect(try await auth.send(method, path).refusal == "401 no_authorization")
            }
            let elsewhere = "/admin/users/\(other.userID)/passkeys/\(id)"
            #expect(try await auth.send(.delete, elsewhere, bearer: auth.serviceKey).refusal == "404 validation_failed")
            #expect(
                try await auth.send(.delete, path + "/nonsense", bearer: auth.serviceKey).refusal
                    == "404 validation_failed")
            let nobody = "/admin/users/\(UUIDText.zero)/passkeys"
            #expect(try await auth.send(.get, nobody, bearer: auth.serviceKey).refusal == "404 user_not_found")
            #expect(try await auth.send(.delete, path + "/" + id, bearer: auth.serviceKey).status == 204)
            #expect(try await auth.send(.get, path, bearer: auth.serviceKey).text == "[]")
        }
    }
}
