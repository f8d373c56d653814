import Auth
import Core
import Postgres
import HTTPTypes
import Testing

@Suite struct `Hooks` {
    static let secret = Secret("v1,whsec_c2VjcmV0")

    static func web(_ name: HookConfiguration.Name) throws -> [HookConfiguration.Name: HookTarget] {
        [name: try HookTarget(uri: "https://hook.test/x", secrets: secret)]
    }

    static func function(_ name: HookConfiguration.Name) throws -> [HookConfiguration.Name: HookTarget] {
        [name: try HookTarget(uri: "pg-functions://postgres/public/hook")]
    }

    /// Makes `public.hook`, which the service's own role may call.
    static func define(_ body: String, returns: String = "jsonb", in auth: AuthHarness) async throws {
        try await auth.owner.run(
            SQL(
                trustedText: """
                    create function public.hook(event jsonb) returns \(returns) language plpgsql security definer as
                    $hook$ begin \(body) end $hook$
                    """))
        try await auth.owner.run("grant execute on function public.hook to supabase_auth_admin")
    }

    // MARK: Access tokens

    @Test func `of the database change every access token`() async throws {
        let targets = try Self.function(.customAccessToken)
        try await AuthHarness.run({ [targets] in
            $0.isEmailAutoconfirmed = true
            $0.hooks.targets = targets
        }) { auth in
            try await Self.define(
                """
                return jsonb_build_object('claims', event->'claims' || jsonb_build_object(
                    'ward', 'B3', 'how', event->>'authentication_method', 'hook', event->'metadata'->>'name',
                    'ip', event->'metadata'->>'ip_address'));
                """, in: auth)
            let signedIn = try await auth.signUp()
            #expect(signedIn.claims["ward"] == "B3" && signedIn.claims["how"] == "password")
            #expect(signedIn.claims["hook"] == "customize-access-token" && signedIn.claims["ip"] == "192.0.2.7")
            #expect(signedIn.claims["sub"]?.string == signedIn.userID)
            let refreshed = try SignedIn(await auth.refresh(signedIn.refreshToken))
            #expect(refreshed.claims["ward"] == "B3" && refreshed.claims["how"] == "token_refresh")
            #expect(try await auth.send(.get, "/user", bearer: refreshed.accessToken).status == 200)
        }
    }

    @Test(arguments: [
        ("return '{}'::jsonb;", "500 unexpected_failure", "output claims field is missing"),
        ("return null;", "500 unexpected_failure", "output claims field is missing"),
        (
            "return jsonb_build_object('claims', (event->'claims') - 'session_id' - 'aal');", "500 unexpected_failure",
            "output claims do not conform to the expected schema: \n- (root): aal is required\n- (root): session_id is required\n"
        ),
        (
            "return jsonb_build_object('claims', event->'claims' || '{\"exp\": \"soon\"}'::jsonb);",
            "500 unexpected_failure",
            "output claims do not conform to the expected schema: \n- (root): exp is required\n"
        ),
        (
            "return '{\"error\": {\"http_code\": 403, \"message\": \"not on this ward\"}}'::jsonb;", "403 unknown",
            "not on this ward"
        ),
        ("raise exception 'patient 17 is dead';", "500 unexpected_failure", "Error running hook"),
        ("perform pg_sleep(10); return event;", "500 unexpected_failure", "Error running hook"),
    ])
    func `of the database that refuse or fail give no token and leave no session`(
        body: String, refusal: String, text: String
    ) async throws {
        let targets = try Self.function(.customAccessToken)
        try await AuthHarness.run({ [targets] in
            $0.isEmailAutoconfirmed = true
            $0.hooks.targets = targets
        }) { auth in
            try await Self.define(body, in: auth)
            let answer = try await auth.send(.post, "/signup", ["email": "a@b.co", "password": "secret1"])
            #expect(answer.refusal == refusal && answer["msg"]?.string == text)
            #expect(try await auth.value("select count(*) from auth.sessions") == "0")
            #expect(auth.observer.warnings.count == 1 && !auth.observer.warnings.joined().contains("17"))
        }
    }

