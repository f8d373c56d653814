import Auth
import Core
import Testing

@testable import Outbound

@Suite struct `Text messages` {
    static func message(_ channel: TextMessage.Channel = .sms) -> TextMessage {
        TextMessage(recipient: "491701", channel: channel, text: Secret("Your code is 12 ü"), code: Secret("12"))
    }

    static func messengers(_ web: ScriptedWeb) -> [(name: String, messenger: any TextMessenger)] {
        [
            ("twilio", TwilioMessenger(web: web, account: "AC1", token: Secret("t"), sender: "+1555")),
            ("messagebird", MessageBirdMessenger(web: web, accessKey: Secret("k"), originator: "Us")),
            ("vonage", VonageMessenger(web: web, key: "k", secret: Secret("s"), sender: "Us")),
            ("textlocal", TextlocalMessenger(web: web, key: Secret("k"), sender: "Us")),
            ("http", GenericMessenger(web: web, url: "https://sms.test/send", token: Secret("t"))),
        ]
    }

    @Test(arguments: [
        (
            "twilio", "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json", "Basic QUMxOnQ=",
            "To=%2B491701&Channel=sms&From=%2B1555&Body=Your%20code%20is%2012%20%C3%BC",
            #"{"sid":"id1","status":"queued"}"#
        ),
        (
            "messagebird", "https://rest.messagebird.com/messages", "AccessKey k",
            "originator=Us&body=Your%20code%20is%2012%20%C3%BC&recipients=491701&type=sms&datacoding=unicode",
            #"{"id":"id1","recipients":{"totalSentCount":1}}"#
        ),
        (
            "vonage", "https://rest.nexmo.com/sms/json", nil,
            "from=Us&to=491701&text=Your%20code%20is%2012%20%C3%BC&api_key=k&api_secret=s&type=unicode",
            #"{"messages":[{"status":"0","message-id":"id1"}]}"#
        ),
        (
            "textlocal", "https://api.textlocal.in/send", nil,
            "sender=Us&apikey=k&message=Your%20code%20is%2012%20%C3%BC&numbers=491701",
            #"{"status":"success","messages":[{"id":"id1"}]}"#
        ),
        (
            "http", "https://sms.test/send", "Bearer t",
            #"{"to":"+491701","channel":"sms","message":"Your code is 12 ü","code":"12"}"#, #"{"id":"id1"}"#
        ),
    ])
    func `go out as the service wants them`(
        name: String, url: String, authorization: String?, body: String, answer: String
    ) async throws {
        let web = ScriptedWeb(200, answer)
        let messenger = try #require(Self.messengers(web).first { $0.name == name }?.messenger)
        #expect(try await messenger.send(Self.message()) == "id1")
        let request = try #require(web.requests.first)
        #expect(request.method == "POST" && request.url == url)
        #expect(request.headers.first { $0.name == "authorization" }?.value == authorization)
        #expect(String(decoding: request.body, as: UTF8.self) == body)
    }

    @Test(arguments: [
        ("twilio", 400, #"{"code":21211,"message":"+491701 is not valid"}"#),
        ("twilio", 201, #"{"sid":"x","status":"failed","error_code":30003}"#),
        ("messagebird", 422, #"{"errors":[{"code":9,"description":"491701"}]}"#),
        ("messagebird", 200, #"{"id":"x","recipients":{"totalSentCount":0}}"#), ("messagebird", 200, "<html>"),
        ("vonage", 200, #"{"messages":[{"status":"4","error-text":"491701"}]}"#), ("vonage", 200, #"{"messages":[]}"#),
        ("textlocal", 200, #"{"status":"failure","errors":[{"code":80,"message":"491701"}]}"#), ("http", 500, ""),
        ("http", 302, ""),
    ])
    func `that were not taken are failures without numbers and texts`(name: String, status: Int, answer: String)
        async throws
    {
        let messenger = try #require(Self.messengers(ScriptedWeb(status, answer)).first { $0.name == name }?.messenger)
        do throws(TextMessageFailure) {
            _ = try await messenger.send(Self.message())
            Issue.record("taken")
        } catch {
            #expect(!error.cause.isEmpty && !error.cause.contains("491701") && !error.cause.contains("12 "))
        }
    }

    @Test func `that cannot be handed over are failures`() async {
        for (_, messenger) in Self.messengers(ScriptedWeb(.timedOut)) {
            await #expect(throws: TextMessageFailure.self) { try await messenger.send(Self.message()) }
        }
    }

    @Test func `by WhatsApp are for Twilio`() async throws {
        let web = ScriptedWeb(201, #"{"sid":"id1"}"#)
        for (name, messenger) in Self.messengers(web) where !["twilio", "http"].contains(name) {
            await #expect(throws: TextMessageFailure.self) { try await messenger.send(Self.message(.whatsapp)) }
        }
        #expect(web.requests.isEmpty)
        let templated = TwilioMessenger(web: web, account: "AC1", token: Secret("t"), sender: "1555", contentID: "HX1")
        _ = try await templated.send(Self.message(.whatsapp))
        #expect(
            String(decoding: web.requests[0].body, as: UTF8.self)
                == "To=whatsapp%3A%2B491701&Channel=whatsapp&From=whatsapp%3A1555&ContentSid=HX1"
                + "&ContentVariables=%7B%221%22%3A%2212%22%7D")
    }
}
