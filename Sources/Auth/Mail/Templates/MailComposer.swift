public import Core

/// Writes mails: the operator's templates where there are any, the built-in ones elsewhere.
public struct MailComposer: Sendable {
    private let store: TemplateStore
    private let subjects: [Mail.Kind: MailTemplate]
    private let siteURL: String

    /// - Parameters:
    ///   - siteURL: the app's own URL, for templates and for paths of templates.
    ///   - web: reads templates from URLs.
    /// Throws ``TemplateError`` for a subject that is no template.
    public init(
        _ configuration: MailTemplateConfiguration, siteURL: String, web: (any WebClient)?, clock: any WallClock,
        observer: any Observer
    ) throws(TemplateError) {
        store = TemplateStore(
            sources: configuration.bodies, siteURL: siteURL, web: web, clock: clock, observer: observer)
        var subjects: [Mail.Kind: MailTemplate] = [:]
        for (kind, text) in configuration.subjects { subjects[kind] = try MailTemplate(text) }
        self.subjects = subjects
        self.siteURL = siteURL
    }

    func compose(_ mail: Mail) async throws(MailFailure) -> MailMessage {
        let values = values(of: mail)
        let wording = BuiltInMails.wording(mail.kind)
        let custom = await store.body(mail.kind)
        do throws(TemplateError) {
            let subject = try MailComposer.chosen(subjects[mail.kind], wording.subject).text(values)
            let html = try MailComposer.chosen(custom, wording.html).html(values)
            let text = custom == nil ? try MailTemplate(wording.text).text(values) : PlainText.of(html: html)
            return MailMessage(
                type: mail.kind.messageType, recipient: mail.recipient, subject: Secret(MailComposer.line(subject)),
                html: Secret(html), text: Secret(text))
        } catch {
            throw MailFailure(cause: "the template \(mail.kind.templateName): \(error)")
        }
    }

    private static func chosen(_ template: MailTemplate?, _ builtIn: String) throws(TemplateError) -> MailTemplate {
        if let template { return template }
        return try MailTemplate(builtIn)
    }

    /// GoTrue's variables.
    private func values(of mail: Mail) -> JSON {
        [
            "SiteURL": .string(siteURL), "ConfirmationURL": .string(mail.link.reveal()),
            "Email": .string(mail.userEmail), "NewEmail": .string(mail.newEmail ?? ""),
            "SendingTo": .string(mail.recipient), "Token": .string(mail.code.reveal()),
            "TokenHash": .string(mail.token.reveal()), "RedirectTo": .string(mail.redirectTo),
            "Data": .object(mail.userMetadata), "OldEmail": .string(mail.facts.oldEmail),
            "Phone": .string(mail.facts.phone), "OldPhone": .string(mail.facts.oldPhone),
            "Provider": .string(mail.facts.provider), "FactorType": .string(mail.facts.factorType),
        ]
    }

    /// A subject is one line, whatever its template says.
    private static func line(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

extension Mail.Kind {
    /// What headers are told as `$messageType`; GoTrue calls one kind otherwise there.
    var messageType: String { self == .reauthentication ? "reauthenticate" : templateName }
}
