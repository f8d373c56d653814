import Auth
import Core
import Gateway
import HTTPTypes
import Postgres
import Testing

@Suite struct `The way to a provider` {
    @Test func `names client, callback, scopes and a state that is kept with its target`() async throws {
        try await ExternalHarness.run { harness in
            let departed = try await harness.authorize("scopes=openid,email%20calendar", pkce: true)
            #expect(departed.answer.status == 302)
            #expect(departed.answer.header("cache-control") == "no-store")
            #expect(departed.location.hasPrefix(ScriptedProvider.issuer + "/authorize?"))
            let parameters = departed.parameters
            #expect(parameters["client_id"] == ScriptedProvider.clientID)
            #expect(parameters["redirect_uri"] == ExternalHarness.service + "/callback")
            #expect(parameters["response_type"] == "code")
            #expect(parameters["scope"] == "email profile openid calendar")
            let row = try await harness.auth.value(
                """
                select concat_ws('|', provider_type, authentication_method, referrer, code_challenge_method,
                    code_challenge = \(ExternalHarness.challenge), auth_code is not null, user_id is null)
                from auth.flow_state where id = \(departed.state)::uuid
                """)
            #expect(row == "google|oauth|\(ExternalHarness.target)|s256|t|t|t")
        }
    }

    @Test func `passes other parameters on and strips those that are the service's`() async throws {
        try await ExternalHarness.run { harness in
            let departed = try await harness.authorize(
                "prompt=consent&access_type=offline&hd=example.org&login_hint=a%26b&nonce=n1"
                    + "&client_id=evil&Client_Secret=evil&REDIRECT_URI=https://evil.test&response_type=token&State=evil"
                    + "&CODE_VERIFIER=evil&request_uri=evil&request=evil&Response_Mode=fragment&scope=evil&invite_token="
            )
            let parameters = departed.parameters
            let kept = ["prompt": "consent", "access_type": "offline", "hd": "example.org", "login_hint": "a&b"]
            for (name, value) in kept { #expect(parameters[name] == value) }
            #expect(parameters["nonce"] == "n1")
            #expect(!departed.location.contains("evil"))
            for name in ["redirect_to", "provider", "scopes", "invite_token", "code_challenge", "Code_Challenge"] {
                #expect(parameters[name] == nil, "\(name)")
            }
            #expect(parameters.values("state").count == 1)
        }
    }

    @Test(arguments: [
        ("provider=", "Unsupported provider: Provider  could not be found"),
        ("provider=nonsense", "Unsupported provider: Provider nonsense could not be found"),
        ("provider=github", "Unsupported provider: provider is not enabled"),
        ("provider=gitlab", "Unsupported provider: missing OAuth secret"),
        ("provider=discord", "Unsupported provider: missing OAuth client ID"),
        ("provider=keycloak", "Unsupported provider: missing OAuth provider URL"),
        ("provider=google&code_challenge=x", "PKCE flow requires code_challenge_method and code_challenge"),
        (
            "provider=google&code_challenge=x&code_challenge_method=s256",
            "code challenge has to be between 43 and 128 characters"
        ),
    ])
    func `refuses in words that clients show`(query: String, text: String) async throws {
        try await ExternalHarness.run { configuration in
            var settings = ExternalHarness.settings
            settings.url = nil
            configuration.external.providers["keycloak"] = settings
            settings.secret = nil
            configuration.external.providers["gitlab"] = settings
            settings.clientIDs = []
            configuration.external.providers["discord"] = settings
        } _: { harness in
            let answer = try await harness.auth.send(.get, "/authorize?" + query, key: .some(nil))
            #expect(answer.refusal == "400 validation_failed")
            #expect(answer["msg"]?.string == text)
            #expect(try await harness.count("select count(*) from auth.flow_state") == 0)
        }
    }

    @Test func `leads back to the app's own page from a target that is not allowed`() async throws {
        try await ExternalHarness.run { harness in
            for target in ["https://evil.test/", "http://app.example.org/auth", "javascript:alert(1)", ""] {
                let answer = try await harness.auth.send(
                    .get, "/authorize?provider=google&redirect_to=" + PercentCoding.encode(target), key: .some(nil))
                let state = try Departed(answer).state
                let landed = try await harness.callback("state=\(state)")
                #expect(landed.page == ExternalHarness.site, "\(target)")
            }
        }
    }

    @Test func `refuses an invitation that nobody was sent`() async throws {
        try await ExternalHarness.run { harness in
            let answer = try await harness.auth.send(
                .get, "/authorize?provider=google&invite_token=unknown", key: .some(nil))
            #expect(answer.refusal == "404 user_not_found")
            #expect(answer["msg"] == "User identified by token not found")
        }
    }

    @Test func `asks a known provider without any request to it`() async throws {
        try await ExternalHarness.run { configuration in
            for name in ExternalConfiguration.knownProviders {
                var settings = ExternalHarness.settings
                settings.url = name == "keycloak" ? "https://keycloak.test/realms/clinic/" : nil
                configuration.external.providers[name] = settings
            }
        } _: { harness in
            let starts = [
                "apple": "https://appleid.apple.com/auth/authorize?",
                "azure": "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?",
                "discord": "https://discord.com/api/oauth2/authorize?",
                "facebook": "https://www.facebook.com/dialog/oauth?",
                "github": "https://github.com/login/oauth/authorize?",
                "gitlab": "https://gitlab.com/oauth/authorize?",
                "google": "https://accounts.google.com/o/oauth2/v2/auth?",
                "keycloak": "https://keycloak.test/realms/clinic/protocol/openid-connect/auth?",
                "linkedin_oidc": "https://www.linkedin.com/oauth/v2/authorization?",
                "slack_oidc": "https://slack.com/openid/connect/authorize?",
            ]
            for name in ExternalConfiguration.knownProviders {
                let departed = try await harness.authorize(provider: name.uppercased())
                #expect(departed.location.hasPrefix(try #require(starts[name])), "\(name): \(departed.location)")
                #expect((departed.parameters["response_mode"] == "form_post") == (name == "apple"))
            }
            #expect(harness.provider.requests.isEmpty)
        }
    }

    @Test func `tells in the settings which providers there are`() async throws {
        try await ExternalHarness.run { configuration in
            configuration.external.providers["custom:clinic"] = ExternalHarness.settings
            var off = ExternalHarness.settings
            off.isEnabled = false
            configuration.external.providers["github"] = off
        } _: { harness in
            let external = try #require(try await harness.auth.send(.get, "/settings")["external"])
            #expect(external["google"] == true)
            #expect(external["custom:clinic"] == true)
            #expect(external["github"] == false)
            #expect(external["apple"] == false)
        }
    }

    @Test func `a provider that is down is a failure of ours, told to the operator`() async throws {
        try await ExternalHarness.run { harness in
            harness.provider.goDown()
            let answer = try await harness.auth.send(.get, "/authorize?provider=google", key: .some(nil))
            #expect(answer.status == 500)
            #expect(harness.auth.observer.causes.contains { $0.contains("sign-in with google: a discovery document") })
            // It is not asked again at once, and answers again soon after it is back.
            _ = try await harness.auth.send(.get, "/authorize?provider=google", key: .some(nil))
            #expect(harness.provider.requests.count == 1)
            harness.provider.goDown(false)
            harness.auth.clock.advance(by: .seconds(10))
            #expect(try await harness.authorize().answer.status == 302)
        }
    }
}
