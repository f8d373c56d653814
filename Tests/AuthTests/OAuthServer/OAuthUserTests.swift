import Core
import Cryptography
import HTTPTypes
import Postgres
import Testing
import Tokens

@testable import Auth

@Suite struct `What OAuth clients learn about users` {
    @Test func `depends on the scopes of their session`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let user = try await auth.signUp(data: ["name": "Dr. A", "avatar_url": "https://p/", "username": "a"])
            try await auth.owner.run("update auth.users set phone = '491234', phone_confirmed_at = now()")
            for (scope, keys) in [
                ("openid", ["sub"]), ("email", ["sub", "email", "email_verified"]),
                ("phone", ["sub", "phone_number", "phone_number_verified", "phone", "phone_verified"]),
                ("profile", ["sub", "name", "picture", "preferred_username", "updated_at", "user_metadata"]),
                ("offline_access", ["sub"]),
            ] {
                let other = try await auth.client()
                let token = try await auth.redeem(
                    try await auth.code(other, ["scope": .some(scope)], by: user), other)["access_token"]?.string
                for method in [HTTPRequest.Method.get, .post] {
                    let answer = try await auth.send(method, "/oauth/userinfo", bearer: token, key: .some(nil))
                    #expect(answer.status == 200 && answer.keys == keys, "\(scope): \(answer.text)")
                }
            }
            #expect(try await auth.send(.get, "/oauth/userinfo", bearer: user.accessToken).keys == ["sub"])
            #expect(try await auth.send(.get, "/oauth/userinfo").refusal == "401 no_authorization")
            _ = client
        }
    }

    @Test func `comes in an ID token where tokens are signed with a key pair`() async throws {
        let key = try SigningKey.generate(.es256, keyID: "k1")
        try await AuthHarness.runOAuth(signingKeys: [.object(key.privateJWK.reveal())]) { auth in
            let client = try await auth.client()
            let user = try await auth.signUp()
            auth.clock.advance(by: .seconds(100))
            let answer = try await auth.redeem(
                try await auth.code(client, ["nonce": "n-1", "scope": "openid email profile"], by: user), client)
            let text = try #require(answer["id_token"]?.string)
            let keys = try await auth.send(.get, "/.well-known/jwks.json").json
            let verified = try TokenVerifier(keys: TokenKeySet(verifyingWith: keys)).verify(text, now: auth.clock.now())
            let claims = verified.claims
            #expect(claims["iss"] == "http://localhost/auth/v1" && claims["sub"] == .string(user.userID))
            #expect(claims["aud"] == [.string(client.id)] && claims["nonce"] == "n-1")
            #expect(claims["exp"]?.int == auth.clock.now().seconds + 3600)
            // When the user signed in, not when the client did.
            #expect(claims["auth_time"]?.int == auth.clock.now().seconds - 100)
            #expect(claims["email"] == .string(AuthHarness.email) && claims["email_verified"] == true)
            #expect(claims["name"] == .string(AuthHarness.email))
            // It is no access token.
            #expect(try await auth.send(.get, "/user", bearer: text).status == 403)
            let plain = try await auth.redeem(try await auth.code(client, ["scope": "email"], by: user), client)
            #expect(plain.status == 200 && plain["id_token"] == nil)
        }
    }

    @Test func `ends when the user takes the grant back`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client(["client_uri": "https://client.example.org"])
            let user = try await auth.signUp()
            let other = try await auth.signUp("other@example.org")
            let answer = try await auth.redeem(try await auth.code(client, by: user), client)
            let pending = try await auth.code(client, by: user)
            let theirs = try await auth.redeem(try await auth.code(client, by: other), client)
            let list = try await auth.send(.get, "/user/oauth/grants", bearer: user.accessToken)
            #expect(list.json.array?.count == 1)
            let grant = try #require(list.json.array?.first)
            #expect(
                grant["client"] == [
                    "id": .string(client.id), "name": "A client", "uri": "https://client.example.org",
                ])
            #expect(grant["scopes"] == ["openid", "email"] && grant["granted_at"]?.string?.hasSuffix("Z") == true)

            func revoke(_ query: String) async throws -> Answer {
                try await auth.send(.delete, "/user/oauth/grants" + query, bearer: user.accessToken)
            }
            #expect(try await revoke("").refusal == "400 validation_failed")
            #expect(try await revoke("?client_id=x").refusal == "400 validation_failed")
            #expect(try await revoke("?client_id=\(UUIDText.zero)").refusal == "404 oauth_consent_not_found")
            #expect(try await revoke("?client_id=\(client.id)").status == 204)
            #expect(try await revoke("?client_id=\(client.id)").refusal == "404 oauth_consent_not_found")
            #expect(try await auth.send(.get, "/user/oauth/grants", bearer: user.accessToken).text == "[]")
            #expect(
                try await auth.send(.get, "/user", bearer: answer["access_token"]?.string).refusal
                    == "403 session_not_found")
            #expect(
                try await auth.refresh(answer["refresh_token"]?.string ?? "", client).fault == "400 invalid_grant")
            #expect(try await auth.redeem(pending, client).fault == "400 invalid_grant")
            #expect(try await auth.send(.get, "/user", bearer: theirs["access_token"]?.string).status == 200)
            // Consent is asked for again.
            #expect(try await auth.details(try await auth.authorizationID(client), by: user)["client"] != nil)
            #expect(
                try await auth.value(
                    "select payload->'traits'->>'action' from auth.audit_log_entries where payload->>'action' = 'token_revoked'"
                ) == "revoke_oauth_grant")
            for method in [HTTPRequest.Method.get, .delete] {
                #expect(try await auth.send(method, "/user/oauth/grants").refusal == "401 no_authorization")
            }
        }
    }

    @Test func `ends when the operator deletes the client`() async throws {
        try await AuthHarness.runOAuth { auth in
            let client = try await auth.client()
            let user = try await auth.signUp()
            let answer = try await auth.redeem(try await auth.code(client, by: user), client)
            let removal = try await auth.send(
                .delete, "/admin/oauth/clients/\(client.id)", bearer: auth.serviceKey)
            #expect(removal.status == 204)
            #expect(
                try await auth.send(.get, "/user", bearer: answer["access_token"]?.string).refusal
                    == "403 session_not_found")
            #expect(
                try await auth.refresh(answer["refresh_token"]?.string ?? "", client).fault == "401 invalid_client")
            #expect(try await auth.send(.get, "/user/oauth/grants", bearer: user.accessToken).text == "[]")
        }
    }
}

