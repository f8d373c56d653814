internal import Auth
internal import Core
internal import Gateway
internal import Outbound

/// The auth service's ways to the outside, made from the configuration.
struct Outgoing: Sendable {
    let peers: AuthPeers
    /// What is sent in the background.
    var messages: MessageQueue? { peers.messages }
    /// The page and interface of kept mails, for the mount `/outbox`; nil where mails are sent, or refused.
    let outbox: OutboxSurface?
    private let web: HTTPWebClient

    /// - Parameter directory: a private folder for mails on their way.
    /// Throws ``StartupError`` for a subject that is no template.
    init(
        _ configuration: ServerConfiguration, directory: String, clock: any WallClock, observer: any Observer
    ) throws(StartupError) {
        let web = HTTPWebClient()
        let delivery = configuration.delivery
        var outbox: Outbox?
        var transport: (any MailTransport)?
        if var smtp = delivery.smtp {
            smtp.directory = directory
            transport = SMTPTransport(smtp, clock: clock)
        } else if configuration.isForDevelopment {
            let kept = Outbox(clock: clock)
            outbox = kept
            transport = kept
        } else if configuration.auth.hooks.targets[.sendEmail] == nil, !configuration.auth.isEmailAutoconfirmed {
            observer.observe(
                .warning("no mail can be sent, so sign-ups that need one are refused: SMTP_HOST is not set"))
        }
        var mailer: (any Mailer)?
        if let transport {
            do throws(TemplateError) {
                let composer = try MailComposer(
                    delivery.templates, siteURL: configuration.auth.redirects.siteURL, web: web, clock: clock,
                    observer: observer)
                mailer = ComposingMailer(composer: composer, transport: transport)
            } catch {
                throw .mails("a subject is no template: \(error)")
            }
        }
        self.web = web
        self.outbox = outbox.map(OutboxSurface.init)
        peers = AuthPeers(
            mailer: mailer, messenger: delivery.textService.map { Outgoing.messenger($0, web) }, web: web,
            breaches: delivery.breaches.map { Outgoing.breaches($0, web) },
            // The outbox takes no time, and who looks into it expects a mail there with the answer.
            messages: outbox == nil ? MessageQueue(observer: observer) : nil)
    }

    /// Closes the connections to other servers.
    func shutdown() async { await web.shutdown() }

    private static func messenger(
        _ service: DeliveryConfiguration.TextService, _ web: any WebClient
    ) -> any TextMessenger {
        switch service {
        case .twilio(let account, let token, let sender, let contentID, let url):
            TwilioMessenger(
                web: web, account: account, token: token, sender: sender, contentID: contentID,
                url: url ?? "https://api.twilio.com")
        case .messageBird(let accessKey, let originator):
            MessageBirdMessenger(web: web, accessKey: accessKey, originator: originator)
        case .textlocal(let key, let sender): TextlocalMessenger(web: web, key: key, sender: sender)
        case .vonage(let key, let secret, let sender):
            VonageMessenger(web: web, key: key, secret: secret, sender: sender)
        case .http(let url, let token): GenericMessenger(web: web, url: url, token: token)
        }
    }

    private static func breaches(
        _ source: DeliveryConfiguration.Breaches, _ web: any WebClient
    ) -> any BreachedPasswords {
        switch source {
        case .list(let path): BreachList(path: path)
        case .service(let url, let userAgent):
            BreachService(
                web: web, url: url ?? "https://api.pwnedpasswords.com", userAgent: userAgent ?? "medmitra-gateway")
        }
    }
}
