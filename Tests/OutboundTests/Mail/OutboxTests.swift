import Auth
import Core
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing
import Tokens

@testable import Gateway
@testable import Outbound

@Suite struct `The outbox` {
    struct Nobody: KeyRecognizer {
        func recognize(_ presented: String) -> PresentedKey? {
            presented == "service" ? PresentedKey(group: .service, form: .opaque(name: "secret")) : nil
        }
    }

    struct Silent: Observer {
        func observe(_ observation: Observation) {}
    }

    static func message(_ recipient: String, subject: String = "Hi") -> MailMessage {
        MailMessage(
            type: "recovery", recipient: recipient, subject: Secret(subject), html: Secret("<b>h</b>"),
            text: Secret("t"))
    }

    static func send(
        _ outbox: Outbox, _ path: String, method: HTTPRequest.Method = .get, from address: String = "127.0.0.1",
        authority: String = "localhost:8000", headers: HTTPFields = [:]
    ) async throws -> (status: Int, headers: HTTPFields, text: String) {
        let responder = GatewayResponder(
            configuration: GatewayConfiguration(), mounts: [Mount("/outbox", OutboxSurface(outbox))],
            recognizer: Nobody(), observer: Silent(), clock: StillClock(), makeRequestID: { "id" })
        let head = HTTPRequest(
            method: method, scheme: "http", authority: authority, path: "/outbox" + path, headerFields: headers)
        let response = await responder.respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), remoteAddress: address
        ).response
        return (response.status.code, response.headers, try await Answered.text(response))
    }

    @Test func `keeps the newest mails and shows them newest first`() async throws {
        let outbox = Outbox(clock: StillClock())
        for number in 0..<(OutboundLimits.outboxMails + 5) { try await outbox.deliver(Self.message("u\(number)@b.co")) }
        let answer = try await Self.send(outbox, "/messages")
        let messages = try #require(try JSON(parsing: answer.text, limits: .init(bytesMax: 1 << 22))["messages"]?.array)
        #expect(messages.count == OutboundLimits.outboxMails && messages.first?["to"] == "u204@b.co")
        let one = try await Self.send(outbox, "/messages?to=U7%40b.co")
        #expect(try JSON(parsing: one.text)["messages"]?.array?.count == 1)
        #expect(try await Self.send(outbox, "/messages", method: .delete).status == 204)
        #expect(try await Self.send(outbox, "/messages").text == #"{"messages":[]}"#)
    }

    @Test func `shows a page without letting mails into it`() async throws {
        let outbox = Outbox(clock: StillClock())
        try await outbox.deliver(Self.message("a@b.co", subject: "<script>alert(1)</script>"))
        let page = try await Self.send(outbox, "")
        #expect(page.status == 200 && page.text.contains("&lt;script&gt;") && !page.text.contains("<script>"))
        #expect(page.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
        let id = try #require(outbox.entries.first?.id)
        let mail = try await Self.send(outbox, "/messages/\(id)/html")
        #expect(mail.text == "<b>h</b>" && mail.headers[.contentSecurityPolicy]?.hasPrefix("sandbox") == true)
        #expect(try await Self.send(outbox, "/messages/\(id)").status == 200)
        #expect(try await Self.send(outbox, "/messages/nothing").status == 404)
        #expect(try await Self.send(outbox, "/style.css").status == 200)
    }

    @Test func `is open to this machine alone, and not to other sites' pages on it`() async throws {
        let outbox = Outbox(clock: StillClock())
        let site = try #require(HTTPField.Name("sec-fetch-site"))
        let apikey = try #require(HTTPField.Name("apikey"))
        let cases: [(String, String, HTTPFields, Int)] = [
            ("127.0.0.1", "localhost:8000", [:], 200), ("::1", "[::1]:8000", [:], 200),
            ("127.0.0.1", "127.0.0.1:8000", [site: "same-origin", .origin: "http://127.0.0.1:8000"], 200),
            ("192.0.2.7", "localhost:8000", [:], 403), ("unknown", "localhost", [:], 403),
            ("127.0.0.1", "evil.example:8000", [:], 403), ("127.0.0.1", "localhost.evil.example", [:], 403),
            ("127.0.0.1", "localhost:8000", [site: "cross-site"], 403),
            ("127.0.0.1", "localhost:8000", [.origin: "https://evil.example"], 403),
            ("127.0.0.1", "localhost:8000", [.origin: "null"], 403),
            ("192.0.2.7", "api.example.org", [apikey: "service"], 200),
            ("192.0.2.7", "api.example.org", [apikey: "anon"], 403),
        ]
        for (address, authority, headers, status) in cases {
            for path in ["", "/messages", "/style.css"] {
                let answer = try await Self.send(outbox, path, from: address, authority: authority, headers: headers)
                #expect(answer.status == status, "\(address) \(authority) \(headers)")
            }
        }
    }
}
