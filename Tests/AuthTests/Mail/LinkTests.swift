import Core
import HTTPTypes
import Postgres
import Testing

@testable import Auth

@Suite struct `Links in mails` {
    @Test func `lead to the app with a session in the fragment`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            _ = try await auth.send(.post, "/signup", ["email": "a@b.co", "password": "secret1"])
            let mail = try auth.lastMail()
            let answer = try await auth.follow("signup", mail.token.reveal())
            #expect(answer.status == 303 && answer.text.isEmpty)
            #expect(answer.header("Cache-Control") == "no-store" && answer.header("Referrer-Policy") == "no-referrer")
            let fragment = answer.fragment
            #expect(
                answer.location
                    == "http://localhost:3000#access_token=\(fragment["access_token"] ?? "?")"
                    + "&expires_at=\(auth.clock.now().seconds + 3600)&expires_in=3600"
                    + "&refresh_token=\(fragment["refresh_token"] ?? "?")&sb=&token_type=bearer&type=signup")
            let user = try await auth.send(.get, "/user", bearer: fragment["access_token"])
            #expect(user["email"] == "a@b.co")
            #expect(try await auth.refresh(fragment["refresh_token"] ?? "").status == 200)

            let again = try await auth.follow("signup", mail.token.reveal())
            #expect(again.status == 303)
            #expect(
                again.location
                    == "http://localhost:3000#error=access_denied&error_code=otp_expired"
                    + "&error_description=Email%20link%20is%20invalid%20or%20has%20expired&sb=")
        }
    }

    @Test func `of every kind say what they were`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            _ = try await auth.confirmedUser()
            for (path, type) in [("/recover", "recovery"), ("/magiclink", "magiclink"), ("/otp", "email")] {
                _ = try await auth.send(.post, path, ["email": .string(AuthHarness.email)])
                let answer = try await auth.follow(type, try auth.lastMail().token.reveal())
                #expect(answer.fragment["type"] == (type == "email" ? "magiclink" : type))
                auth.clock.advance(by: .seconds(61))
            }
        }
    }

    @Test func `without token or type are refused, and every other fault is taken to the app`() async throws {
        try await AuthHarness.run { auth in
            for path in ["/verify", "/verify?type=signup", "/verify?token=x", "/verify?type=&token=x"] {
                let answer = try await auth.send(.get, path, key: .some(nil))
                #expect(answer.refusal == "400 validation_failed", "\(path)")
            }
            for (type, token, error) in [
                ("sms", "x", "invalid_request"), ("other", "x", "invalid_request"), ("signup", "x", "access_denied"),
            ] {
                let answer = try await auth.follow(type, token)
                #expect(answer.status == 303 && answer.fragment["error"] == error, "\(type)")
                #expect(answer.query.isEmpty && answer.fragment["sb"] == "")
            }
            // The flow's own page reads queries.
            let pkce = try await auth.follow(
                "signup", "pkce_x", redirectTo: "http%3A%2F%2Flocalhost%3A3000%2Fa%3Fb%3D1")
            #expect(pkce.location.hasPrefix("http://localhost:3000/a?b=1&error=access_denied&error_code=otp_expired"))
            #expect(pkce.query["error_code"] == "otp_expired" && pkce.fragment["error_code"] == "otp_expired")
            #expect(pkce.query["sb"] == nil)
        }
    }

    @Test func `lead nowhere but where the operator allows`() async throws {
        try await AuthHarness.run { configuration in
            configuration.redirects.allowList = ["https://app.example.org/**", "medmitra://open"]
        } _: { auth in
            for (target, expected) in [
                ("https%3A%2F%2Fapp.example.org%2Fx%3Fy%3D1%23z", "https://app.example.org/x?y=1#"),
                ("medmitra%3A%2F%2Fopen", "medmitra://open#"), ("https%3A%2F%2Fevil.example", "http://localhost:3000#"),
                ("javascript%3Aalert(1)", "http://localhost:3000#"),
            ] {
                #expect(
                    try await auth.follow("signup", "x", redirectTo: target).location.hasPrefix(expected + "error="))
            }
            _ = try await auth.send(
                .post, "/otp?redirect_to=https%3A%2F%2Fapp.example.org%2Fin", ["email": "a@b.co"],
                headers: ["X-Forwarded-Host": "evil.example", "Referer": "https://evil.example"])
            let mail = try auth.lastMail()
            #expect(mail.redirectTo == "https://app.example.org/in")
            #expect(mail.link.reveal().hasPrefix("http://127.0.0.1:8000/auth/v1/verify?token="))
            #expect(!mail.link.reveal().contains("evil"))
        }
    }

    /// Whoever asks for a mail to somebody else chooses the request's headers.
    @Test func `know their host from the configuration alone`() async throws {
        try await AuthHarness.run {
            $0.redirects.serviceURL = "https://api.example.org/auth/v1"
            $0.redirects.siteURL = "https://app.example.org"
            $0.throttling.allowances = [:]
        } _: { auth in
            let user = try await auth.confirmedUser()
            let headers = [
                "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/evil.example",
                "Forwarded": "host=evil.example", "X-Original-Host": "evil.example", "X-Host": "evil.example",
                "Referer": "https://evil.example/", "Origin": "https://evil.example", "redirect_to": "//evil.example",
            ]
            for (method, path, body, bearer) in [
                (.post, "/signup", ["email": "new@example.org", "password": "secret1"], nil),
                (.post, "/otp", ["email": .string(AuthHarness.email)], nil),
                (.post, "/resend", ["email": "new@example.org", "type": "signup"], nil),
                (.post, "/invite", ["email": "invited@example.org"], auth.serviceKey),
                (.put, "/user", ["email": "changed@example.org"], user.accessToken),
                (.get, "/reauthenticate", nil, user.accessToken),
                (
                    .post, "/admin/generate_link", ["email": .string(AuthHarness.email), "type": "recovery"],
                    auth.serviceKey
                ),
            ] as [(HTTPRequest.Method, String, JSON?, String?)] {
                auth.clock.advance(by: .seconds(61))
                let answer = try await auth.send(
                    method, path, body, bearer: bearer, headers: headers, host: "evil.example:8443")
                #expect(answer.status == 200 && !answer.text.contains("evil"), "\(path) \(answer.text)")
            }
            #expect(auth.mailer.sent.count == 8)
            for mail in auth.mailer.sent {
                let link = mail.link.reveal()
                #expect(mail.kind == .reauthentication || link.hasPrefix("https://api.example.org/auth/v1/verify?"))
                #expect(!link.contains("evil") && mail.redirectTo == "https://app.example.org")
            }
        }
    }

    @Test func `of flows with a challenge end with a code, in place of a session`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            for (path, type, method) in [
                ("/signup", "signup", "email/signup"), ("/recover", "recovery", "recovery"),
                ("/otp", "magiclink", "magiclink"),
            ] {
                let body = Challenge.with(["email": .string(AuthHarness.email), "password": "secret1"])
                #expect(try await auth.send(.post, path, body).status == 200)
                let token = try auth.lastMail().token.reveal()
                #expect(token.hasPrefix("pkce_"))
                let before = try await auth.value("select count(*) from auth.sessions")
                let answer = try await auth.follow(type, token)
                #expect(answer.status == 303 && answer.fragment.isEmpty)
                let code = try #require(answer.query["code"])
                #expect(answer.query.count == 1)
                #expect(
                    try await auth.value(
                        """
                        select authentication_method || ' ' || code_challenge || ' ' || (auth_code_issued_at is not null)
                        from auth.flow_state where auth_code = \(code)
                        """) == "\(method) \(Challenge.text) true")
                #expect(try await auth.value("select count(*) from auth.sessions") == before)
                auth.clock.advance(by: .seconds(61))
            }
        }
    }

    @Test func `of flows are exchanged once, however late they were followed`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            _ = try await auth.send(.post, "/signup", Challenge.with(["email": "a@b.co", "password": "secret1"]))
            let token = try auth.lastMail().token.reveal()
            auth.clock.advance(by: .seconds(3000))
            let code = try #require(try await auth.follow("signup", token).query["code"])
            let body: JSON = ["auth_code": .string(code), "code_verifier": .string(Challenge.text)]
            let session = try SignedIn(await auth.send(.post, "/token?grant_type=pkce", body))
            #expect(session.user["email"] == "a@b.co" && session.user["email_confirmed_at"] != nil)
            #expect(session.claims["amr"]?.array?.first?["method"] == "email/signup")
            #expect(try await auth.send(.post, "/token?grant_type=pkce", body).status == 404)
        }
    }

    @Test func `of a flow that is gone are not used up`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            _ = try await auth.send(.post, "/recover", Challenge.with(["email": .string(AuthHarness.email)]))
            let mail = try auth.lastMail()
            try await auth.owner.run("delete from auth.flow_state")
            let answer = try await auth.follow("recovery", mail.token.reveal())
            #expect(answer.query["error_code"] == "flow_state_not_found" && answer.query["error"] == nil)
            // By its code it is as good as any.
            #expect(try await auth.verify("recovery", mail).status == 200)
        }
    }

    @Test func `can be followed once, by fifty at once`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            for isPKCE in [false, true] {
                let body: JSONObject = ["email": .string(AuthHarness.email)]
                _ = try await auth.send(.post, "/recover", isPKCE ? Challenge.with(body) : .object(body))
                let token = try auth.lastMail().token.reveal()
                let found = try await statuses(50) {
                    let answer = try await auth.follow("recovery", token)
                    return answer.fragment["access_token"] != nil || answer.query["code"] != nil ? 1 : 0
                }
                #expect(found == [1: 1, 0: 49])
                auth.clock.advance(by: .seconds(61))
            }
        }
    }

    @Test func `are not used up by programs that look where they lead`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            _ = try await auth.send(.post, "/recover", ["email": .string(AuthHarness.email)])
            let token = try auth.lastMail().token.reveal()
            let head = try await auth.send(.head, "/verify?token=\(token)&type=recovery", key: .some(nil))
            #expect(head.status == 200 && head.text.isEmpty)
            for headers in [
                ["Sec-Purpose": "prefetch;prerender"], ["Purpose": "prefetch"], ["X-Moz": "prefetch"],
                ["Sec-Fetch-Dest": "image"], ["User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"],
                ["User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"],
            ] {
                let page = try await auth.follow("recovery", token, headers: headers)
                #expect(page.status == 200 && page.header("Content-Type") == "text/html; charset=utf-8", "\(headers)")
                #expect(page.header("Cache-Control") == "no-store")
                #expect(page.text.contains(#"<form method="post" action="http://127.0.0.1:8000/auth/v1/verify">"#))
                #expect(!page.text.contains("<script"))
            }
            #expect(try await auth.value("select count(*) from auth.one_time_tokens") == "1")
            let pressed = try await auth.send(
                .post, "/verify", raw: "type=recovery&token=\(token)&redirect_to=", key: .some(nil),
                headers: ["Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Mozilla/5.0"])
            #expect(pressed.status == 303 && pressed.fragment["access_token"] != nil)
        }
    }

    @Test func `ask everybody, or nobody, where that is configured`() async throws {
        for (setting, status) in [(MailConfiguration.LinkConfirmation.always, 200), (.never, 303)] {
            try await AuthHarness.run { configuration in
                configuration.mail.linkConfirmation = setting
            } _: { auth in
                let answer = try await auth.follow(
                    "signup", "x%22%3E%3Cscript%3E", redirectTo: "%22%27%3C%26",
                    headers: setting == .never ? ["User-Agent": "bot/1"] : [:])
                #expect(answer.status == status)
                if status == 200 {
                    #expect(answer.text.contains(#"value="x&quot;&gt;&lt;script&gt;""#))
                    #expect(answer.text.contains(#"value="&quot;&#39;&lt;&amp;""#))
                }
            }
        }
    }

    static let visitors: [([String: String], Bool)] = [
        ([:], false), (["User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"], false),
        (["User-Agent": "python-httpx/0.28", "Accept": "*/*"], false), (["User-Agent": "node"], false),
        (["User-Agent": "Mozilla/5.0", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"], false),
        (["Sec-Fetch-Dest": "empty"], false), (["Sec-Fetch-Dest": "iframe"], true), (["X-Purpose": "preview"], true),
        (["User-Agent": "Mozilla/5.0 (Windows NT 10.0) BingPreview/1.0b"], true),
        (["User-Agent": "WhatsApp/2.23"], true), (["User-Agent": "Twitterbot/1.0"], true),
        (["User-Agent": "Mozilla/5.0 (compatible; Barracuda Sentinel)"], true),
    ]

    @Test(arguments: visitors)
    func `tell programs from people by what they say of themselves`(headers: [String: String], isProgram: Bool) {
        #expect(LinkVisitor { headers[$0] }.isProgram == isProgram)
    }
}
