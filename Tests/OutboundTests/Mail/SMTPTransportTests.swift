import Auth
import Core
import FoundationEssentials
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Outbound

@Suite struct `Handing a mail to a server` {
    static func deliver(
        to recipient: String = "a@b.co", _ check: (SmallMailServer, MailFailure?) throws -> Void
    ) async throws {
        let server = try await SmallMailServer.start()
        let directory = "/tmp/delivery-\(UUID().uuidString)"
        var smtp = SMTPConfiguration(host: "127.0.0.1", senderAddress: "no-reply@x.test", directory: directory)
        smtp.port = server.port
        smtp.senderName = "Süd"
        var failure: MailFailure?
        let message = MailMessage(
            type: "invite", recipient: recipient, subject: Secret("Grüße"), html: Secret("<p>ü</p>\n.\n"),
            text: Secret("ü\n"))
        do throws(MailFailure) {
            try await SMTPTransport(smtp, clock: StillClock()).deliver(message)
        } catch {
            failure = error
        }
        await server.stop()
        try check(server, failure)
        // Nothing stays behind, and the folder was made for nobody else.
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        // The type of the value differs between kinds of Foundation, its text does not.
        let mode = try FileManager.default.attributesOfItem(atPath: directory)[.posixPermissions].map { "\($0)" }
        #expect(mode == String(0o700))
        try FileManager.default.removeItem(atPath: directory)
    }

    @Test func `is a whole dialogue`() async throws {
        try await Self.deliver { server, failure in
            #expect(failure == nil, "\(failure?.cause ?? "")")
            let said = server.said
            #expect(said.first == "EHLO x.test")
            #expect(said.contains { $0.hasPrefix("MAIL FROM:<no-reply@x.test>") } && said.contains("RCPT TO:<a@b.co>"))
            let mail = try #require(server.mails.first)
            #expect(mail.contains("From: =?utf-8?B?U8O8ZA==?= <no-reply@x.test>\r\nTo: <a@b.co>\r\n"))
            #expect(mail.contains("Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n"))
            #expect(mail.contains("<p>=C3=BC</p>\r\n=2E\r\n") && mail.hasSuffix("--\r\n"))
        }
    }

    @Test func `says what the server refused, and not whom`() async throws {
        try await Self.deliver(to: "refused@b.co") { server, failure in
            #expect(server.mails.isEmpty)
            #expect(failure?.cause == "the SMTP server: it did not take the mail, reply code 550")
        }
    }

    @Test func `turns away what would wait too long`() async throws {
        let places = Places(1, waitingMax: 1)
        #expect(await places.enter())
        async let second = places.enter()
        // The third comes when the second waits: until then it would be let wait itself, so it asks for no place.
        while await places.isQueueEmpty { await Task.yield() }
        #expect(await !places.enter())
        await places.leave()
        #expect(await second)
        await places.leave()
        #expect(await places.enter())
    }
}

/// As much of an SMTP server as a mail needs.
final class SmallMailServer: Sendable {
    private let channel: any Channel
    private let log: Log

    final class Log: Sendable {
        let said = Mutex<[String]>([])
        let mails = Mutex<[String]>([])
    }

    private init(_ channel: any Channel, _ log: Log) {
        self.channel = channel
        self.log = log
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var said: [String] { log.said.withLock { $0 } }
    var mails: [String] { log.mails.withLock { $0 } }

    static func start() async throws -> SmallMailServer {
        let log = Log()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Dialogue(log)) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return SmallMailServer(channel, log)
    }

    func stop() async {
        // A listener that is closed already is as good.
        try? await channel.close()
    }

    private final class Dialogue: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let log: Log
        private var unread = ""
        private var mail: String?

        init(_ log: Log) { self.log = log }

        func channelActive(context: ChannelHandlerContext) { say("220 small", context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            unread += String(buffer: unwrapInboundIn(data))
            while let end = unread.firstRange(of: "\r\n") {
                let line = String(unread[..<end.lowerBound])
                unread = String(unread[end.upperBound...])
                hear(line, context)
            }
        }

        private func hear(_ line: String, _ context: ChannelHandlerContext) {
            if let open = mail {
                guard line == "." else {
                    mail = open + (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\r\n"
                    return
                }
                log.mails.withLock { $0.append(open) }
                mail = nil
                return say("250 taken", context)
            }
            log.said.withLock { $0.append(line) }
            switch line.prefix(4) {
            case "EHLO": say("250-small\r\n250 SIZE 1000000", context)
            case "RCPT": say(line.contains("refused@") ? "550 refused@b.co does not live here" : "250 ok", context)
            case "DATA":
                mail = ""
                say("354 go on", context)
            case "QUIT":
                say("221 bye", context)
                context.close(promise: nil)
            default: say("250 ok", context)
            }
        }

        private func say(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
        }
    }
}
