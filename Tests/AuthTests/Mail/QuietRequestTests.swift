import Auth
import Core
import HTTPTypes
import Testing

/// Some requests send nothing. Whoever repeats them must not keep the mails back that somebody needs to get in.
@Suite struct `A request that sends nothing` {
    private static let blocking: [(String, JSONObject)] = [
        ("/resend", ["type": "email_change"]), ("/resend", ["type": "signup"]), ("/signup", ["password": "another1"]),
    ]

    @Test func `keeps no mail back, and says nothing by that`() async throws {
        try await AuthHarness.run({ $0.throttling.allowances = [:] }) { auth in
            _ = try await auth.confirmedUser()
            for (path, fields) in Self.blocking {
                for way in ["/recover", "/otp"] {
                    var answers: [String] = []
                    for address in [AuthHarness.email, "nobody\(auth.mailer.sent.count)@example.org"] {
                        let sent = auth.mailer.sent.count
                        var body = fields
                        body["email"] = .string(address)
                        answers.append(try await auth.send(.post, path, .object(body)).refusal)
                        answers.append(try await auth.send(.post, path, .object(body)).refusal)
                        answers.append(try await auth.send(.post, way, ["email": .string(address)]).refusal)
                        if address == AuthHarness.email {
                            #expect(auth.mailer.sent.count == sent + 1, "\(path) \(way)")
                        }
                    }
                    let once = ["200 -", "429 over_email_send_rate_limit", "200 -"]
                    #expect(answers == once + once, "\(path) \(way)")
                    auth.clock.advance(by: .seconds(61))
                }
            }
        }
    }

    @Test(arguments: ["sms", "phone_change"])
    func `keeps no text message back`(type: String) async throws {
        try await AuthHarness.run {
            $0.phone.isEnabled = true
        } _: { auth in
            let phone: JSON = "491701234567"
            _ = try await auth.send(.post, "/otp", ["phone": phone])
            let code = try #require(auth.messenger.sent.last).code.reveal()
            #expect(
                try await auth.send(.post, "/verify", ["type": "sms", "phone": phone, "token": .string(code)]).status
                    == 200)
            auth.clock.advance(by: .seconds(61))
            #expect(try await auth.send(.post, "/resend", ["type": .string(type), "phone": phone]).text == "{}")
            #expect(try await auth.send(.post, "/otp", ["phone": phone]).status == 200)
            #expect(auth.messenger.sent.count == 2)
        }
    }
}
