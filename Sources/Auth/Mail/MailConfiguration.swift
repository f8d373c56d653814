/// What mails need (contract, sections 8 and 10).
public struct MailConfiguration: Sendable {
    public init() {}
}
