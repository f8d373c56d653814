internal import Auth
internal import Core
internal import Gateway
internal import Outbound

extension Setting {
    /// What leaves the house: mails, text messages, and what is asked about passwords.
    static let authDelivery: [Setting] = smtp + mailTexts + textServices + breaches

    private static func upstream(
        _ name: String, _ kind: Kind, default fallback: String? = nil, section: String, _ summary: String
    ) -> Setting {
        Setting(section, name, aliases: ["GOTRUE_" + name], kind, default: fallback, summary)
    }

    private static let smtp: [Setting] = [
        upstream(
            "SMTP_HOST", .text, section: "Mail",
            "Server that takes mails. Without one, development keeps them at /outbox, and anything else refuses to send."
        ),
        upstream("SMTP_PORT", .integer(1...65535), default: "587", section: "Mail", "Its port; 465 means TLS at once."),
        upstream("SMTP_USER", .secret, section: "Mail", "Name to log in with."),
        upstream("SMTP_PASS", .secret, section: "Mail", "Password to log in with."),
        upstream("SMTP_ADMIN_EMAIL", .text, section: "Mail", "Address that mails come from; needed with SMTP_HOST."),
        upstream("SMTP_SENDER_NAME", .text, section: "Mail", "Name that mails come from."),
        upstream(
            "SMTP_HEADERS", .text, section: "Mail",
            "Further headers: a JSON object of lists; $messageType stands for the kind of mail."),
        Setting(
            "Mail", "SMTP_TLS", .oneOf(SMTPConfiguration.Encryption.allCases.map(\.rawValue)),
            default: "implicit on port 465, opportunistic on this machine, else required",
            "How the connection is encrypted; required and opportunistic mean STARTTLS."),
        Setting(
            "Mail", "SMTP_CA_FILE", .file, "Certificates in PEM that the server's is checked against, not the system's."
        ),
    ]

    /// One name for the two mails of a change of address.
    static let mailKinds: [Mail.Kind] = Mail.Kind.allKinds.filter { $0 != .emailChangeCurrent }
    static let noticeKinds: [(name: String, kind: Mail.Kind)] = [
        ("PASSWORD_CHANGED", .passwordChanged), ("EMAIL_CHANGED", .emailChanged), ("PHONE_CHANGED", .phoneChanged),
        ("IDENTITY_LINKED", .identityLinked), ("IDENTITY_UNLINKED", .identityUnlinked),
        ("MFA_FACTOR_ENROLLED", .factorEnrolled), ("MFA_FACTOR_UNENROLLED", .factorUnenrolled),
    ]

    private static let mailTexts: [Setting] =
        mailKinds.flatMap { kind in
            [
                upstream(
                    "MAILER_TEMPLATES_" + kind.templateName.uppercased(), .text, section: "Mail",
                    "Body: the path of a file, a URL, or a path below SITE_URL. Go's template syntax; read every 10 minutes."
                ),
                upstream(
                    "MAILER_SUBJECTS_" + kind.templateName.uppercased(), .text, section: "Mail",
                    "Subject, a template too."),
            ]
        }
        + noticeKinds.map { notice in
            upstream(
                "MAILER_NOTIFICATIONS_\(notice.name)_ENABLED", .flag, default: "false", section: "Mail",
                "Whether this is told to the owner of the account.")
        }

    private static let textServices: [Setting] = [
        upstream(
            "SMS_PROVIDER", .oneOf(["twilio", "messagebird", "textlocal", "vonage", "http"]), section: "Text messages",
            "Service that sends text messages; http is any that takes a JSON object."),
        upstream("SMS_TWILIO_ACCOUNT_SID", .text, section: "Text messages", "Twilio's account."),
        upstream("SMS_TWILIO_AUTH_TOKEN", .secret, section: "Text messages", "Its token."),
        upstream("SMS_TWILIO_MESSAGE_SERVICE_SID", .text, section: "Text messages", "A messaging service or a number."),
        upstream("SMS_TWILIO_CONTENT_SID", .text, section: "Text messages", "The template of WhatsApp messages."),
        Setting(
            "Text messages", "SMS_TWILIO_URL", .url, default: "https://api.twilio.com",
            "Another service that speaks Twilio's interface."),
        upstream("SMS_MESSAGEBIRD_ACCESS_KEY", .secret, section: "Text messages", "MessageBird's key."),
        upstream("SMS_MESSAGEBIRD_ORIGINATOR", .text, section: "Text messages", "Sender of the messages."),
        upstream("SMS_TEXTLOCAL_API_KEY", .secret, section: "Text messages", "Textlocal's key."),
        upstream("SMS_TEXTLOCAL_SENDER", .text, section: "Text messages", "Sender of the messages."),
        upstream("SMS_VONAGE_API_KEY", .text, section: "Text messages", "Vonage's key."),
        upstream("SMS_VONAGE_API_SECRET", .secret, section: "Text messages", "Its secret."),
        upstream("SMS_VONAGE_FROM", .text, section: "Text messages", "Sender of the messages."),
        Setting(
            "Text messages", "SMS_HTTP_URL", .url, "Where {to, channel, message, code} is posted; needed with http."),
        Setting("Text messages", "SMS_HTTP_TOKEN", .secret, "Bearer token for it."),
    ]

    private static let breaches: [Setting] = [
        upstream(
            "PASSWORD_HIBP_ENABLED", .flag, default: "false", section: "Auth",
            "Refuse passwords that haveibeenpwned.com knows; it is told five of forty digits of their hash."),
        upstream(
            "PASSWORD_HIBP_FAIL_CLOSED", .flag, default: "false", section: "Auth",
            "Refuse passwords that cannot be looked up, rather than take them."),
        upstream("PASSWORD_HIBP_USER_AGENT", .text, section: "Auth", "How the service is told who asks."),
        Setting(
            "Auth", "PASSWORD_HIBP_URL", .url, default: "https://api.pwnedpasswords.com",
            "Another service that works alike."),
        Setting(
            "Auth", "PASSWORD_BREACH_LIST", .file,
            "A sorted file of SHA-1 hashes to look in instead: what haveibeenpwned.com's downloader writes."),
    ]
}