    @Test func `that are not there are a failure, not a way around them`() async throws {
        let targets = try Self.function(.customAccessToken)
        try await AuthHarness.run({ [targets] in
            $0.isEmailAutoconfirmed = true
            $0.hooks.targets = targets
        }) { auth in
            let answer = try await auth.send(.post, "/signup", ["email": "a@b.co", "password": "secret1"])
            #expect(answer.refusal == "500 unexpected_failure")
        }
    }

    // MARK: Mails

    static let newUser: JSON = ["email": "new@example.org", "password": "secret1"]

    @Test func `for mails take part in the transaction of the sign-up`() async throws {
        let targets = try Self.function(.sendEmail)
        try await AuthHarness.run({ [targets] in $0.hooks.targets = targets }, withMailer: false, connections: 1) {
            auth in
            try await auth.owner.run("create table public.queue (event jsonb, seen text)")
            try await Self.define(
                """
                insert into public.queue select event, (select token_hash from auth.one_time_tokens
                    where user_id = (event->'user'->>'id')::uuid);
                return '{}'::jsonb;
                """, in: auth)
            let answer = try await auth.send(.post, "/signup", Self.newUser)
            #expect(answer.status == 200)
            let event = try JSON(parsing: try #require(try await auth.value("select event::text from public.queue")))
            let data = try #require(event["email_data"])
            #expect(
                data.object?.members.map(\.key).sorted() == [
                    "email_action_type", "factor_type", "old_email", "old_phone", "provider", "redirect_to", "site_url",
                    "token", "token_hash", "token_hash_new", "token_new",
                ])
            #expect(data["email_action_type"] == "signup" && data["token"]?.string?.count == 6)
            #expect(event["user"]?["email"] == "new@example.org")
            #expect(try await auth.value("select seen from public.queue") == data["token_hash"]?.string)
        }
    }

    @Test func `for mails that refuse roll the sign-up back, in their own words`() async throws {
        let targets = try Self.web(.sendEmail)
        let web = ScriptedWeb { _, _ throws(WebFailure) in
            .json(["error": ["http_code": 429, "message": "over the day's quota"]])
        }
        try await AuthHarness.run({ [targets] in $0.hooks.targets = targets }, web: web) { auth in
            let answer = try await auth.send(.post, "/signup", Self.newUser)
            #expect(answer.status == 429 && answer["msg"] == "over the day's quota")
            #expect(try await auth.value("select count(*) from auth.users") == "0")
            #expect(auth.mailer.sent.isEmpty)
        }
    }

    @Test func `for mails get one call for both mails of a change of address`() async throws {
        let targets = try Self.web(.sendEmail)
        let web = ScriptedWeb { _, _ throws(WebFailure) in .empty(204) }
        try await AuthHarness.run(
            { [targets] in
                $0.isEmailAutoconfirmed = true
                $0.hooks.targets = targets
            }, web: web
        ) { auth in
            let user = try await auth.signUp("old@example.org")
            let answer = try await auth.send(
                .put, "/user", ["email": "new@example.org"], bearer: user.accessToken)
            #expect(answer.status == 200 && web.requests.count == 1)
            let sent = try #require(web.requests.first?.json)
            #expect(sent["user"]?["new_email"] == "new@example.org")
            let data = try #require(sent["email_data"])
            #expect(data["email_action_type"] == "email_change")
            // GoTrue's pairs: the code for the present address goes with `token_hash_new`, and the other way round.
            for (type, member) in [("current", "token_hash_new"), ("new", "token_hash")] {
                let stored = try await auth.value(
                    "select token_hash from auth.one_time_tokens where token_type::text = \("email_change_token_" + type)"
                )
                #expect(stored != nil && stored == data[member]?.string)
            }
            #expect(data["token"] != data["token_new"])
        }
    }

    // MARK: Accounts

