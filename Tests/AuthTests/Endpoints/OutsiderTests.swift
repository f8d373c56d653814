import Auth
import Core
import HTTPTypes
import Postgres
import Testing

/// An administrator may give an account another audience. No sign-in finds it then, and no other can be made with its address
/// or number, because the database's unique indexes know no audiences.
@Suite struct `An account of another audience` {
    private static let email = "outsider@example.org"
    private static let phone = "491701234567"
    private static let known = AuthHarness.email
    private static let knownPhone = "15550001111"
    private static let unknown = "nobody@example.org"

    /// Runs `body` beside such an account and one that is everybody's, both with address and number.
    private func run(
        web: (any WebClient)? = nil, _ adjust: @escaping @Sendable (inout AuthConfiguration) -> Void = { _ in },
        _ body: (AuthHarness) async throws -> Void
    ) async throws {
        try await AuthHarness.run(
            {
                $0.phone.isEnabled = true
                $0.throttling.allowances = [:]
                $0.accessTokenLifetime = .seconds(86_400)
                adjust(&$0)
            }, web: web
        ) { auth in
            for (email, phone, audience) in [
                (.string(Self.email), .string(Self.phone), "others"),
                (.string(Self.known), .string(Self.knownPhone), "authenticated"),
            ] as [(JSON, JSON, JSON)] {
                let made = try await auth.send(
                    .post, "/admin/users",
                    [
                        "email": email, "phone": phone, "aud": audience, "password": .string(AuthHarness.password),
                        "email_confirm": true, "phone_confirm": true,
                    ], bearer: auth.serviceKey)
                #expect(made.status == 200 && made["aud"] == audience)
            }
            try await body(auth)
        }
    }

    @Test(arguments: ["/signup", "/otp", "/magiclink", "/recover", "/resend"])
    func `is to strangers as any other, and nothing is sent to it`(path: String) async throws {
        try await run { auth in
            let known = try await auth.send(
                .post, path, ["email": .string(Self.known), "password": "another1", "type": "signup"])
            let sent = auth.mailer.sent.count
            let answer = try await auth.send(
                .post, path, ["email": .string(Self.email), "password": "another1", "type": "signup"])
            #expect(answer.status == 200 && answer.keys == known.keys, "\(answer.text)")
            #expect(answer["identities"] == known["identities"] && answer["aud"] == known["aud"])
            #expect(auth.mailer.sent.count == sent)
            #expect(try await auth.value("select count(*) from auth.users") == "2")
            #expect(try await auth.value("select count(*) from auth.users where confirmation_token <> ''") == "0")
            #expect(auth.observer.causes.isEmpty)
        }
    }

    @Test func `is one that cannot be signed up to where an unknown one could not either`() async throws {
        try await run {
            $0.isSignUpDisabled = true
        } _: { auth in
            for address in [Self.email, Self.unknown] {
                for path in ["/otp", "/magiclink"] {
                    let answer = try await auth.send(.post, path, ["email": .string(address)])
                    #expect(answer.refusal == "422 signup_disabled", "\(path) \(address)")
                }
            }
            #expect(try await auth.send(.post, "/otp", ["phone": .string(Self.phone)]).refusal == "422 signup_disabled")
            #expect(auth.messenger.sent.isEmpty)
        }
        try await run { auth async throws in
            for address in [Self.email, Self.unknown] {
                let body: JSON = ["email": .string(address), "create_user": false]
                #expect(try await auth.send(.post, "/otp", body).refusal == "422 otp_disabled")
            }
        }
    }

    @Test func `is taken where that is said of every other`() async throws {
        try await run {
            $0.isEmailAutoconfirmed = true
            $0.phone.isAutoconfirmed = true
            $0.areAnonymousUsersEnabled = true
        } _: { auth in
            for member in [("email", Self.email), ("phone", Self.phone)] {
                let answer = try await auth.send(
                    .post, "/signup", .object(JSONObject([(member.0, .string(member.1)), ("password", "another1")])))
                #expect(answer.refusal == "422 user_already_exists", "\(answer.text)")
            }
            let anonymous = try SignedIn(await auth.send(.post, "/signup", [:]))
            let named = try await auth.send(
                .put, "/user", ["email": .string(Self.email)], bearer: anonymous.accessToken)
            #expect(named.refusal == "422 email_exists")
            #expect(try await auth.send(.post, "/otp", ["email": .string(Self.email)]).status == 200)
            #expect(auth.mailer.sent.isEmpty)
        }
        // One kind of address that counts as confirmed at once shows it for both.
        try await run {
            $0.phone.isAutoconfirmed = true
        } _: { auth in
            let answer = try await auth.send(.post, "/signup", ["email": .string(Self.email), "password": "another1"])
            #expect(answer.refusal == "422 user_already_exists")
        }
    }

