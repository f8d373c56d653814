import Auth
import Core
import Cryptography
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `Security keys as factors` {
    typealias Story = SoftwareAuthenticator.Story

    private func enrolled(_ auth: AuthHarness, _ user: SignedIn, name: String = "key") async throws -> String {
        let answer = try await auth.enroll(user, ["factor_type": "webauthn", "friendly_name": .string(name)])
        return try #require(answer["id"]?.string, "\(answer.text)")
    }

    private func options(_ challenge: Answer) throws -> JSON {
        try #require(challenge["webauthn"]?["credential_options"]?["publicKey"], "\(challenge.text)")
    }

    private func verify(
        _ auth: AuthHarness, _ user: SignedIn, _ id: String, _ challenge: Answer, _ type: String, _ response: JSON
    ) async throws -> Answer {
        try await auth.send(
            .post, "/factors/\(id)/verify",
            [
                "challenge_id": challenge["id"] ?? .null,
                "webauthn": [
                    "type": .string(type), "rpId": "ignored.example", "rpOrigins": ["https://ignored.example"],
                    "credential_response": response,
                ],
            ], bearer: user.accessToken)
    }

    /// Registers a key with a factor and raises the session.
    private func register(
        _ auth: AuthHarness, _ user: SignedIn, _ id: String, _ key: inout SoftwareAuthenticator
    ) async throws -> SignedIn {
        let challenge = try await auth.challenge(user, id, ["webauthn": ["rpId": "ignored.example"]])
        return try SignedIn(
            await verify(auth, user, id, challenge, "create", try key.create(try options(challenge))))
    }

    @Test func `are registered by their first verification`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let id = try await enrolled(auth, user)
            var key = try SoftwareAuthenticator(model: Array(1...16))
            let challenge = try await auth.challenge(user, id)
            #expect(challenge.keys == ["id", "type", "expires_at", "webauthn"])
            #expect(challenge["webauthn"]?["type"] == "create")
            let options = try options(challenge)
            #expect(options["rp"] == ["name": "app.example.org", "id": "app.example.org"])
            #expect(options["user"]?["name"] == .string(AuthHarness.email))
            #expect(options["user"]?["id"]?.string.flatMap { Base64URL.decode($0) } == Array(user.userID.utf8))
            #expect(options["challenge"]?.string.flatMap { Base64URL.decode($0) }?.count == 32)
            #expect(options["pubKeyCredParams"]?.array?.compactMap { $0["alg"]?.int } == [-7, -8, -257])
            #expect(options["attestation"] == "none" && options["excludeCredentials"] == nil)

            auth.clock.advance(by: .seconds(1))
            let raised = try SignedIn(await verify(auth, user, id, challenge, "create", try key.create(options)))
            #expect(raised.claims["aal"] == "aal2")
            #expect(raised.claims["amr"]?.array?.first?["method"] == "mfa/webauthn")
            let factor = try #require(raised.user["factors"]?.array?.first)
            #expect(factor["status"] == "verified")
            #expect(factor["web_authn_aaguid"] == "01020304-0506-0708-090a-0b0c0d0e0f10")
            #expect(factor["last_webauthn_challenge_data"]?["type"] == "create")
            #expect(
                factor["last_webauthn_challenge_data"]?["credential_response"]?["id"]
                    == .string(Base64URL.encode(key.credentialID)))
            #expect(!raised.answer.text.contains("publicKey"))
        }
    }

    @Test func `sign afterwards, and count`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let id = try await enrolled(auth, user)
            var key = try SoftwareAuthenticator()
            _ = try await register(auth, user, id, &key)
            for count in 1...2 {
                let low = try await auth.signIn()
                let challenge = try await auth.challenge(low, id)
                #expect(challenge["webauthn"]?["type"] == "request")
                let options = try options(challenge)
                #expect(options["rpId"] == "app.example.org")
                #expect(
                    options["allowCredentials"]?.array?.first?["id"] == .string(Base64URL.encode(key.credentialID)))
                let raised = try SignedIn(await verify(auth, low, id, challenge, "request", try key.get(options)))
                #expect(raised.claims["aal"] == "aal2")
                #expect(
                    try await auth.value(
                        "select web_authn_credential #>> '{authenticator,signCount}' from auth.mfa_factors")
                        == "\(count)")
            }
            // A copy that counts for itself is not taken.
            let low = try await auth.signIn()
            let challenge = try await auth.challenge(low, id)
            let copied = try key.get(try options(challenge)) { $0.count = 2 }
            #expect(
                try await verify(auth, low, id, challenge, "request", copied).refusal == "422 mfa_verification_failed")
        }
    }

    @Test func `cannot be put in the place of a registered one`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let id = try await enrolled(auth, user)
            var key = try SoftwareAuthenticator()
            _ = try await register(auth, user, id, &key)
            let thief = try await auth.signIn()
            var other = try SoftwareAuthenticator()
            let challenge = try await auth.challenge(thief, id)
            let options = try options(challenge)
            let created = try await verify(auth, thief, id, challenge, "create", try other.create(options))
            #expect(created.refusal == "400 validation_failed")
            let disguised = try await verify(auth, thief, id, challenge, "request", try other.create(options))
            #expect(disguised.refusal == "422 mfa_verification_failed")
            let signed = try await verify(auth, thief, id, challenge, "request", try other.get(options))
            #expect(signed.refusal == "422 mfa_verification_failed")
            #expect(try await auth.user(thief).status == 200)
            #expect(try SignedIn(await auth.refresh(thief.refreshToken)).claims["aal"] == "aal1")
        }
    }

    @Test func `that wait to be registered are out of reach of the password alone`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let (raised, totp) = try await auth.raisedUser()
            let thief = try await auth.signIn()
            let id = try await enrolled(auth, raised)
            #expect(try await auth.challenge(thief, id).refusal == "403 insufficient_aal")
            var key = try SoftwareAuthenticator()
            let challenge = try await auth.challenge(raised, id)
            let response = try key.create(try options(challenge))
            let stolen = try await verify(auth, thief, id, challenge, "create", response)
            #expect(stolen.refusal == "403 insufficient_aal")
            #expect(try await verify(auth, raised, id, challenge, "create", response).status == 200)
            #expect(try await auth.raise(thief, totp).claims["aal"] == "aal2")
        }
    }

    @Test func `lose the race against a first factor of another kind`() async throws {
        try await AuthHarness.run(AuthHarness.factors, connections: 8) { auth in
            let user = try await auth.signUp()
            let totp = try await auth.enrollTOTP(user)
            let id = try await enrolled(auth, user)
            let other = try await auth.signIn()
            var key = try SoftwareAuthenticator()
            let keyChallenge = try await auth.challenge(other, id)
            let response = try key.create(try options(keyChallenge))
            let totpChallenge = try await auth.challengeID(user, totp.id)
            let code = auth.code(totp)
            let answers = try await together(2) { index in
                index == 0
                    ? try await verify(auth, other, id, keyChallenge, "create", response)
                    : try await auth.verify(user, totp.id, challenge: totpChallenge, code: code)
            }
            // Whoever is first ends the other's session, or at least keeps it from adding a second factor.
            #expect(answers.count { $0.status == 200 } == 1)
        }
    }

    @Test func `answer each challenge once, however often at once`() async throws {
        try await AuthHarness.run(AuthHarness.factors, connections: 10) { auth in
            let user = try await auth.signUp()
            let id = try await enrolled(auth, user)
            var key = try SoftwareAuthenticator()
            let challenge = try await auth.challenge(user, id)
            let created = try key.create(try options(challenge))
            let registrations = try await together(50) { _ in
                try await verify(auth, user, id, challenge, "create", created)
            }
            #expect(registrations.count { $0.status == 200 } == 1)

            let low = try await auth.signIn()
            let second = try await auth.challenge(low, id)
            let signed = try key.get(try options(second)) { $0.count = 0 }
            let signatures = try await together(50) { _ in try await verify(auth, low, id, second, "request", signed) }
            #expect(signatures.count { $0.status == 200 } == 1)
        }
    }

    @Test func `are refused for every lie`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let id = try await enrolled(auth, user)
            var key = try SoftwareAuthenticator()
            let challenge = try await auth.challenge(user, id)
            let options = try options(challenge)
            let lies: [(inout Story) -> Void] = [
                { $0.origin = "https://evil.example" }, { $0.relyingPartyID = "evil.example" }, { $0.flags = 0x40 },
                { $0.challenge = Base64URL.encode(SecureRandom.bytes(32)) }, { $0.type = "webauthn.get" },
            ]
            for lie in lies {
                let answer = try await verify(auth, user, id, challenge, "create", try key.create(options, lie))
                #expect(answer.refusal == "422 mfa_verification_failed")
            }
            // The challenge of another factor is none of this one's.
            let other = try await enrolled(auth, user, name: "other")
            let crossed = try await verify(auth, user, other, challenge, "create", try key.create(options))
            #expect(crossed.refusal == "422 mfa_factor_not_found")
            auth.clock.advance(by: .seconds(301))
            let late = try await verify(auth, user, id, challenge, "create", try key.create(options))
            #expect(late.refusal == "422 mfa_challenge_expired")
        }
    }

    @Test func `are refused for bodies that are none`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            let id = try await enrolled(auth, user)
            let bodies: [JSON] = [
                [:], ["webauthn": [:]], ["webauthn": ["type": "delete", "credential_response": [:]]],
                ["webauthn": ["type": "create"]], ["webauthn": ["type": "create", "credential_response": [:]]],
                ["webauthn": ["type": "request", "credential_response": [:]]], ["code": "123456"],
                [
                    "webauthn": [
                        "type": "create",
                        "credential_response": [
                            "id": "YQ", "rawId": "Yg", "type": "public-key", "response": ["clientDataJSON": "e30"],
                        ],
                    ]
                ],
            ]
            for body in bodies {
                let answer = try await auth.send(.post, "/factors/\(id)/verify", body, bearer: user.accessToken)
                #expect(answer.refusal == "400 validation_failed", "\(body)")
            }
        }
    }

    @Test func `of a user are not registered twice`() async throws {
        try await AuthHarness.run(AuthHarness.factors) { auth in
            let user = try await auth.signUp()
            var key = try SoftwareAuthenticator()
            let raised = try await register(auth, user, try await enrolled(auth, user), &key)
            let challenge = try await auth.challenge(raised, try await enrolled(auth, raised, name: "second"))
            #expect(
                try options(challenge)["excludeCredentials"]?.array?.first?["id"]
                    == .string(Base64URL.encode(key.credentialID)))
        }
    }

    @Test func `need a domain`() async throws {
        try await AuthHarness.run({
            AuthHarness.factors(&$0)
            $0.redirects.siteURL = "app://nowhere"
        }) { auth in
            let user = try await auth.signUp()
            #expect(try await auth.challenge(user, try await enrolled(auth, user)).refusal == "500 unexpected_failure")
        }
    }
}