    @Test func `before an account is made can refuse it`() async throws {
        let targets = try Self.web(.beforeUserCreated)
        let web = ScriptedWeb { request, _ throws(WebFailure) in
            request.json["user"]?["email"]?.string?.hasSuffix("@hospital.test") == true
                ? .empty(204) : .json(["error": ["http_code": 403, "message": "Only our own addresses"]])
        }
        try await AuthHarness.run(
            { [targets] in
                $0.isEmailAutoconfirmed = true
                $0.areAnonymousUsersEnabled = true
                $0.hooks.targets = targets
            }, web: web
        ) { auth in
            let refused = try await auth.send(.post, "/signup", Self.newUser)
            #expect(refused.status == 403 && refused["msg"] == "Only our own addresses")
            #expect(try await auth.send(.post, "/signup", [:]).status == 403)
            #expect(try await auth.value("select count(*) from auth.users") == "0")
            let taken = try await auth.signUp("a@hospital.test")
            #expect(web.requests.last?.json["user"]?["id"]?.string == taken.userID)
            let calls = web.requests.count
            #expect(
                try await auth.send(.post, "/signup", ["email": "a@hospital.test", "password": "secret1"]).refusal
                    == "422 user_already_exists")
            #expect(web.requests.count == calls)
        }
    }

    @Test func `after an account is made are told of it once`() async throws {
        let targets = try Self.web(.afterUserCreated)
        let web = ScriptedWeb { _, _ throws(WebFailure) in .empty(204) }
        try await AuthHarness.run({ [targets] in $0.hooks.targets = targets }, web: web) { auth in
            let first = try await auth.send(.post, "/signup", Self.newUser)
            auth.clock.advance(by: .seconds(120))
            let second = try await auth.send(.post, "/signup", Self.newUser)
            #expect(first.status == 200 && second.status == 200 && web.requests.count == 1)
            #expect(web.requests.first?.json["user"]?["email"] == "new@example.org")
        }
    }

    // MARK: Attempts

    @Test func `on passwords hear of right and wrong ones and can refuse both`() async throws {
        let targets = try Self.web(.passwordVerificationAttempt)
        let web = ScriptedWeb { request, count throws(WebFailure) in
            switch count {
            case 1: .json(["decision": "continue"])
            case 2: .json([:])
            case 3: .json(["decision": "reject", "should_logout_user": true])
            case 4: .json(["decision": "reject", "message": "Wait for tomorrow"])
            default: .json(["decision": "rejct"])
            }
        }
        try await AuthHarness.run(
            { [targets] in
                $0.isEmailAutoconfirmed = true
                $0.hooks.targets = targets
            }, web: web
        ) { auth in
            _ = try await auth.signUp()
            func signIn(_ password: String) async throws -> Answer {
                try await auth.send(
                    .post, "/token?grant_type=password",
                    ["email": .string(AuthHarness.email), "password": .string(password)])
            }
            let wrong = try await signIn("wrong")
            #expect(wrong.refusal == "400 invalid_credentials" && wrong["msg"] == "Invalid login credentials")
            #expect(web.requests.last?.json["valid"] == false)
            #expect(try await signIn(AuthHarness.password).status == 200)
            #expect(web.requests.last?.json["valid"] == true)
            #expect(try await auth.value("select count(*) from auth.sessions") == "2")
            let rejected = try await signIn(AuthHarness.password)
            #expect(rejected.refusal == "400 invalid_credentials")
            #expect(rejected["msg"] == "Further password verification attempts will be rejected.")
            #expect(try await auth.value("select count(*) from auth.sessions") == "0")
            #expect(try await signIn(AuthHarness.password)["msg"] == "Wait for tomorrow")
            #expect(try await signIn(AuthHarness.password).refusal == "500 unexpected_failure")
            _ = try await auth.send(
                .post, "/token?grant_type=password", ["email": "nobody@example.org", "password": "x"])
            #expect(web.requests.count == 5)
        }
    }
}
