import Core
import FoundationEssentials
import HTTPTypes
import Testing

@testable import Auth

@Suite struct `Writing mails` {
    static func mail(_ kind: Mail.Kind = .confirmation) -> Mail {
        var mail = Mail(
            kind: kind, recipient: "new@example.org", code: Secret("123456"), token: Secret("hash"),
            newEmail: "new@example.org", userMetadata: ["name": "N <1>"], userEmail: "old@example.org",
            redirectTo: "https://app.test", link: Secret("https://x.test/verify?token=hash&type=signup"))
        mail.facts.oldEmail = "older@example.org"
        mail.facts.phone = "4917"
        mail.facts.provider = "google"
        mail.facts.factorType = "totp"
        return mail
    }

    static func composer(
        _ configuration: MailTemplateConfiguration = .init(), web: (any WebClient)? = nil,
        clock: ManualClock = ManualClock(), observer: RecordingObserver = RecordingObserver()
    ) throws -> MailComposer {
        try MailComposer(configuration, siteURL: "https://app.test", web: web, clock: clock, observer: observer)
    }

    @Test(arguments: Mail.Kind.allKinds)
    func `has words of its own for every kind`(kind: Mail.Kind) async throws {
        let message = try await Self.composer().compose(Self.mail(kind))
        let (subject, html, text) = (message.subject.reveal(), message.html.reveal(), message.text.reveal())
        #expect(!subject.isEmpty && html.hasPrefix("<!doctype html>") && text.count > 40)
        for part in [subject, html, text] { #expect(!part.contains("{{") && !part.contains("ZgotmplZ")) }
        if kind.linkType != nil {
            #expect(html.contains("href=\"https://x.test/verify?token=hash&amp;type=signup\""))
            #expect(text.contains("https://x.test/verify?token=hash&type=signup") && text.contains("123456"))
        } else {
            #expect(!html.contains("href"))
        }
    }

    @Test func `takes the operator's file and subject, and makes plain text of the file`() async throws {
        let path = "/tmp/delivery-template-\(UUID().uuidString)"
        try Data(
            """
            <style>p{}</style><h1>Hallo {{ .Data.name }}</h1><p>Ihr Code:<br>{{ .Token }}</p>
            <a href="{{ .ConfirmationURL }}">Bestätigen</a>
            """.utf8
        ).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        var configuration = MailTemplateConfiguration()
        configuration.bodies[.confirmation] = path
        configuration.subjects[.confirmation] = "Hallo {{ .Data.name }},\n{{ .Token }}"
        let message = try await Self.composer(configuration).compose(Self.mail())
        #expect(message.subject.reveal() == "Hallo N <1>, 123456")
        #expect(message.html.reveal().contains("<h1>Hallo N &lt;1&gt;</h1>"))
        #expect(
            message.text.reveal()
                == "Hallo N <1>\n\nIhr Code:\n123456\n\nBestätigen <https://x.test/verify?token=hash&type=signup>\n")
    }

    @Test func `reads templates from URLs every ten minutes, and keeps the last good one`() async throws {
        let web = ScriptedWeb { request, count throws(WebFailure) in
            switch count {
            case 1: WebResponse(status: 200, headers: [], body: Array("<p>one {{ .Token }}</p>".utf8))
            case 2: .empty(500)
            case 3: WebResponse(status: 200, headers: [], body: Array("<p>{{ if }}</p>".utf8))
            default: WebResponse(status: 200, headers: [], body: Array("<p>four</p>".utf8))
            }
        }
        var configuration = MailTemplateConfiguration()
        configuration.bodies[.recovery] = "/mails/recovery.html"
        let (clock, observer) = (ManualClock(), RecordingObserver())
        let composer = try Self.composer(configuration, web: web, clock: clock, observer: observer)
        func html() async throws -> String { try await composer.compose(Self.mail(.recovery)).html.reveal() }
        #expect(try await html() == "<p>one 123456</p>")
        #expect(try await html() == "<p>one 123456</p>")
        #expect(web.requests.map(\.url) == ["https://app.test/mails/recovery.html"])
        for _ in 0..<2 {
            clock.advance(by: .seconds(601))
            #expect(try await html() == "<p>one 123456</p>")
        }
        #expect(observer.warnings.count == 2 && observer.warnings[1].contains("line 1"))
        clock.advance(by: .seconds(601))
        #expect(try await html() == "<p>four</p>")
    }

