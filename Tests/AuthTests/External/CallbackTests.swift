import Auth
import Core
import Gateway
import HTTPTypes
import Postgres
import Testing

@Suite struct `The way back from a provider` {
    @Test func `ends the implicit flow with a session in the fragment`() async throws {
        try await ExternalHarness.run { harness in
            let landed = try await harness.arrive(ScriptedProvider.claims())
            #expect(landed.answer.status == 302)
            #expect(landed.answer.header("referrer-policy") == "no-referrer")
            #expect(landed.page == ExternalHarness.target)
            #expect(
                landed.fragment.items.map(\.name) == [
                    "access_token", "expires_at", "expires_in", "provider_refresh_token", "provider_token",
                    "refresh_token", "sb", "token_type",
                ])
            #expect(landed.fragment["provider_token"] == "provider-access")
            #expect(landed.fragment["provider_refresh_token"] == "provider-refresh")
            #expect(landed.fragment["expires_in"] == "3600")
            let token = try #require(landed.fragment["access_token"])
            let user = try await harness.auth.send(.get, "/user", bearer: token)
            #expect(user["email"] == "person@example.org")
            #expect(user["app_metadata"] == ["provider": "google", "providers": ["google"]])
            #expect(
                user["user_metadata"] == [
                    "avatar_url": "https://pics.test/p.png", "email": "person@example.org", "email_verified": true,
                    "full_name": "Pat Person", "iss": .string(ScriptedProvider.issuer), "name": "Pat Person",
                    "phone_verified": false, "picture": "https://pics.test/p.png", "provider_id": "117", "sub": "117",
                ])
            let identity = try #require(user["identities"]?.array?.first)
            #expect(identity["id"] == "117")
            #expect(identity["provider"] == "google")
            #expect(identity["identity_data"] == user["user_metadata"])
            #expect(user["email_confirmed_at"] != nil)
            #expect(try await harness.count("select count(*) from auth.flow_state") == 0)
            // Only this answer carries the provider's tokens.
            let refreshed = try await harness.auth.refresh(try #require(landed.fragment["refresh_token"]))
            #expect(refreshed.status == 200 && refreshed["provider_token"] == nil)
        }
    }

    @Test func `ends the code flow with a code that leaves the app's own query alone`() async throws {
        try await ExternalHarness.run { harness in
            harness.provider.expect(.init(claims: ScriptedProvider.claims()), for: "c")
            let target = PercentCoding.encode(ExternalHarness.target + "?next=%2Fa%3Fb&code=old&x#gone")
            let departed = try Departed(
                await harness.auth.send(
                    .get,
                    "/authorize?provider=google&redirect_to=\(target)&code_challenge=\(ExternalHarness.challenge)"
                        + "&code_challenge_method=S256", key: .some(nil)))
            let landed = try await harness.callback("code=c&state=\(departed.state)")
            let code = try #require(landed.query["code"])
            #expect(landed.location == ExternalHarness.target + "?next=%2Fa%3Fb&x&code=\(code)")
            let signedIn = try SignedIn(await harness.exchange(code))
            #expect(signedIn.answer["provider_token"] == "provider-access")
            #expect(signedIn.answer["provider_refresh_token"] == "provider-refresh")
            #expect(signedIn.claims["amr"]?.array?.first?["method"] == "oauth")
        }
    }

    @Test func `a person who comes back brings news`() async throws {
        try await ExternalHarness.run { harness in
            let first = try await harness.signIn()
            var claims = ScriptedProvider.claims()
            claims["name"] = "Pat Newname"
            claims["hd"] = "clinic.example"
            let second = try await harness.signIn(claims)
            #expect(second.userID == first.userID)
            #expect(second.user["user_metadata"]?["full_name"] == "Pat Newname")
            #expect(second.user["user_metadata"]?["custom_claims"] == ["hd": "clinic.example"])
            #expect(second.user["identities"]?.array?.count == 1)
            #expect(second.user["identities"]?.array?.first?["identity_data"]?["name"] == "Pat Newname")
        }
    }

    @Test(arguments: [
        ("", "invalid_request bad_oauth_callback"), ("state=", "invalid_request bad_oauth_callback"),
        ("state=nonsense", "invalid_request bad_oauth_state"),
        ("state=' or 1=1", "invalid_request bad_oauth_state"),
        ("state=0f8fad5b-d9cb-469f-a165-70867728950e", "invalid_request bad_oauth_state"),
    ])
    func `refuses what is no state on the app's own page`(query: String, refusal: String) async throws {
        try await ExternalHarness.run { harness in
            let landed = try await harness.callback("code=c&" + query.replacing(" ", with: "%20"))
            #expect(landed.answer.status == 303)
            #expect(landed.page == ExternalHarness.site)
            #expect(landed.refusal == refusal)
            #expect(landed.query["error_description"] != nil)
            #expect(!landed.location.contains("#"))
        }
    }

    @Test func `refuses a state that has expired or was used`() async throws {
        try await ExternalHarness.run { harness in
            harness.provider.expect(.init(claims: ScriptedProvider.claims()), for: "c")
            let implicit = try await harness.authorize().state
            #expect(try await harness.callback("code=c&state=\(implicit)").fragment["access_token"] != nil)
            #expect(
                try await harness.callback("code=c&state=\(implicit)").refusal == "invalid_request bad_oauth_state")
            harness.provider.expect(.init(claims: ScriptedProvider.claims()), for: "c")
            let pkce = try await harness.authorize(pkce: true).state
            #expect(try await harness.callback("code=c&state=\(pkce.uppercased())").query["code"] != nil)
            let replayed = try await harness.callback("code=c&state=\(pkce)")
            #expect(replayed.refusal == "invalid_request flow_state_already_used")
            #expect(replayed.answer.status == 303)
            for isPKCE in [false, true] {
                let late = try await harness.authorize(pkce: isPKCE).state
                harness.auth.clock.advance(by: .seconds(301))
                let landed = try await harness.callback("code=c&state=\(late)")
                #expect(landed.refusal == "invalid_request bad_oauth_state")
                #expect(landed.query["error_description"] == "OAuth state has expired")
            }
        }
    }

    @Test func `from a provider that is served no longer is refused at the app`() async throws {
        try await ExternalHarness.run { harness in
            for isPKCE in [false, true] {
                harness.provider.expect(.init(claims: ScriptedProvider.claims()), for: "c")
                let state = try await harness.authorize(pkce: isPKCE).state
                // The operator took it out while somebody was on the way.
                try await harness.auth.owner.run("update auth.flow_state set provider_type = 'github'")
                let landed = try await harness.callback("code=c&state=\(state)")
                #expect(landed.page == ExternalHarness.target)
                #expect(landed.refusal == "invalid_request oauth_provider_not_supported")
                #expect(landed.query["error_description"] == "Unsupported provider: provider is not enabled")
                #expect(try await harness.count("select count(*) from auth.users") == 0)
            }
        }
    }

    @Test func `a state of a mail's flow is no state`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let user = try await harness.auth.signUp()
            try await harness.auth.owner.run(
                """
                insert into auth.flow_state (id, user_id, auth_code, code_challenge_method, code_challenge,
                    provider_type, authentication_method, created_at)
                values ('0f8fad5b-d9cb-469f-a165-70867728950e', \(user.userID)::uuid, 'x', 's256', 'y', 'email',
                    'recovery', \(harness.auth.clock.now())::timestamptz)
                """)
            let landed = try await harness.callback("code=c&state=0f8fad5b-d9cb-469f-a165-70867728950e")
            #expect(landed.refusal == "invalid_request flow_state_already_used")
            #expect(
                try await harness.count("select count(*) from auth.flow_state where auth_code_issued_at is null") == 1)
        }
    }

    @Test(arguments: [false, true]) func `of fifty callbacks with one state one signs in`(isPKCE: Bool) async throws {
        try await ExternalHarness.run(connections: 8) { harness in
            let state = try await harness.authorize(pkce: isPKCE).state
            for number in 0..<50 {
                harness.provider.expect(
                    .init(claims: ScriptedProvider.claims(), accessToken: "a\(number)"), for: "c\(number)")
            }
            let refusals = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let landed = try await harness.callback("code=c\(number)&state=\(state)")
                        let isIn = landed.query["code"] != nil || landed.fragment["access_token"] != nil
                        return isIn ? "in" : landed.refusal
                    }
                }
                return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(refusals["in"] == 1)
            #expect(refusals.count == 2)
            let code = isPKCE ? "flow_state_already_used" : "bad_oauth_state"
            #expect(refusals["invalid_request \(code)"] == 49)
            #expect(try await harness.count("select count(*) from auth.users") == 1)
        }
    }

    @Test func `fifty people who are one make one account`() async throws {
        try await ExternalHarness.run(connections: 8) { harness in
            let users = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        harness.provider.expect(
                            .init(claims: ScriptedProvider.claims(), accessToken: "a\(number)"), for: "c\(number)")
                        let state = try await harness.authorize().state
                        let landed = try await harness.callback("code=c\(number)&state=\(state)")
                        let token = landed.fragment["access_token"] ?? landed.location
                        return try await harness.auth.send(.get, "/user", bearer: token)["id"]?.string
                            ?? landed.location
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(users.count == 1)
            #expect(try await harness.count("select count(*) from auth.identities") == 1)
            #expect(try await harness.count("select count(*) from auth.sessions") == 50)
        }
    }

    @Test func `passes a provider's error on without losing the app's query`() async throws {
        try await ExternalHarness.run { harness in
            let target = PercentCoding.encode(ExternalHarness.target + "?mine=1&error=old")
            let departed = try Departed(
                await harness.auth.send(
                    .get, "/authorize?provider=google&redirect_to=\(target)", key: .some(nil)))
            let landed = try await harness.callback(
                "error=access_denied&error_description=The%20user%20%26%20nobody%23&state=\(departed.state)")
            #expect(landed.answer.status == 302)
            let description = "The%20user%20%26%20nobody%23"
            #expect(
                landed.location == ExternalHarness.target
                    + "?mine=1&error=access_denied&error_description=\(description)"
                    + "#error=access_denied&error_description=\(description)&sb=")
        }
    }

    @Test func `says on the app's page what went wrong at the provider`() async throws {
        try await ExternalHarness.run { harness in
            var state = try await harness.authorize().state
            var landed = try await harness.callback("state=\(state)")
            #expect(landed.refusal == "invalid_request bad_oauth_callback")
            #expect(landed.fragment["error_code"] == "bad_oauth_callback" && landed.fragment["sb"] == "")

            state = try await harness.authorize().state
            landed = try await harness.callback("code=unknown-code&state=\(state)")
            #expect(landed.refusal == "server_error unexpected_failure")
            #expect(landed.query["error_description"] == "Unable to exchange external code: unkn")
            #expect(
                harness.auth.observer.causes.last
                    == "sign-in with google: the exchange of a code: status 400 (invalid_grant)")

            landed = try await harness.arrive(ScriptedProvider.claims(email: nil))
            #expect(landed.query["error_description"] == "Error getting user email from external provider")
            landed = try await harness.arrive(ScriptedProvider.claims(email: "no address"))
            #expect(landed.query["error_description"] == "Error getting user email from external provider")
            #expect(try await harness.count("select count(*) from auth.users") == 0)
        }
    }

    @Test(
        arguments: [
            ["aud": "somebody-else"], ["iss": "https://evil.test"], ["exp": 1_789_999_999], ["at_hash": "wrong"],
            ["aud": [.string(ScriptedProvider.clientID), "other"]],
            ["aud": [.string(ScriptedProvider.clientID), "other"], "azp": "other"], ["nbf": 1_790_000_301], ["sub": ""],
        ] as [JSONObject])
    func `believes no ID token that is not meant for it`(changes: JSONObject) async throws {
        try await ExternalHarness.run { harness in
            harness.provider.expect(.init(claims: ScriptedProvider.claims(), changes: changes), for: "c")
            let state = try await harness.authorize().state
            let landed = try await harness.callback("code=c&state=\(state)")
            #expect(landed.query["error_description"] == "Error getting user profile from external provider")
            #expect(try await harness.count("select count(*) from auth.users") == 0)
        }
    }

    @Test func `asks for the profile when there is no ID token`() async throws {
        try await ExternalHarness.run { harness in
            harness.provider.expect(.init(claims: ScriptedProvider.claims(), hasIDToken: false), for: "c")
            let state = try await harness.authorize().state
            #expect(try await harness.callback("code=c&state=\(state)").fragment["access_token"] != nil)
            #expect(harness.provider.requests(to: "/userinfo").count == 1)
            #expect(harness.provider.requests(to: "/keys").isEmpty)
        }
    }

    @Test func `lets people without address in where that is allowed`() async throws {
        try await ExternalHarness.run {
            $0.external.providers["google"]?.isEmailOptional = true
        } _: { harness in
            let signedIn = try await harness.signIn(ScriptedProvider.claims(email: nil))
            #expect(signedIn.user["email"] == "")
            #expect(signedIn.user["email_confirmed_at"] == nil)
            #expect(try await harness.signIn(ScriptedProvider.claims(email: nil)).userID == signedIn.userID)
        }
    }

    @Test func `is refused to new people where nobody can sign up`() async throws {
        try await ExternalHarness.run {
            $0.isSignUpDisabled = true
        } _: { harness in
            let landed = try await harness.arrive(ScriptedProvider.claims(), pkce: true)
            #expect(landed.refusal == "access_denied signup_disabled")
            #expect(landed.query["code"] == nil)
        }
    }

    @Test func `is refused to a banned user`() async throws {
        try await ExternalHarness.run { harness in
            _ = try await harness.signIn()
            try await harness.auth.owner.run("update auth.users set banned_until = 'infinity'")
            let landed = try await harness.arrive(ScriptedProvider.claims())
            #expect(landed.refusal == "access_denied user_banned")
            #expect(landed.fragment["access_token"] == nil)
        }
    }

    @Test func `leads where the operator says if the operator says so`() async throws {
        try await ExternalHarness.run {
            $0.external.redirectURL = "https://hub.example.org/in?a=1"
        } _: { harness in
            let landed = try await harness.arrive(ScriptedProvider.claims(), pkce: true)
            #expect(landed.page == "https://hub.example.org/in")
            #expect(landed.query["a"] == "1" && landed.query["code"] != nil)
        }
    }

    @Test func `secures the exchange with the provider where that is asked for`() async throws {
        try await ExternalHarness.run {
            $0.external.providers["google"]?.usesPKCE = true
        } _: { harness in
            harness.provider.expect(.init(claims: ScriptedProvider.claims()), for: "c")
            let departed = try await harness.authorize()
            let challenge = try #require(departed.parameters["code_challenge"])
            #expect(departed.parameters["code_challenge_method"] == "S256")
            #expect(try await harness.callback("code=c&state=\(departed.state)").fragment["access_token"] != nil)
            let form = try Query(
                String(decoding: try #require(harness.provider.requests(to: "/token").first).body, as: UTF8.self))
            let verifier = try #require(form["code_verifier"])
            #expect(ExternalHarness.challengeOf(verifier) == challenge)
            #expect(try await harness.count("select count(*) from auth.oauth_client_states") == 0)
        }
    }

    @Test func `takes Apple's form and the name that it brings`() async throws {
        try await ExternalHarness.run {
            $0.external.providers["apple"] = ExternalHarness.settings
        } _: { harness in
            var claims = ScriptedProvider.claims()
            claims["name"] = nil
            claims["email_verified"] = "true"
            claims["is_private_email"] = "true"
            harness.provider.expect(.init(claims: claims), for: "c")
            let departed = try await harness.authorize(provider: "apple")
            #expect(departed.parameters["response_mode"] == "form_post")
            #expect(departed.parameters["scope"] == "email name")
            let user = PercentCoding.encode(
                #"{"name":{"firstName":"Pat","lastName":"Apple"},"email":"evil@example.org"}"#)
            let landed = try Landed(
                await harness.auth.send(
                    .post, "/callback", raw: "code=c&state=\(departed.state)&user=\(user)", key: .some(nil),
                    headers: ["content-type": "application/x-www-form-urlencoded"]))
            let token = try #require(landed.fragment["access_token"], "\(landed.location)")
            let answer = try await harness.auth.send(.get, "/user", bearer: token)
            #expect(answer["email"] == "person@example.org")
            #expect(answer["user_metadata"]?["full_name"] == "Pat Apple")
            #expect(answer["user_metadata"]?["custom_claims"] == ["is_private_email": true])
        }
    }

    @Test(arguments: ["%zz=1", "state=%ff", String(repeating: "x", count: 70_000)])
    func `refuses a form that is none`(form: String) async throws {
        try await ExternalHarness.run { harness in
            let answer = try await harness.auth.send(.post, "/callback", raw: form, key: .some(nil))
            #expect(answer.status == 400 || answer.status == 413)
        }
    }
}
