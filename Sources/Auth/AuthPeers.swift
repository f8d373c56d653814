/// The outside that the auth service works with; what is nil is not configured, and what needs it is refused.
public struct AuthPeers: Sendable {
    public var mailer: (any Mailer)?
    public var messenger: (any TextMessenger)?
    public var web: (any WebClient)?
    public var breaches: (any BreachedPasswords)?
    /// Where messages wait that must not keep a request waiting; whoever makes it runs it. Without one, they are sent
    /// while the request waits: for mails that stay on this machine.
    public var messages: MessageQueue?

    public init(
        mailer: (any Mailer)? = nil, messenger: (any TextMessenger)? = nil, web: (any WebClient)? = nil,
        breaches: (any BreachedPasswords)? = nil, messages: MessageQueue? = nil
    ) {
        self.mailer = mailer
        self.messenger = messenger
        self.web = web
        self.breaches = breaches
        self.messages = messages
    }
}
