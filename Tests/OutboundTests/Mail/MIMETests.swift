import Auth
import Core
import Cryptography
import FoundationEssentials
import TestSupport
import Testing

@testable import Outbound

@Suite struct `A mail as it travels` {
    static func text(subject: String = "Hi", html: String = "<p>x</p>", text: String = "x", name: String = "") -> String
    {
        let message = MailMessage(
            type: "recovery", recipient: "a@b.co", subject: Secret(subject), html: Secret(html), text: Secret(text))
        let mime = MIMEMessage(
            message, senderAddress: "no-reply@x.test", senderName: name,
            headers: [("X-Kind", "is $messageType"), ("X-Müll", "x")].filter { MIMEMessage.isOwnHeader($0.0) },
            id: "id",
            boundary: "=_b", now: Timestamp(seconds: 1_795_430_000))
        return String(decoding: mime.bytes, as: UTF8.self)
    }

    @Test func `has a head and two alternatives`() {
        #expect(
            Self.text(name: "The \"House\"")
                == [
                    "From: \"The \\\"House\\\"\" <no-reply@x.test>", "To: <a@b.co>", "Subject: Hi",
                    "Date: Mon, 23 Nov 2026 10:33:20 +0000", "Message-ID: <id@x.test>", "MIME-Version: 1.0",
                    "Auto-Submitted: auto-generated", "X-Kind: is recovery",
                    "Content-Type: multipart/alternative; boundary=\"=_b\"", "", "--=_b",
                    "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "", "x",
                    "",
                    "--=_b", "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
                    "",
                    "<p>x</p>", "", "--=_b--", "",
                ].joined(separator: "\r\n"))
    }

    @Test(arguments: [
        ("plain", "plain"), ("zwei\r\nBcc: evil@x.test", "zwei  Bcc: evil@x.test"),
        ("a\u{0}b\u{7F}c\u{85}d", "a b c d"),
        ("Grüße", "=?utf-8?B?R3LDvMOfZQ==?="), ("=?utf-8?Q?x?=", "=?utf-8?B?PT91dGYtOD9RP3g/PQ==?="),
    ])
    func `has header values that stay values`(value: String, expected: String) {
        #expect(EncodedText.header(value) == expected)
    }

    @Test func `encodes long subjects in words that a decoder puts together again`() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let count = Int.random(in: 20...200, using: &generator)
            let subject = String((0..<count).map { _ in "aäß€😀👩‍👩‍👧 z".randomElement(using: &generator) ?? "ä" }) + "ü"
            let lines = EncodedText.header(subject).split(separator: "\r\n", omittingEmptySubsequences: false)
            var bytes: [UInt8] = []
            for (index, line) in lines.enumerated() {
                #expect(line.utf8.count <= 76 && (index == 0) == !line.hasPrefix(" "))
                let word = line.drop { $0 == " " }
                #expect(word.hasPrefix("=?utf-8?B?") && word.hasSuffix("?="))
                let piece = try #require(Base64.decode(String(word.dropFirst(10).dropLast(2))))
                #expect(String(validating: piece, as: UTF8.self) != nil)
                bytes += piece
            }
            #expect(String(decoding: bytes, as: UTF8.self) == subject)
        }
    }

    @Test(arguments: [
        ("a=b", "a=3Db\r\n"), ("ü", "=C3=BC\r\n"), ("a \nb\t\n", "a=20\r\nb=09\r\n"), ("a\r\nb", "a\r\nb\r\n"),
        (".\n..x", "=2E\r\n=2E.x\r\n"), ("a\rb", "a=0Db\r\n"), ("", ""),
    ])
    func `has bodies in quoted-printable`(text: String, expected: String) {
        #expect(EncodedText.quotedPrintable(text) == expected)
    }

    @Test func `has bodies that come out as they went in, on short lines`() {
        var generator = SeededGenerator(seed: 5)
        let pieces = [
            "a", "=", " ", "\n", ".", "ü", "😀", "\t", "<p>", "word ", "\u{1}", String(repeating: "x", count: 40),
        ]
        for _ in 0..<1000 {
            let count = Int.random(in: 0...60, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            let encoded = EncodedText.quotedPrintable(text)
            for line in encoded.split(separator: "\r\n", omittingEmptySubsequences: false) {
                #expect(line.utf8.count <= 76 && line.utf8.allSatisfy { $0 < 0x7F && $0 >= 0x20 || $0 == 0x09 })
                #expect(line.last != " " && line.last != "\t" && line != ".")
            }
            let decoded = Self.decode(encoded)
            #expect(decoded == text || decoded == text + "\n")
        }
    }

    private static func decode(_ encoded: String) -> String {
        let bytes = Array(encoded.replacing("=\r\n", with: "").replacing("\r\n", with: "\n").utf8)
        var output: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "="),
                let byte = Hex.decode(String(decoding: bytes[(index + 1)...(index + 2)], as: UTF8.self))
            {
                output += byte
                index += 3
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: ["From", "bcc", "Content-Type", "", "X Y", "X:Y", "X\r\nBcc", "Ü"])
    func `has no header twice and none that is malformed`(name: String) {
        #expect(!MIMEMessage.isOwnHeader(name))
    }

    @Test(arguments: ["a@b@c", "a", "@b", "a b@c", "a>@b", "a@b\r\n", "\"a\"@b", "ü@b.co"])
    func `goes to addresses that can be written safely`(address: String) {
        #expect(!MIMEMessage.isAddress(address) && MIMEMessage.isAddress("a+b@c.co"))
    }
}