    @Test func `uses the built-in words where a template was never there`() async throws {
        var configuration = MailTemplateConfiguration()
        configuration.bodies[.confirmation] = "/no/such/file"
        let observer = RecordingObserver()
        let message = try await Self.composer(configuration, observer: observer).compose(Self.mail())
        #expect(message.html.reveal().hasPrefix("<!doctype html>"))
        #expect(observer.warnings.count == 1)
    }

    @Test func `refuses a subject that is no template`() {
        var configuration = MailTemplateConfiguration()
        configuration.subjects[.invite] = "{{ if }}"
        #expect(throws: TemplateError.self) { try Self.composer(configuration) }
    }
}

@Suite struct `Notices` {
    @Test func `tell of a changed password where the operator wants it told`() async throws {
        for isOn in [true, false] {
            try await AuthHarness.run({
                $0.isEmailAutoconfirmed = true
                if isOn { $0.mail.notices = [.passwordChanged] }
            }) { auth in
                let user = try await auth.signUp()
                let answer = try await auth.send(.put, "/user", ["password": "secret2"], bearer: user.accessToken)
                #expect(answer.status == 200)
                #expect(auth.mailer.sent.map(\.kind) == (isOn ? [.passwordChanged] : []))
                #expect(auth.mailer.sent.allSatisfy { $0.recipient == AuthHarness.email && $0.code.reveal().isEmpty })
            }
        }
    }

    @Test func `tell the old address of a changed one`() async throws {
        try await AuthHarness.run({
            $0.isEmailChangeSecure = false
            $0.mail.notices = [.emailChanged]
        }) { auth in
            let user = try await auth.confirmedUser()
            let asked = try await auth.send(
                .put, "/user", ["email": "new@example.org"], bearer: user.accessToken)
            #expect(asked.status == 200)
            _ = try SignedIn(await auth.verify("email_change", try auth.lastMail()))
            let notice = try auth.lastMail()
            #expect(notice.kind == .emailChanged && notice.recipient == AuthHarness.email)
            #expect(notice.facts.oldEmail == AuthHarness.email)
        }
    }

    @Test func `tell of a factor that came and of one that went`() async throws {
        try await AuthHarness.run({
            $0.isEmailAutoconfirmed = true
            $0.mail.notices = [.factorEnrolled, .factorUnenrolled]
        }) { auth in
            let (user, factor) = try await auth.raisedUser()
            #expect(auth.mailer.sent.map(\.kind) == [.factorEnrolled])
            #expect(auth.mailer.sent.map(\.facts.factorType) == ["totp"])
            #expect(try await auth.send(.delete, "/factors/\(factor.id)", bearer: user.accessToken).status == 200)
            #expect(auth.mailer.sent.map(\.kind) == [.factorEnrolled, .factorUnenrolled])
        }
    }

    @Test func `that cannot be sent are a warning, and the change stands`() async throws {
        try await AuthHarness.run({
            $0.isEmailAutoconfirmed = true
            $0.mail.notices = [.passwordChanged]
        }) { auth in
            let user = try await auth.signUp()
            auth.mailer.refuse()
            #expect(try await auth.send(.put, "/user", ["password": "secret2"], bearer: user.accessToken).status == 200)
            #expect(auth.observer.warnings.count == 1)
            _ = try await auth.signIn(password: "secret2")
        }
    }
}
