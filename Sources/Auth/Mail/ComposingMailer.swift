/// Writes mails from templates and hands them to a transport.
public struct ComposingMailer: Mailer {
    private let composer: MailComposer
    private let transport: any MailTransport

    public init(composer: MailComposer, transport: any MailTransport) {
        self.composer = composer
        self.transport = transport
    }

    public func send(_ mail: Mail) async throws(MailFailure) {
        try await transport.deliver(try await composer.compose(mail))
    }
}