    @Test func `is by its number to strangers as any other`() async throws {
        try await run { auth in
            var answers: [Answer] = []
            for phone in [Self.phone, Self.knownPhone] {
                answers.append(
                    try await auth.send(.post, "/signup", ["phone": .string(phone), "password": "another1"]))
            }
            #expect(answers.allSatisfy { $0.status == 200 && $0["identities"] == [] && $0.keys == answers[0].keys })
            #expect(auth.messenger.sent.isEmpty)
            // The id of a message is in the answer, so there is one for everybody; this one's code opens nothing.
            for phone in [Self.phone, Self.knownPhone, "15550009999"] {
                let answer = try await auth.send(.post, "/otp", ["phone": .string(phone)])
                #expect(answer.status == 200 && answer.keys == ["message_id"])
                let code = try #require(auth.messenger.sent.last { $0.recipient == phone }).code.reveal()
                let verified = try await auth.send(
                    .post, "/verify", ["type": "sms", "phone": .string(phone), "token": .string(code)])
                #expect(verified.refusal == (phone == Self.phone ? "403 otp_expired" : "200 -"))
            }
            #expect(try await auth.value("select count(*) from auth.users") == "3")
        }
    }

    @Test func `is told apart for administrators and users who change`() async throws {
        try await run { auth in
            let signedIn = try await auth.signIn(Self.known)
            for (method, path, body, refusal) in [
                (.post, "/admin/users", ["email": .string(Self.email)], "422 email_exists"),
                (.post, "/admin/users", ["phone": .string(Self.phone)], "422 phone_exists"),
                (
                    .put, "/admin/users/\(signedIn.userID)", ["email": .string(Self.email)], "422 email_exists"
                ),
                (.put, "/admin/users/\(signedIn.userID)", ["phone": .string(Self.phone)], "422 phone_exists"),
                (.post, "/invite", ["email": .string(Self.email)], "422 email_exists"),
                (
                    .post, "/admin/generate_link",
                    ["type": "signup", "email": .string(Self.email), "password": "another1"], "422 email_exists"
                ),
                (
                    .post, "/admin/generate_link", ["type": "magiclink", "email": .string(Self.email)],
                    "422 email_exists"
                ),
                (.post, "/admin/generate_link", ["type": "invite", "email": .string(Self.email)], "422 email_exists"),
                (
                    .post, "/admin/generate_link", ["type": "recovery", "email": .string(Self.email)],
                    "404 user_not_found"
                ),
                (
                    .post, "/admin/generate_link",
                    ["type": "email_change_new", "email": .string(Self.known), "new_email": .string(Self.email)],
                    "422 email_exists"
                ),
            ] as [(HTTPRequest.Method, String, JSON, String)] {
                let answer = try await auth.send(method, path, body, bearer: auth.serviceKey)
                #expect(answer.refusal == refusal, "\(path) \(body.text): \(answer.text)")
            }
            for (body, refusal) in [
                (["email": .string(Self.email)], "422 email_exists"),
                (["phone": .string(Self.phone)], "422 phone_exists"),
            ] as [(JSON, String)] {
                let answer = try await auth.send(.put, "/user", body, bearer: signedIn.accessToken)
                #expect(answer.refusal == refusal)
            }
            #expect(auth.mailer.sent.isEmpty && auth.messenger.sent.isEmpty)
            #expect(auth.observer.causes.isEmpty)
        }
    }