@Suite struct `What the mail program is told` {
    static func smtp(_ adjust: (inout SMTPConfiguration) -> Void = { _ in }) -> SMTPConfiguration {
        var smtp = SMTPConfiguration(
            host: "mail.test", senderAddress: "no-reply@x.test", directory: "/tmp/delivery-mail")
        adjust(&smtp)
        return smtp
    }

    static func text(_ adjust: (inout SMTPConfiguration) -> Void = { _ in }) -> String {
        CurlConfiguration(smtp(adjust), recipient: "a@b.co", file: "/f").text
    }

    @Test func `asks for STARTTLS, save for port 465 and this machine`() {
        #expect(Self.text().contains("url = \"smtp://mail.test:587/x.test\"") && Self.text().contains("\nssl-reqd\n"))
        let implicit = Self.text { $0.port = 465 }
        #expect(implicit.contains("smtps://mail.test:465/") && !implicit.contains("\nssl"))
        #expect(Self.text { $0.host = "127.0.0.1" }.contains("\nssl\n"))
        #expect(Self.text { $0.host = "::1" }.contains("smtp://[::1]:587/"))
        #expect(!Self.text { $0.encryption = SMTPConfiguration.Encryption.none }.contains("\nssl"))
        #expect(
            Self.text {
                $0.host = "localhost"
                $0.encryption = .required
            }.contains("\nssl-reqd\n"))
    }

    @Test func `quotes what could end a value`() {
        let text = Self.text {
            $0.user = Secret("u")
            $0.password = Secret("p\"\\\nurl = x")
        }
        #expect(text.contains("user = \"u:p\\\"\\\\"))
        #expect(Self.smtp { $0.password = Secret("p\nurl = x") }.problem != nil)
    }

    @Test func `is refused before it is written when it cannot be written safely`() {
        #expect(Self.smtp().problem == nil)
        #expect(Self.smtp { $0.host = "mail.test/../x" }.problem != nil)
        #expect(Self.smtp { $0.host = "-x" }.problem != nil)
        #expect(Self.smtp { $0.senderAddress = "nobody" }.problem != nil)
        #expect(Self.smtp { $0.senderName = "a\r\nBcc: x" }.problem != nil)
        #expect(Self.smtp { $0.headers = [("Subject", "x")] }.problem != nil)
        #expect(Self.smtp { $0.user = Secret("a:b") }.problem != nil)
    }

    @Test func `reports failures without what was said`() {
        #expect(
            CurlConfiguration.cause(code: 55, said: "curl: (55) RCPT failed: 550 a@b.co")
                == "the SMTP server: it did not take the mail, reply code 550")
        #expect(
            CurlConfiguration.cause(code: 67, said: "curl: (67) Login denied")
                == "the SMTP server: it refused the login")
    }

    @Test func `leads to a clear failure when nobody listens, and leaves no file`() async throws {
        let transport = SMTPTransport(
            Self.smtp {
                $0.host = "127.0.0.1"
                $0.port = 1
            }, clock: StillClock())
        let message = MailMessage(
            type: "invite", recipient: "a@b.co", subject: Secret("s"), html: Secret("h"), text: Secret("t"))
        do throws(MailFailure) {
            try await transport.deliver(message)
            Issue.record("delivered to nobody")
        } catch {
            #expect(error.cause == "the SMTP server: it cannot be connected to")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: "/tmp/delivery-mail")
        #expect(left.isEmpty)
    }
}
