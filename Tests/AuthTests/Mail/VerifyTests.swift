import Auth
import Core
import Cryptography
import HTTPTypes
import Postgres
import Testing

@Suite struct `Redeeming codes and tokens` {
    @Test func `confirms a sign-up by code or by token, once`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            for (index, type) in ["signup", "email", "signup", "email"].enumerated() {
                let email = "new\(index)@example.org"
                _ = try await auth.send(.post, "/signup", ["email": .string(email), "password": "secret1"])
                let mail = try auth.lastMail()
                let isLink = index > 1
                func redeem() async throws -> Answer {
                    isLink
                        ? try await auth.verify(type, link: mail.token.reveal())
                        : try await auth.verify(type, email.uppercased(), mail.code.reveal())
                }
                let session = try SignedIn(await redeem())
                #expect(session.user["email"]?.string == email && session.user["email_confirmed_at"] != nil)
                #expect(session.user["user_metadata"]?["email_verified"] == true)
                #expect(session.user["identities"]?.array?.first?["identity_data"]?["email_verified"] == true)
                #expect(session.claims["amr"]?.array?.first?["method"] == "otp")
                #expect(session.answer.header("Cache-Control") == "no-store")
                let again = try await redeem()
                #expect(again.refusal == "403 otp_expired")
                #expect(
                    again["msg"]?.string
                        == (isLink ? "Email link is invalid or has expired" : "Token has expired or is invalid"))
            }
        }
    }

    @Test func `refuses requests that are none`() async throws {
        try await AuthHarness.run { auth in
            for (body, refusal, text) in [
                (#"{"token":"1","email":"a@b.co"}"#, "400 validation_failed", "Verify requires a verification type"),
                (#"{"type":"signup"}"#, "400 validation_failed", "Verify requires either a token or a token hash"),
                (
                    #"{"type":"signup","token":"1","token_hash":"2"}"#, "400 validation_failed",
                    "Verify requires either a token or a token hash"
                ),
                (
                    #"{"type":"signup","token":"1"}"#, "400 validation_failed",
                    "Only an email address or phone number should be provided on verify"
                ),
                (
                    #"{"type":"sms","token":"1","phone":"491","email":"a@b.co"}"#, "400 validation_failed",
                    "Only an email address or phone number should be provided on verify"
                ),
                (
                    #"{"type":"signup","token_hash":"1","email":"a@b.co"}"#, "400 validation_failed",
                    "Only the token_hash and type should be provided"
                ),
                (
                    #"{"type":"signup","token_hash":"1","redirect_to":"x"}"#, "400 validation_failed",
                    "Only the token_hash and type should be provided"
                ),
                (
                    #"{"type":"sms","token_hash":"1"}"#, "400 validation_failed", "Invalid email verification type"
                ), (#"{"type":"other","token_hash":"1"}"#, "400 validation_failed", nil),
                (#"{"type":"signup","token":"1","email":"x"}"#, "422 validation_failed", "Invalid email format"),
                (#"{"type":"sms","token":"1","phone":"x"}"#, "400 validation_failed", nil),
                (#"{"type":"other","token":"1","email":"a@b.co"}"#, "403 otp_expired", nil),
                (#"{"type":"sms","token":"123456","email":"a@b.co"}"#, "403 otp_expired", nil),
                (#"{"type":"signup","token":"123456","phone":"491701234567"}"#, "403 otp_expired", nil),
                (
                    #"{"type":"sms","token":"123456","phone":"+49 170 1234567"}"#, "403 otp_expired",
                    "Token has expired or is invalid"
                ), (#"{"type":"magiclink","token_hash":"123456"}"#, "403 otp_expired", nil), ("{", "400 bad_json", nil),
            ] as [(String, String, String?)] {
                let answer = try await auth.send(.post, "/verify", raw: body)
                #expect(answer.refusal == refusal, "\(body): \(answer.text)")
                if let text { #expect(answer["msg"]?.string == text, "\(body)") }
            }
        }
    }

    @Test func `takes JSON that is declared as a form, and refuses forms that are none`() async throws {
        try await AuthHarness.run { auth in
            let form = ["Content-Type": "application/x-www-form-urlencoded"]
            let body = #" {"type":"magiclink","token_hash":"x"}"#
            let json = try await auth.send(.post, "/verify", raw: body, headers: form)
            #expect(json.refusal == "403 otp_expired")
            for raw in ["{", "", "type=signup", "token=x", "type=%zz&token=x"] {
                let answer = try await auth.send(.post, "/verify", raw: raw, headers: form)
                #expect(answer.status == 400, "\(raw)")
            }
        }
    }

    @Test func `refuses wrong codes, wrong types, old codes and banned users`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            let user = try await auth.confirmedUser()
            _ = try await auth.send(.post, "/recover", ["email": .string(AuthHarness.email)])
            let mail = try auth.lastMail()
            let wrong = mail.code.reveal() == "000000" ? "111111" : "000000"
            #expect(try await auth.verify("recovery", AuthHarness.email, wrong).refusal == "403 otp_expired")
            #expect(try await auth.verify("recovery", "other@b.co", mail.code.reveal()).refusal == "403 otp_expired")
            for type in ["signup", "invite", "email_change"] {
                #expect(try await auth.verify(type, mail).refusal == "403 otp_expired", "\(type)")
                #expect(try await auth.verify(type, link: mail.token.reveal()).refusal == "403 otp_expired", "\(type)")
            }
            // The hash of address and code, which GoTrue's links carry, leads nowhere.
            let hash = Hex.encode(Digest.hash(.sha224, of: AuthHarness.email + mail.code.reveal()))
            #expect(try await auth.verify("recovery", link: hash).refusal == "403 otp_expired")

            try await auth.owner.run("update auth.users set banned_until = 'infinity'")
            #expect(try await auth.verify("recovery", mail).refusal == "403 user_banned")
            #expect(try await auth.verify("recovery", link: mail.token.reveal()).refusal == "403 user_banned")
            try await auth.owner.run("update auth.users set banned_until = null")
            auth.clock.advance(by: .seconds(3600))
            #expect(try SignedIn(await auth.verify("magiclink", mail)).userID == user.userID)
            _ = try await auth.send(.post, "/recover", ["email": .string(AuthHarness.email)])
            let late = try auth.lastMail()
            auth.clock.advance(by: .seconds(3601))
            #expect(try await auth.verify("recovery", late).refusal == "403 otp_expired")
            #expect(try await auth.verify("recovery", link: late.token.reveal()).refusal == "403 otp_expired")
        }
    }

    @Test func `slows down who guesses, whether there is an account or not`() async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            _ = try await auth.send(.post, "/recover", ["email": .string(AuthHarness.email)])
            let code = try auth.lastMail().code.reveal()
            for email in [AuthHarness.email, "nobody@example.org"] {
                var refusals: [String] = []
                for guess in 0..<8 {
                    let wrong = code == "00000\(guess)" ? "999999" : "00000\(guess)"
                    refusals.append(try await auth.verify("recovery", email, wrong).refusal)
                }
                #expect(refusals.first == "403 otp_expired" && refusals.last == "429 over_request_rate_limit")
            }
            #expect(try await auth.verify("recovery", AuthHarness.email, code).refusal == "429 over_request_rate_limit")
            auth.clock.advance(by: .seconds(300))
            #expect(try await auth.verify("recovery", AuthHarness.email, code).status == 200)
        }
    }

    @Test func `burns everything that was pending for the user`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            let user = try await auth.confirmedUser()
            _ = try await auth.send(.put, "/user", ["email": "new@example.org"], bearer: user.accessToken)
            let changes = auth.mailer.sent.suffix(2)
            _ = try await auth.send(.post, "/recover", ["email": .string(AuthHarness.email)])
            let recovery = try auth.lastMail()
            #expect(try await auth.value("select count(*) from auth.one_time_tokens") == "3")
            #expect(try await auth.verify("recovery", recovery).status == 200)
            #expect(try await auth.value("select count(*) from auth.one_time_tokens") == "0")
            #expect(
                try await auth.value(
                    "select recovery_token || email_change_token_new || email_change_token_current from auth.users")
                    == "")
            for mail in changes {
                #expect(try await auth.verify("email_change", mail).refusal == "403 otp_expired")
                #expect(
                    try await auth.verify("email_change", link: mail.token.reveal()).refusal == "403 otp_expired")
            }
        }
    }

    @Test func `lets one of fifty at once through, by code and by token`() async throws {
        try await AuthHarness.run { configuration in
            configuration.isEmailAutoconfirmed = true
            configuration.throttling.delaysAttempts = false
        } _: { auth in
            _ = try await auth.signUp()
            for isLink in [false, true] {
                _ = try await auth.send(.post, "/recover", ["email": .string(AuthHarness.email)])
                let mail = try auth.lastMail()
                let before = try await auth.value("select count(*) from auth.sessions")
                let found = try await statuses(50) {
                    isLink
                        ? try await auth.verify("recovery", link: mail.token.reveal()).status
                        : try await auth.verify("recovery", mail).status
                }
                #expect(found == [200: 1, 403: 49])
                #expect(try await auth.value("select count(*) - 1 from auth.sessions") == before)
                auth.clock.advance(by: .seconds(61))
            }
        }
    }

    @Test func `is worth nothing after the password or the address changed`() async throws {
        try await AuthHarness.run({ _ in }) { auth in
            let user = try await auth.confirmedUser()
            _ = try await auth.send(.post, "/recover", ["email": .string(AuthHarness.email)])
            let first = try auth.lastMail()
            #expect(
                try await auth.send(.put, "/user", ["password": "another secret"], bearer: user.accessToken).status
                    == 200)
            #expect(try await auth.verify("recovery", first).refusal == "403 otp_expired")
            auth.clock.advance(by: .seconds(61))
            _ = try await auth.send(.post, "/recover", ["email": .string(AuthHarness.email)])
            let second = try auth.lastMail()
            // An admin changes the address and leaves the token where it is.
            let changed = try await auth.send(
                .put, "/admin/users/\(user.userID)", ["email": "other@example.org", "email_confirm": true],
                bearer: auth.serviceKey)
            #expect(changed.status == 200)
            #expect(try await auth.verify("recovery", second).refusal == "403 otp_expired")
            #expect(try await auth.verify("recovery", link: second.token.reveal()).refusal == "403 otp_expired")
        }
    }

    @Test func `accepts the tokens of a restored database, by code and by link`() async throws {
        try await AuthHarness.run { auth in
            let user = try await auth.signUp()
            for isLink in [false, true] {
                // As GoTrue keeps it: the same hash in both places.
                let hash = "pkce_" + Hex.encode(Digest.hash(.sha224, of: AuthHarness.email + "123456"))
                try await auth.owner.run(
                    """
                    update auth.users set recovery_token = \(hash), recovery_sent_at = \(auth.clock.now())::timestamptz
                    """)
                try await auth.owner.run(
                    """
                    insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to)
                    values (gen_random_uuid(), \(user.userID)::uuid, 'recovery_token', \(hash), \(AuthHarness.email))
                    """)
                let answer =
                    isLink
                    ? try await auth.verify("recovery", link: hash)
                    : try await auth.verify("recovery", AuthHarness.email, "123456")
                #expect(try SignedIn(answer).userID == user.userID)
            }
        }
    }
}