    @Test func `is no new account to the hook that judges those`() async throws {
        let targets = try Hooks.web(.beforeUserCreated)
        let web = ScriptedWeb { _, _ throws(WebFailure) in .empty(204) }
        try await run(web: web) {
            $0.hooks.targets = targets
        } _: { auth in
            for path in ["/signup", "/otp"] {
                let body: JSON = ["email": .string(Self.email), "password": "another1"]
                #expect(try await auth.send(.post, path, body).status == 200)
            }
            #expect(web.requests.isEmpty)
            _ = try await auth.send(.post, "/signup", ["email": .string(Self.unknown), "password": "another1"])
            #expect(web.requests.count == 1)
        }
    }

    @Test func `may also be one that a script put into no instance`() async throws {
        for isConfirmed in [true, false] {
            try await AuthHarness.run({ $0.isEmailAutoconfirmed = isConfirmed }) { auth in
                try await auth.owner.run(
                    "insert into auth.users (id, email, aud) values (gen_random_uuid(), \(Self.email), 'authenticated')"
                )
                let body: JSON = ["email": .string(Self.email), "password": "another1"]
                let answer = try await auth.send(.post, "/signup", body)
                #expect(answer.refusal == (isConfirmed ? "422 user_already_exists" : "200 -"))
                #expect(try await auth.send(.post, "/otp", body).status == 200)
                let made = try await auth.send(.post, "/admin/users", body, bearer: auth.serviceKey)
                #expect(made.refusal == "422 email_exists")
            }
        }
    }
}

@Suite struct `Fifty sign-ups at once with one address` {
    /// A way to an account, and whether who goes it may hear that there is one: administrators always, strangers where
    /// addresses count as confirmed.
    private struct Way: Sendable {
        let path: String
        var isAdmin = false
        var tellsWhereConfirmed = false

        static let signUp = Way(path: "/signup", tellsWhereConfirmed: true)
        static let otp = Way(path: "/otp")
        static let create = Way(path: "/admin/users", isAdmin: true)

        func send(_ member: String, _ text: String, in auth: AuthHarness, isConfirmed: Bool) async throws -> String? {
            let answer = try await auth.send(
                .post, path, .object(JSONObject([(member, .string(text)), ("password", "secret1")])),
                bearer: isAdmin ? auth.serviceKey : nil)
            let mayTell = isAdmin || (tellsWhereConfirmed && isConfirmed)
            let isRight = answer.status == 200 || (mayTell && answer.status == 422)
            return isRight ? nil : "\(path) \(answer.refusal)"
        }
    }

    @Test(arguments: [false, true]) func `make one account, fail nowhere and tell nothing`(isConfirmed: Bool)
        async throws
    {
        try await AuthHarness.run {
            $0.isEmailAutoconfirmed = isConfirmed
            $0.mailInterval = .zero
            $0.throttling.allowances = [:]
        } _: { auth in
            let all = [Way.signUp, .otp, Way(path: "/magiclink"), Way(path: "/invite", isAdmin: true), .create]
            // Each way alone, and all mixed.
            for (round, ways) in (all.map { [$0] } + [all, [.signUp, .otp]]).enumerated() {
                let email = "new\(round)@example.org"
                let odd = try await together(50) { index in
                    try await ways[index % ways.count].send("email", email, in: auth, isConfirmed: isConfirmed)
                }.compactMap { $0 }
                #expect(odd.isEmpty, "\(odd.first ?? "")")
                #expect(try await auth.value("select count(*) from auth.users where email = \(email)") == "1")
            }
            #expect(auth.observer.causes.isEmpty)
        }
    }

    @Test(arguments: [false, true]) func `or number do so as well`(isConfirmed: Bool) async throws {
        try await AuthHarness.run {
            $0.phone.isEnabled = true
            $0.phone.isAutoconfirmed = isConfirmed
            $0.phone.interval = .zero
            $0.throttling.allowances = [:]
        } _: { auth in
            let all = [Way.signUp, .otp, .create]
            for (round, ways) in (all.map { [$0] } + [all, [.signUp, .otp]]).enumerated() {
                let phone = "49170123456\(round)"
                let odd = try await together(50) { index in
                    try await ways[index % ways.count].send("phone", phone, in: auth, isConfirmed: isConfirmed)
                }.compactMap { $0 }
                #expect(odd.isEmpty, "\(odd.first ?? "")")
                #expect(try await auth.value("select count(*) from auth.users where phone = \(phone)") == "1")
            }
            #expect(auth.observer.causes.isEmpty)
        }
    }
}