extension ServerConfiguration {
    mutating func readAuthDelivery(_ reader: inout SettingsReader) {
        readSMTP(&reader)
        readMailTexts(&reader)
        delivery.textService = textService(&reader)
        if let path = reader.text("PASSWORD_BREACH_LIST") {
            delivery.breaches = .list(path: path)
        } else if reader.flag("PASSWORD_HIBP_ENABLED") ?? false {
            delivery.breaches = .service(
                url: reader.url("PASSWORD_HIBP_URL"), userAgent: reader.text("PASSWORD_HIBP_USER_AGENT"))
        }
        auth.isBreachLookupRequired = reader.flag("PASSWORD_HIBP_FAIL_CLOSED") ?? auth.isBreachLookupRequired
    }

    private mutating func readSMTP(_ reader: inout SettingsReader) {
        guard let host = reader.text("SMTP_HOST") else { return }
        guard let sender = reader.text("SMTP_ADMIN_EMAIL") else {
            return reader.complain("SMTP_ADMIN_EMAIL", "is needed with SMTP_HOST: mails have to come from somebody")
        }
        var smtp = SMTPConfiguration(host: host, senderAddress: sender, directory: "")
        smtp.port = reader.integer("SMTP_PORT") ?? smtp.port
        smtp.user = reader.secret("SMTP_USER")
        smtp.password = reader.secret("SMTP_PASS")
        smtp.senderName = reader.text("SMTP_SENDER_NAME") ?? ""
        smtp.encryption = reader.text("SMTP_TLS").flatMap(SMTPConfiguration.Encryption.init)
        smtp.certificateFile = reader.text("SMTP_CA_FILE")
        if let text = reader.text("SMTP_HEADERS") {
            guard let headers = ServerConfiguration.headers(text) else {
                return reader.complain("SMTP_HEADERS", "must be a JSON object whose members are lists of texts")
            }
            smtp.headers = headers
        }
        if let problem = smtp.problem { return reader.complain("SMTP_HOST", "and its companions: \(problem)") }
        delivery.smtp = smtp
    }

    /// Nil unless the text is an object of lists of texts.
    private static func headers(_ text: String) -> [(name: String, value: String)]? {
        // What is wrong with it is told by the caller, in one sentence for all mistakes.
        guard let object = (try? JSON(parsing: text))?.object else { return nil }
        var headers: [(name: String, value: String)] = []
        for (name, values) in object.members {
            guard let values = values.array else { return nil }
            for value in values {
                guard let value = value.string else { return nil }
                headers.append((name, value))
            }
        }
        return headers
    }

    private mutating func readMailTexts(_ reader: inout SettingsReader) {
        for kind in Setting.mailKinds {
            let name = kind.templateName.uppercased()
            let body = reader.text("MAILER_TEMPLATES_" + name)
            let subject = reader.text("MAILER_SUBJECTS_" + name)
            if let subject {
                do throws(TemplateError) { _ = try MailTemplate(subject) } catch {
                    reader.complain("MAILER_SUBJECTS_" + name, "is no template: \(error.problem)")
                }
            }
            for kind in kind == .emailChangeNew ? [kind, .emailChangeCurrent] : [kind] {
                if let body { delivery.templates.bodies[kind] = body }
                if let subject { delivery.templates.subjects[kind] = subject }
            }
        }
        for notice in Setting.noticeKinds where reader.flag("MAILER_NOTIFICATIONS_\(notice.name)_ENABLED") ?? false {
            auth.mail.notices.insert(notice.kind)
        }
    }

    private func textService(_ reader: inout SettingsReader) -> DeliveryConfiguration.TextService? {
        guard let provider = reader.text("SMS_PROVIDER") else { return nil }
        func needed(_ name: String) -> String {
            if let text = reader.text(name) { return text }
            reader.complain(name, "is needed with SMS_PROVIDER=\(provider)")
            return ""
        }
        switch provider {
        case "twilio":
            return .twilio(
                account: needed("SMS_TWILIO_ACCOUNT_SID"), token: Secret(needed("SMS_TWILIO_AUTH_TOKEN")),
                sender: needed("SMS_TWILIO_MESSAGE_SERVICE_SID"), contentID: reader.text("SMS_TWILIO_CONTENT_SID"),
                url: reader.url("SMS_TWILIO_URL"))
        case "messagebird":
            return .messageBird(
                accessKey: Secret(needed("SMS_MESSAGEBIRD_ACCESS_KEY")),
                originator: needed("SMS_MESSAGEBIRD_ORIGINATOR"))
        case "textlocal":
            return .textlocal(key: Secret(needed("SMS_TEXTLOCAL_API_KEY")), sender: needed("SMS_TEXTLOCAL_SENDER"))
        case "vonage":
            return .vonage(
                key: needed("SMS_VONAGE_API_KEY"), secret: Secret(needed("SMS_VONAGE_API_SECRET")),
                sender: needed("SMS_VONAGE_FROM"))
        default:
            _ = needed("SMS_HTTP_URL")
            return .http(url: reader.url("SMS_HTTP_URL") ?? "", token: reader.secret("SMS_HTTP_TOKEN"))
        }
    }

    /// Development: what is told to this machine stays on it, so mails may be kept rather than sent.
    var isForDevelopment: Bool { listensOnLoopbackOnly && gateway.publicURL.hasPrefix("http://") }
}