@Suite struct `The discovery documents` {
    @Test func `say where everything is and what is served`() async throws {
        let key = try SigningKey.generate(.es256, keyID: "k1")
        try await AuthHarness.runOAuth(
            { $0.redirects.serviceURL = "https://x.example.org/auth/v1" },
            signingKeys: [.object(key.privateJWK.reveal())]
        ) { auth in
            let openID = try await auth.send(.get, "/.well-known/openid-configuration", key: .some(nil))
            let oauth = try await auth.send(.get, "/.well-known/oauth-authorization-server", key: .some(nil))
            #expect(openID.status == 200 && openID.text == oauth.text)
            #expect(openID.header("Cache-Control") == "public, max-age=600")
            #expect(openID["issuer"] == "http://localhost/auth/v1")
            for (member, path) in [
                ("authorization_endpoint", "/oauth/authorize"), ("token_endpoint", "/oauth/token"),
                ("userinfo_endpoint", "/oauth/userinfo"), ("jwks_uri", "/.well-known/jwks.json"),
                ("registration_endpoint", "/oauth/clients/register"), ("revocation_endpoint", "/oauth/revoke"),
            ] {
                #expect(openID[member]?.string == "https://x.example.org/auth/v1" + path)
            }
            #expect(openID["id_token_signing_alg_values_supported"] == ["ES256"])
            #expect(openID["scopes_supported"] == ["openid", "profile", "email", "phone", "offline_access"])
            #expect(openID["code_challenge_methods_supported"] == ["S256"])
            #expect(
                openID["token_endpoint_auth_methods_supported"]
                    == ["none", "client_secret_basic", "client_secret_post"])
        }
    }

    @Test(arguments: [
        (nil, "/auth/v1"), ("https://x.example.org/tenants/:a/*b/", "/tenants/:a/*b"), ("https://x.example.org", ""),
        ("https://x.example.org/?a=/b", ""), ("a name", ""),
    ])
    func `stand where the issuer alone leads to`(issuer: String?, path: String) async throws {
        try await AuthHarness.runOAuth {
            $0.redirects.serviceURL = "https://x.example.org/auth/v1"
            $0.issuer = issuer
        } _: { auth in
            let below = try await auth.send(.get, "/.well-known/oauth-authorization-server", key: .some(nil))
            for document in ["oauth-authorization-server", "openid-configuration"] {
                for place in Set(["/\(document)", "/\(document)\(path)"]) {
                    let answer = try await auth.send(
                        .get, place, key: .some(nil), headers: ["Origin": "https://client.example.org"],
                        below: "/.well-known")
                    #expect(answer.status == 200 && answer.text == below.text, "\(place)")
                    #expect(answer.header("Cache-Control") == "public, max-age=600")
                    #expect(answer.header("Access-Control-Allow-Origin") != nil)
                }
                for place in ["/\(document)/", "/\(document)/other", "/\(document)\(path)/more", "/x"] {
                    let answer = try await auth.send(.get, place, key: .some(nil), below: "/.well-known")
                    #expect(answer.status == 404, "\(place)")
                }
                let posted = try await auth.send(.post, "/\(document)\(path)", key: .some(nil), below: "/.well-known")
                #expect(posted.status == 405)
            }
        }
    }

    @Test func `are gone from there as from everywhere while the server is off`() async throws {
        try await AuthHarness.run { auth in
            for mount in ["/.well-known", "/auth/v1/.well-known"] {
                for place in ["/oauth-authorization-server", "/oauth-authorization-server/auth/v1"] {
                    let answer = try await auth.send(.get, place, key: .some(nil), below: mount)
                    #expect(answer.status == 404, "\(mount)\(place)")
                }
            }
            // Who checks tokens wants to know the keys, whether or not there are clients.
            let keys = try await auth.send(
                .get, "/openid-configuration/auth/v1", key: .some(nil), below: "/.well-known")
            #expect(keys.status == 200)
        }
    }

    @Test func `name no registration where there is none`() async throws {
        try await AuthHarness.runOAuth({ $0.oauthServer.isDynamicRegistrationAllowed = false }) { auth in
            let answer = try await auth.send(.get, "/.well-known/openid-configuration")
            #expect(answer["registration_endpoint"] == nil)
            #expect(answer["id_token_signing_alg_values_supported"] == [])
        }
    }
}

@Suite struct `The statements of the OAuth server` {
    static var all: [SQL] {
        get throws {
            let id = UUIDText.zero
            let now = Timestamp(seconds: 1_790_000_000)
            let form = try OAuthClientForm(Fields(["redirect_uris": ["https://a"]]))
            return try [
                OAuthClientStatements.find(id: id),
                OAuthClientStatements.insert(form.client(id: id, registration: .manual), now: now),
                OAuthClientStatements.update(id: id, form, now: now),
                OAuthClientStatements.setSecret(id: id, hash: "x", now: now),
                OAuthAuthorizationStatements.removeEnded(now: now),
                OAuthAuthorizationStatements.lock(authorizationID: "x"),
                OAuthAuthorizationStatements.lock(codeHash: "x"),
                OAuthAuthorizationStatements.setUser(id: id, userID: id),
                OAuthAuthorizationStatements.approve(id: id, codeHash: "x", now: now),
                OAuthAuthorizationStatements.deny(id: id), OAuthAuthorizationStatements.redeem(id: id),
                OAuthAuthorizationStatements.findUser(codeHash: "x"),
                OAuthAuthorizationStatements.granted(authorizationID: "x", userID: id),
                OAuthAuthorizationStatements.grant(userID: id, clientID: id, scopes: "x", now: now),
                OAuthAuthorizationStatements.grants(userID: id),
                OAuthAuthorizationStatements.endSession(id: id, clientID: id),
                OAuthAuthorizationStatements.endSession(refreshToken: "x", clientID: id),
            ] + OAuthClientStatements.list(limit: 1, offset: 0) + OAuthClientStatements.delete(id: id, now: now)
                + OAuthAuthorizationStatements.revoke(userID: id, clientID: id, now: now)
        }
    }

    @Test func `prepare against the migrated schema as the service's own role`() async throws {
        try await AuthHarness.run { auth in
            for (index, statement) in try Self.all.enumerated() {
                do throws(DatabaseError) {
                    try await auth.pool.run(SQL(trustedText: "prepare checked_\(index) as \(statement.text)"))
                } catch {
                    Issue.record("\(error.serverError?.message ?? error.logText): \(statement.text)")
                }
            }
        }
    }
}

@Suite struct `Redirect candidates of a request` {
    @Test func `are the header, the query and the referrer, each judged`() async throws {
        try await AuthHarness.run({ configuration in
            configuration.isEmailAutoconfirmed = false
            configuration.redirects.siteURL = "https://app.example.org"
            configuration.redirects.allowList = ["https://*.example.org/**"]
        }) { auth in
            for (number, (query, headers, target))
                in ([
                    ("", [:], "https://app.example.org"),
                    ("?redirect_to=https://a.example.org/x", [:], "https://a.example.org/x"),
                    ("?redirect_to=https://evil.org/", [:], "https://app.example.org"),
                    (
                        "?redirect_to=https://a.example.org/x", ["redirect_to": "https://b.example.org/"],
                        "https://b.example.org/"
                    ),
                    (
                        "?redirect_to=https://a.example.org/x", ["redirect_to": "https://evil.org/"],
                        "https://a.example.org/x"
                    ),
                    ("", ["Referer": "https://c.example.org/d"], "https://c.example.org/d"),
                    ("", ["Referer": "https://evil.org/"], "https://app.example.org"),
                    ("", ["X-Forwarded-Host": "evil.org", "Origin": "https://evil.org"], "https://app.example.org"),
                ] as [(String, [String: String], String)]).enumerated()
            {
                let answer = try await auth.send(
                    .post, "/signup" + query,
                    ["email": .string("u\(number)@example.org"), "password": "long enough"], headers: headers)
                #expect(answer.status == 200, "\(answer.text)")
                #expect(auth.mailer.sent.last?.redirectTo == target, "\(query) \(headers)")
            }
        }
    }
}
